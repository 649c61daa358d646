"""`python -m benchmarks [NAME ...]`: runs the benchmarks, all of them unless some are named, and prints their tables."""

import argparse
import importlib
import sys
import time

NAMES = ("admission", "claims", "fairness", "acknowledgement", "polling", "end_to_end", "footprint", "naive")


def main(arguments: list[str] | None = None) -> int:
    """Print each report as soon as it is there; return 1 when a measurement could not be taken."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)}")
    names = parser.parse_args(arguments).names or NAMES
    if unknown := set(names) - set(NAMES):
        parser.error(f"there is no benchmark called {', '.join(sorted(unknown))}")
    begun, complete = time.perf_counter(), True
    for name in names:
        report = importlib.import_module(f"benchmarks.{name}").main()
        complete = complete and not report.missing
        print(report, end="\n\n", flush=True)
    print(f"{len(names)} benchmarks in {time.perf_counter() - begun:.0f} s")
    return 0 if complete else 1


if __name__ == "__main__":
    sys.exit(main())
