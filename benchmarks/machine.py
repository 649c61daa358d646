"""The machine's own limits, taken in the same run as what they limit; and what a process uses, read from outside."""

import asyncio
import os
import platform
import sqlite3
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import Table, figure

_BLOCK = b"x" * 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """Processor seconds of a process itself, and of its children."""

    own: float
    children: float

    def __sub__(self, before: "Processor") -> "Processor":
        return Processor(own=self.own - before.own, children=self.children - before.children)


class Limits:
    """Takes the machine's limits several times in a run, because others use it too."""

    def __init__(self) -> None:
        self._syncs: list[float] = []
        self._turns: list[float] = []
        self._hops: list[float] = []

    async def take(self) -> None:
        """Take each limit once."""
        self._syncs.append(await asyncio.to_thread(syncs_per_second))
        self._turns.append(turns_per_second())
        self._hops.append(await hops_per_second())

    def table(self) -> Table:
        """Return least, median and most of each limit."""
        return Table(
            title=(
                f"the machine: {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python "
                f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"
            ),
            columns=("limit", "least", "median", "most"),
            rows=[
                _row("fdatasync of 4 kB, per second", self._syncs),
                _row("additions in Python, millions per second", [turns / 1e6 for turns in self._turns]),
                _row("hops to a thread and back, per second", self._hops),
            ],
        )


def syncs_per_second(seconds: float = 0.3) -> float:
    """Return how often this disk makes 4 kB durable."""
    with tempfile.NamedTemporaryFile(prefix="clapper-sync-") as file:
        count, ends_at = 0, time.perf_counter() + seconds
        while time.perf_counter() < ends_at:
            os.pwrite(file.fileno(), _BLOCK, 0)
            os.fdatasync(file.fileno())
            count += 1
    return count / seconds


def turns_per_second(seconds: float = 0.1) -> float:
    """Return how fast one core runs Python just now."""
    count, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for _ in range(1000):
            count += 1
    return count / (time.perf_counter() - begun)


async def hops_per_second(count: int = 500) -> float:
    """Return how often the event loop can ask a thread and hear its answer."""
    begun = time.perf_counter()
    for _ in range(count):
        await asyncio.to_thread(int)
    return count / (time.perf_counter() - begun)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used, in all its threads. Only Linux tells."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def processor_of(pid: int) -> "Processor":
    """Return the processor time that a process and the children it has waited for have used. Only Linux tells.

    It counts threads that have ended too, in steps of a hundredth of a second.
    """
    figures = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]
    user, system, childrens_user, childrens_system = (
        int(ticks) / os.sysconf("SC_CLK_TCK") for ticks in figures
    )
    return Processor(own=user + system, children=childrens_user + childrens_system)


def resident_mib(pid: int) -> float:
    """Return the resident memory of a process. Only Linux tells."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _row(what: str, values: list[float]) -> tuple[str, ...]:
    ordered = sorted(values)
    return (what, *(figure(value) for value in (ordered[0], ordered[len(ordered) // 2], ordered[-1])))
