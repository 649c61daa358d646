"""How much memory this process took at most. The usual `ru_maxrss` also counts the process that started it."""

import re
from pathlib import Path

import pytest

_STATUS = Path("/proc/self/status")

needs_proc = pytest.mark.skipif(not _STATUS.exists(), reason="the peak of memory is read from /proc")


def peak_mib():
    """Return the peak of resident memory in MiB."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text())[1]) // 1024
