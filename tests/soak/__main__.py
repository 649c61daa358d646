"""`make soak`: a bot under load, random faults and random kills, until three ledgers are reconciled."""

import asyncio
import os
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.soak.command import options_of
from tests.soak.run import Report, soak


def main(arguments: list[str] | None = None) -> int:
    parser = options_of("soak", __doc__)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SOAK_SECONDS", "120")))
    options = parser.parse_args(arguments)
    print(f"soak: seed {options.seed}, {options.seconds:g} s of orders, faults and kills", flush=True)
    with tempfile.TemporaryDirectory(prefix="clapper-soak-") as folder:
        report = asyncio.run(soak(options.seed, options.seconds, Path(folder), mutant=options.mutant))
    print_report(report)
    return 1 if report.broken else 0


def print_report(report: Report) -> None:
    print(f"seconds: {report.seconds:.0f}, of which {report.healing_seconds:.0f} to end what was under way")
    print(f"commands: {report.orders}; decisions of a moderator: {report.decisions}")
    print(f"  without a job, by what was seen: {counted(report.without_a_job) or 'none'}")
    print(f"jobs: {sum(report.endings.values())}: {counted(report.endings)}")
    print(f"POSTs accepted: {report.accepted}")
    print(f"lives of the bot: {report.lives}; blows: {counted(report.blows)}")
    print(f"faults: {report.faults.total()}, {report.unmet} of which met nothing:")
    for name, count in sorted(report.faults.items()):
        print(f"  {count} {name}")
    meter = report.meter
    print(f"the bot held at most {meter.most}; the last one {meter.new} when new, {meter.done} when done")
    for text in report.broken:
        print(f"VIOLATION (seed {report.seed}): {text}")
    for line in report.about:
        print(f"  {line}")
    print(f"violations: {len(report.broken)} (seed {report.seed})", flush=True)


def counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.exit(main())
