"""Makes the sandbox's clips: renders them in a small pool of processes, or hands out tiny clips prepared once."""

import asyncio
import functools
import logging
import multiprocessing
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from media.rendering.render import ClipSpec, render_clip, size_for
from sandbox.contract import Order
from sandbox.pictures import Picture
from sandbox.worker import enter, render

log = logging.getLogger(__name__)

WORKERS = 2
PREPARED_SCALE = 8
PIXELS_PER_SECOND = 30_000_000
"""A guess of the pixels that one core renders per second, for the estimated time that a task reports."""

_FREE_BOX_HEAD = 8


@dataclass(slots=True)
class Rendering:
    """The progress of rendering one clip.

    percent: returns 0..100. broken: the rendering failed. path: the finished clip. ready_at: the time at which it was
    finished, in seconds of the sandbox's clock.
    """

    percent: Callable[[], int] = lambda: 0
    started: bool = False
    broken: bool = False
    path: Path | None = None
    ready_at: float | None = None


class Studio:
    """The renderer of one sandbox: it renders clips into `folder`, in up to `WORKERS` processes."""

    def __init__(self, folder: Path, *, clock: Callable[[], float], scale: int = 1) -> None:
        self._folder = folder
        self._clock = clock
        self._scale = scale
        self._context = multiprocessing.get_context("spawn")
        self._board = self._context.RawArray("B", WORKERS + 1)
        self._slots: asyncio.Queue[int] = asyncio.Queue()
        for slot in range(WORKERS):
            self._slots.put_nowait(slot)
        self._pool: ProcessPoolExecutor | None = None
        self._running: set[asyncio.Task[None]] = set()

    def begin(self, order: Order, pictures: Sequence[Picture | None], name: str) -> Rendering:
        """Start to render the clip of an order in the background, and return its progress."""
        rendering = Rendering()
        task = asyncio.create_task(self._make(rendering, self.spec(order, *pictures), name))
        self._running.add(task)
        task.add_done_callback(functools.partial(self._ended, rendering))
        return rendering

    def spec(self, order: Order, first: Picture | None = None, last: Picture | None = None) -> ClipSpec:
        """Return the description of the clip for an order, with its sides divided by the scale."""
        size = size_for(order.short_side, _shape_of(order, first or last))
        width, height = (_even(side / self._scale) for side in size)
        return ClipSpec(
            width=width,
            height=height,
            seconds=order.duration,
            moves=order.moves,
            picture=first.data if first else None,
            last_picture=last.data if last else None,
            sound=order.sound,
            caption=order.caption,
        )

    def estimate(self, order: Order) -> float:
        """Estimate the seconds that rendering the clip of an order takes."""
        spec = self.spec(order)
        return spec.width * spec.height * spec.seconds * spec.fps / PIXELS_PER_SECOND

    async def close(self) -> None:
        """Stop all rendering and end the processes."""
        self._board[WORKERS] = 1
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self._pool is not None:
            await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    async def _make(self, rendering: Rendering, spec: ClipSpec, name: str) -> None:
        slot = await self._slots.get()
        try:
            await self._render(rendering, spec, slot, self._folder / f"{name}.mp4")
        finally:
            self._slots.put_nowait(slot)

    async def _render(self, rendering: Rendering, spec: ClipSpec, slot: int, target: Path) -> None:
        self._board[slot] = 0
        rendering.percent = lambda: self._board[slot]
        rendering.started = True
        await self._in_a_process(spec, target, slot)
        rendering.percent = lambda: 100
        rendering.path, rendering.ready_at = target, self._clock()

    async def _in_a_process(self, spec: ClipSpec, target: Path, slot: int) -> None:
        pool = self._processes()
        try:
            await asyncio.get_running_loop().run_in_executor(pool, render, spec, target, slot)
        except BrokenProcessPool:
            # A killed process breaks its pool for good; the next clip gets a new one.
            if self._pool is pool:
                self._pool = None
            raise

    def _processes(self) -> ProcessPoolExecutor:
        """Return the process pool; start it for the first clip."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                WORKERS, mp_context=self._context, initializer=enter, initargs=(self._board,)
            )
        return self._pool

    def _ended(self, rendering: Rendering, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            rendering.broken = True
            log.error("clip could not be rendered", exc_info=error)


class PreparedClips:
    """Ready clips for load tests: one tiny real file for each length and resolution, or the file `given` for all.

    size_bytes: pad each clip to this size with a box that players skip.
    """

    def __init__(self, folder: Path, *, given: Path | None = None, size_bytes: int | None = None) -> None:
        self._folder = folder
        self._given = given
        self._size_bytes = size_bytes
        self._paths: dict[tuple[int, int, bool], Path] = {}
        self._lock = asyncio.Lock()

    async def path(self, order: Order) -> Path:
        """Return the clip's file for an order; make it at the first call.

        Raises:
            ValueError: the clip cannot be padded to `size_bytes`.
        """
        key = (order.short_side, order.duration, order.sound)
        async with self._lock:
            if key not in self._paths:
                self._paths[key] = await asyncio.to_thread(self._prepare, *key)
        return self._paths[key]

    def _prepare(self, short_side: int, seconds: int, sound: bool) -> Path:  # noqa: FBT001 - a part of the key
        data = self._given.read_bytes() if self._given else _tiny_clip(short_side, seconds, sound=sound)
        target = self._folder / f"prepared-{short_side}-{seconds}-{sound:d}.mp4"
        target.write_bytes(data if self._size_bytes is None else padded(data, self._size_bytes))
        return target


def padded(clip: bytes, size_bytes: int) -> bytes:
    """Pad an mp4 to exactly `size_bytes` by appending a `free` box, which players skip.

    Raises:
        ValueError: the clip is too large, or there is no room for a box.
    """
    missing = size_bytes - len(clip)
    if missing == 0:
        return clip
    if missing < _FREE_BOX_HEAD:
        raise ValueError(f"a clip of {len(clip)} bytes cannot be padded to {size_bytes}")
    return clip + missing.to_bytes(4, "big") + b"free" + bytes(missing - _FREE_BOX_HEAD)


def _shape_of(order: Order, picture: Picture | None) -> tuple[int, int] | None:
    """Return the width and height of the video's shape: of its picture, else the ordered ratio, if any."""
    if picture is not None:
        return picture.width, picture.height
    width, _, height = (order.ratio or "").partition(":")
    return (int(width), int(height)) if height else None


@functools.cache
def _tiny_clip(short_side: int, seconds: int, *, sound: bool) -> bytes:
    width, height = (_even(side / PREPARED_SCALE) for side in size_for(short_side, None))
    spec = ClipSpec(width=width, height=height, seconds=seconds, fps=8, sound=sound)
    with tempfile.TemporaryDirectory(prefix="clapper-clip-") as folder:
        target = Path(folder) / "clip.mp4"
        render_clip(spec, target)
        return target.read_bytes()


def _even(side: float) -> int:
    return max(2, round(side / 2) * 2)
