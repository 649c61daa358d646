"""Work on strangers' bytes in a process of its own: it may crash or grow there, and it holds no secrets.

`run_isolated` is the one entry. All processes together stay within a budget of memory that is derived from what this
process may use, so that no number of hostile files makes the kernel end the bot. Each process may take its share, and
gets nothing beyond it; it ends with whoever asked, also where that is killed.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakKeyDictionary

from media.errors import NotAVideo, PictureFault, PictureRefused

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


def memory_of_this_process(root: Path = Path("/")) -> int:
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


REST_BYTES = 64 * 1024**2
"""What an isolated process takes before it works: the interpreter and its libraries, 30 to 50 MB resident."""

_MIB = 1024**2
_OF_THE_BOT = 384 * _MIB
"""What the bot takes itself: itself, pictures in hand (`cogs/discord/interactions.py`), drafts, videos that go out."""

_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG")


class IsolatedFailed(Exception):
    """The process crashed, hit a limit or was not done in time. The text says which."""


class NotEnoughMemory(IsolatedFailed):
    """The work needs more memory than it may have; what was refused by its size may be whole."""


class TooMuchWork(IsolatedFailed):
    """The process hit its time limit and was ended; its input may still be valid."""


_ENDED_AT_A_LIMIT = (-9, -24)  # SIGKILL and SIGXCPU: of processor time, or the kernel for want of memory


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolatedTask:
    """A kind of work and its limits.

    work: a function from bytes to bytes, as `module:name`; only the process loads the module. memory_bytes: what it
    takes at most beyond a process at rest; less where the budget is smaller. cpu_seconds: of all its threads together.
    seconds: from its start. file_bytes: how large a file it may write. background: takes minutes, and nobody waits.
    """

    work: str
    memory_bytes: int
    cpu_seconds: int
    seconds: float
    file_bytes: int = 0
    background: bool = False


async def run_isolated(task: IsolatedTask, data: bytes, *, memory_bytes: int | None = None) -> bytes:
    """Return what `task.work` makes of `data` in a process of its own; wait while others hold the memory.

    `memory_bytes` says what this very file needs, where that is known.

    Raises:
        PictureRefused, NotAVideo, OSError: as the work did.
        NotEnoughMemory: it needs more than `most_memory(task)`, or more than was said.
        TooMuchWork: it was not done in time.
        IsolatedFailed: it did not end well within the limits.
    """
    most = most_memory(task)
    if memory_bytes is not None and memory_bytes > most:
        raise NotEnoughMemory(f"needs {memory_bytes:,} bytes of memory, of at most {most:,}")
    share = memory_bytes or min(task.memory_bytes, most)
    async with _lane_of(task).place(share + REST_BYTES):
        return _result_of(await _run(task, data, share))


def most_memory(task: IsolatedTask) -> int:
    """Return how many bytes one process of a task can have on this machine. Call it on an event loop."""
    return _lane_of(task).most_bytes - REST_BYTES


def budget_bytes(memory: int) -> int:
    """Return how much of the memory all isolated work may have: half, or up to 1 GiB where the bot does with the rest."""
    return max(256 * _MIB, min(memory - _OF_THE_BOT, max(memory // 2, 1024 * _MIB)))


@dataclass(frozen=True, slots=True)
class _Lane:
    """Places for processes that run at once. What runs for minutes has its own, and three quarters of the memory."""

    budgets: tuple[Budget, ...]
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(max(2, os.cpu_count() or 1)))

    @property
    def most_bytes(self) -> int:
        return min(budget.total for budget in self.budgets)

    @contextlib.asynccontextmanager
    async def place(self, size: int) -> AsyncGenerator[None]:
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self.places)
            for budget in self.budgets:
                await stack.enter_async_context(budget.share(size))
            yield


_lanes: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[bool, _Lane]] = WeakKeyDictionary()


def _lane_of(task: IsolatedTask) -> _Lane:
    loop = asyncio.get_running_loop()
    if loop not in _lanes:
        everything = Budget(budget_bytes(memory_of_this_process()))
        most = Budget(everything.total * 3 // 4)
        _lanes[loop] = {False: _Lane((everything,)), True: _Lane((most, everything))}
    return _lanes[loop][task.background]


async def _run(task: IsolatedTask, data: bytes, share: int) -> bytes:
    limits = (share, task.cpu_seconds, task.file_bytes, int(task.background), os.getpid())
    process = await asyncio.create_subprocess_exec(
        # -B: the limit of file sizes would cut the modules that an import writes compiled. -S: what that would find out
        # about packages is known (PYTHONPATH), and a process for each file has to start quickly.
        *(sys.executable, "-B", "-S", "-m", "media.isolation.isolated_process", task.work, *map(str, limits)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env=_bare_environment(os.environ),
    )
    try:
        async with asyncio.timeout(task.seconds):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        raise TooMuchWork(f"not done within {task.seconds} s") from None
    finally:
        await _end(process)
    if process.returncode in _ENDED_AT_A_LIMIT:
        raise TooMuchWork(f"ended with code {process.returncode}")
    if process.returncode or not answer:
        raise IsolatedFailed(f"ended with code {process.returncode} and {len(answer)} bytes")
    return answer


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
        await asyncio.shield(process.wait())


def _bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: environment[name] for name in _PASSED_ON if name in environment}
    # Each malloc arena reserves address space by itself, which the memory limit would count.
    return {**passed_on, "MALLOC_ARENA_MAX": "1", "PYTHONPATH": os.pathsep.join(sys.path)}


def _result_of(answer: bytes) -> bytes:
    """Return the bytes behind the first line, or raise what that line says."""
    line, _, data = answer.partition(b"\n")
    match json.loads(line):
        case {"picture": reason, "figures": figures}:
            raise PictureRefused(PictureFault(reason), **figures)
        case {"video": text}:
            raise NotAVideo(text)
        case {"disk": [number, text]}:
            raise OSError(number, text)
        case {"memory": limit}:
            raise NotEnoughMemory(f"needs more than {limit:,} bytes of memory")
        case _:
            return data
