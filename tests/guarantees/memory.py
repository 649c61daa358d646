"""The memory of another process, as the kernel counts it."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

MOST_MIB = 50
needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


@contextlib.contextmanager
def flat_memory(pid: int, record_property, what: str) -> Iterator[None]:
    """Fail if a process grows by more than `MOST_MIB` inside; the figures are printed, and recorded."""
    before = _mib(pid, "VmRSS")
    yield
    peak = _mib(pid, "VmHWM")
    figures = f"{before:.1f} MiB -> at most {peak:.1f} MiB for {what}"
    print(figures)  # noqa: T201 - the figures are what is asked for
    record_property("memory", figures)
    assert peak - before < MOST_MIB, figures


def _mib(pid: int, figure: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"{figure}:\s+(\d+) kB", status)[1]) / 1024
