"""Runs work on untrusted files in separate processes, which may crash or run out of memory and hold no secrets.

`run_isolated` is the one entry point. All these processes together stay within a memory budget that is derived from
the memory of this process, so that no number of hostile files makes the kernel kill the bot. Each process is limited
to its share of the budget. It ends when the process that started it ends, even if that was killed.
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
    """A memory budget: hands out shares of `total` bytes, first come, first served.

    Small requests never overtake an earlier large one. For use on one event loop only.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._free = total
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def share(self, size: int) -> AsyncGenerator[None]:
        """Wait until `size` bytes (at most `total`) are free, then hold them for the `async with` block."""
        size = min(size, self.total)
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            self._serve()
            await turn
            yield
        finally:
            # A request can be cancelled at the very moment in which it is granted.
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
    """Return this process's memory limit in bytes: the lowest of its cgroup's, the parent groups', the machine's."""
    return min([_of_machine(), *_of_cgroups(root)])


def _of_machine() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return _UNKNOWN_BYTES


def _of_cgroups(root: Path) -> list[int]:
    """Return the memory limits of this process's cgroups, of version 2 ("0::/path") and 1 ("9:memory:/path").

    One machine may have both versions.
    """
    limits: list[int] = []
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if not controllers:
            limits += _along(root / "sys/fs/cgroup", path, "memory.max")
        elif "memory" in controllers.split(","):
            limits += _along(root / "sys/fs/cgroup/memory", path, "memory.limit_in_bytes")
    return limits


def _along(mount: Path, path: str, file: str) -> list[int]:
    """Return the numbers in `file` of the cgroup at `path` and of its parents up to `mount`; skip missing files.

    Inside a container `mount` itself is the cgroup of the process.
    """
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
"""The memory of an isolated process before it starts its work: interpreter and libraries, 30 to 50 MB resident."""

_MIB = 1024**2
_OF_THE_BOT = 384 * _MIB
"""The memory set aside for the bot process: its code, uploaded pictures (`cogs/discord/interactions.py`), drafts,
videos that are being posted."""

_ROOT = Path(__file__).resolve().parents[2]
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT", "LANG")


class IsolatedFailed(Exception):
    """An isolated process crashed, hit a limit or was not done in time; the error text says which."""


class NotEnoughMemory(IsolatedFailed):
    """The work needs more memory than it may have; a file refused for that may still be valid."""


class TooMuchWork(IsolatedFailed):
    """An isolated process hit its time limit, or the kernel killed it; its input may still be valid."""


_MOST_ANSWER_BYTES = 64 * _MIB
"""More than any picture or sketch; a process that a hostile file has taken over could answer without end."""

_ENDED_AT_A_LIMIT = (-9, -24)  # SIGKILL (the kernel, out of memory) and SIGXCPU (the limit of processor time)


@dataclass(frozen=True, slots=True, kw_only=True)
class IsolatedTask:
    """A kind of work for an isolated process, and its limits.

    work: a function from bytes to bytes, as `module:name`; only the isolated process loads the module.
    memory_bytes: the most memory beyond an idle process; lowered if the budget is smaller.
    cpu_seconds: processor time of all threads together. seconds: wall time from the start of the process.
    file_bytes: the largest file that it may write. background: the work takes minutes and no user waits for it.
    """

    work: str
    memory_bytes: int
    cpu_seconds: int
    seconds: float
    file_bytes: int = 0
    background: bool = False


async def run_isolated(task: IsolatedTask, data: bytes, *, memory_bytes: int | None = None) -> bytes:
    """Run `task.work` on `data` in a separate process and return its result; wait first until memory is free.

    `memory_bytes`: the memory that this file needs, if known; otherwise the task's own limit holds.

    Raises:
        PictureRefused, NotAVideo, OSError: raised by the work itself.
        NotEnoughMemory: the work needs more than `most_memory(task)`, or more than `memory_bytes`.
        TooMuchWork: the work was not done in time, or was killed at a limit.
        IsolatedFailed: the process crashed or gave no answer.
    """
    most = most_memory(task)
    if memory_bytes is not None and memory_bytes > most:
        raise NotEnoughMemory(f"needs {memory_bytes:,} bytes of memory, of at most {most:,}")
    share = memory_bytes or min(task.memory_bytes, most)
    async with _lane_of(task).room(share + REST_BYTES):
        return _result_of(await _run(task, data, share))


def most_memory(task: IsolatedTask) -> int:
    """Return how many bytes of memory one process of `task` can have on this machine; call it on an event loop."""
    return _lane_of(task).most_bytes - REST_BYTES


def budget_bytes(memory: int) -> int:
    """Return the memory budget in bytes for all isolated processes together, of `memory` bytes in all.

    It is half of the memory, or 1 GiB if that is more; lowered to leave 384 MiB for the bot, but to 256 MiB at least.
    """
    return max(256 * _MIB, min(memory - _OF_THE_BOT, max(memory // 2, 1024 * _MIB)))


@dataclass(frozen=True, slots=True)
class _Lane:
    """A limit on isolated processes that run at once: in number (`places`) and in memory (`budgets`).

    Background tasks have a lane of their own, with at most three quarters of the memory.
    """

    budgets: tuple[Budget, ...]
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(max(2, os.cpu_count() or 1)))

    @property
    def most_bytes(self) -> int:
        return min(budget.total for budget in self.budgets)

    @contextlib.asynccontextmanager
    async def room(self, size: int) -> AsyncGenerator[None]:
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
        # -B: no .pyc files, which the file size limit would cut off. -S: no search for packages, whose paths
        # PYTHONPATH already names; a process is started for every file, so it has to start quickly.
        *(sys.executable, "-B", "-S", "-m", "media.isolation.isolated_process", task.work, *map(str, limits)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env=_bare_environment(os.environ),
    )
    try:
        async with asyncio.timeout(task.seconds):
            _, answer = await asyncio.gather(_feed(process.stdin, data), _answer_of(process.stdout))
            await process.wait()
    except TimeoutError:
        raise TooMuchWork(f"not done within {task.seconds} s") from None
    finally:
        await _end(process)
    if process.returncode in _ENDED_AT_A_LIMIT:
        raise TooMuchWork(f"ended with code {process.returncode}")
    if process.returncode or not answer:
        raise IsolatedFailed(f"ended with code {process.returncode} and {len(answer)} bytes")
    return answer


async def _feed(stream: asyncio.StreamWriter | None, data: bytes) -> None:
    if stream is None:
        return
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        stream.write(data)
        await stream.drain()
    stream.close()


async def _answer_of(stream: asyncio.StreamReader | None) -> bytes:
    """Return all that a process writes; raise IsolatedFailed as soon as that is too much."""
    if stream is None:
        return b""
    try:
        await stream.readexactly(_MOST_ANSWER_BYTES + 1)
    except asyncio.IncompleteReadError as end:
        return end.partial
    raise IsolatedFailed("its answer is too long")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None and process.stdout is not None:
        process.kill()
        # A pipe that still holds bytes would keep some versions of asyncio waiting.
        await asyncio.shield(asyncio.gather(process.stdout.read(), process.wait()))


def _bare_environment(environment: Mapping[str, str]) -> dict[str, str]:
    passed_on = {name: environment[name] for name in _PASSED_ON if name in environment}
    # Each malloc arena reserves address space by itself, which the memory limit would count.
    return {**passed_on, "MALLOC_ARENA_MAX": "1", "PYTHONPATH": os.pathsep.join(sys.path)}


def _result_of(answer: bytes) -> bytes:
    """Return the result bytes of an isolated process, or raise the error that its first line, JSON, describes."""
    line, _, data = answer.partition(b"\n")
    try:
        facts = json.loads(line)
    except ValueError as err:
        raise IsolatedFailed("its answer cannot be read") from err
    match facts:
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
