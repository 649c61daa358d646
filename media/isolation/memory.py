"""How much memory this process may use: what its machine has, or less where its container or unit says so."""

import os
from pathlib import Path

_UNKNOWN_BYTES = 2 * 1024**3


def memory_bytes(root: Path = Path("/")) -> int:
    """Return the least of the limits of this process's cgroup, of the groups above it, and of the machine's memory."""
    return min([_of_machine(), *_of_cgroups(root)])


def _of_machine() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return _UNKNOWN_BYTES


def _of_cgroups(root: Path) -> list[int]:
    """Read version 2 ("0::/path") and version 1 ("9:memory:/path") alike: one machine may have both."""
    limits: list[int] = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            limits += _along(root / "sys/fs/cgroup", path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _along(root / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
    return limits


def _along(mount: Path, path: str, file: str) -> list[int]:
    """Return the limits of a group and of those above it; a container sees its own group as the mount itself."""
    group = mount / path.lstrip("/")
    texts = [
        _text(folder / file).strip() for folder in (group, *group.parents) if folder.is_relative_to(mount)
    ]
    return [int(text) for text in texts if text.isdecimal()]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""
