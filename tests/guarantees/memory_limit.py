"""A group of processes with a limit of memory that the kernel holds, as a container or a unit has one."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

_MOUNT = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class LimitedGroup:
    folder: Path
    is_unified: bool  #: version 2

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.folder / "cgroup.procs"))

    @property
    def peak_bytes(self) -> int:
        """Return the most memory that its processes had together, with the pages of files that they used."""
        return int(self._text("memory.peak" if self.is_unified else "memory.max_usage_in_bytes"))

    @property
    def kills(self) -> int:
        text = self._text("memory.events" if self.is_unified else "memory.oom_control")
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("oom_kill "))

    def _text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="ascii")


@contextlib.contextmanager
def limited_group(most_bytes: int) -> Iterator[LimitedGroup]:
    """Make such a group and remove it in the end; skip the test where nobody may make one."""
    group = _own_group()
    try:
        group.folder.mkdir()
    except OSError as error:
        pytest.skip(f"no group with a limit of memory can be made here: {error}")
    try:
        limit = group.folder / ("memory.max" if group.is_unified else "memory.limit_in_bytes")
        if not limit.exists():
            pytest.skip("groups made here have no limit of memory")
        limit.write_text(str(most_bytes), encoding="ascii")
        yield group
    finally:
        group.folder.rmdir()


def _own_group() -> LimitedGroup:
    name = f"clapper-test-{os.getpid()}-{secrets.token_hex(4)}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines():
            _, controllers, path = line.split(":", 2)
            if "memory" in controllers.split(","):
                return LimitedGroup(_MOUNT / "memory" / path.lstrip("/") / name, is_unified=False)
    return LimitedGroup(_MOUNT / name, is_unified=True)
