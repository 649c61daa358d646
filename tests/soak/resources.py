"""What a process holds, read from outside: resident memory and open files. Only Linux tells."""

import os
from dataclasses import dataclass
from pathlib import Path

MOST_MIB = 400.0
MOST_FILES = 300
GROWTH_MIB = 80.0
GROWTH_FILES = 60
"""How much more an idle bot may hold than it did when it was new: caches are filled, connections kept for a while."""


@dataclass(frozen=True, slots=True)
class Held:
    mib: float
    files: int

    def __str__(self) -> str:
        return f"{self.mib:.0f} MiB and {self.files} files"


def held_by(pid: int) -> Held | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        files = len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return None
    kib = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return Held(int(kib[0]) / 1024, files) if kib else None


class Meter:
    """What the bots held at most, and what the last one held when it was new and when its work was done."""

    def __init__(self) -> None:
        self.most = Held(0, 0)
        self.new: Held | None = None
        self.done: Held | None = None

    def note(self, held: Held | None) -> None:
        if held is not None:
            self.most = Held(max(self.most.mib, held.mib), max(self.most.files, held.files))

    def violations(self) -> list[str]:
        found = []
        if self.most.mib > MOST_MIB or self.most.files > MOST_FILES:
            found.append(f"the bot held {self.most} (bounds {MOST_MIB:.0f} MiB, {MOST_FILES} files)")
        if self.new and self.done:
            mib, files = self.done.mib - self.new.mib, self.done.files - self.new.files
            if mib > GROWTH_MIB or files > GROWTH_FILES:
                found.append(f"the bot grew by {mib:.0f} MiB and {files} files ({self.new} to {self.done})")
        return found
