"""How much memory this process may use, and a budget of bytes that isolated processes share.

The limit is the machine's memory, or less if the container or unit says so.
"""

import asyncio
import os
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

_UNKNOWN_BYTES = 2 * 1024**3


class Budget:
    """Hands out shares of `total` bytes, first come, first served.

    A large share is never passed by small ones that came later, so it waits for those before it alone. One event
    loop uses it.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._free = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def share(self, size: int) -> AsyncGenerator[None]:
        """Hold `size` bytes, at most `total`, in the block; wait until they are free."""
        size = min(size, self.total)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            self._serve()
            await turn
            yield
        finally:
            # Whoever gives up may have been served in the same moment.
            if turn.done() and not turn.cancelled():
                self._free += size
            self._serve()

    def _serve(self) -> None:
        while self._waiting:
            size, turn = self._waiting[0]
            if not turn.done():
                if size > self._free:
                    return
                self._free -= size
                turn.set_result(None)
            self._waiting.popleft()


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
