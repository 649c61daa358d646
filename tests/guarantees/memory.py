"""The memory of another process, as the kernel counts it."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

needs_proc = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MiB: now, and at its peak."""

    resident: float
    peak: float

    @classmethod
    def of(cls, pid: int) -> "Memory":
        status = Path(f"/proc/{pid}/status").read_text()
        kib = {name: int(figure) for name, figure in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status)}
        return cls(resident=kib["VmRSS"] / 1024, peak=kib["VmHWM"] / 1024)

    def grown_to(self, later: "Memory") -> float:
        """Return by how many MiB the process grew at most since this was read."""
        return later.peak - self.resident
