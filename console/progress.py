"""The display of progress on standard error: one redrawn line on a terminal, a line for each change elsewhere."""

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Protocol, TextIO

_WIDTH = 40
_ERASE_LINE = "\r\x1b[2K"


class Shown(Protocol):
    """An object that shows the current step, and its progress if that is known."""

    def show(self, doing: str, percent: int | None = None) -> None:
        """Show the step `doing`, and its progress in percent."""
        ...


class _Lines:
    """A display of progress with a new line for each change."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._last = ""

    def show(self, doing: str, percent: int | None = None) -> None:
        line = doing if percent is None else f"{doing}, {percent} %"
        if line != self._last:
            print(line, file=self._stream, flush=True)
        self._last = line


class _Bar:
    """A display of the current step, a bar if its progress is known, and the elapsed time, in one redrawn line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = time.monotonic()
        self._line = ""

    def show(self, doing: str, percent: int | None = None) -> None:
        bar = "" if percent is None else f"  [{'#' * (percent * _WIDTH // 100):.<{_WIDTH}}] {percent} %"
        self._line = doing + bar
        self._draw()

    async def tick(self) -> None:
        """Redraw the line every second, so that the elapsed time advances."""
        while True:
            await asyncio.sleep(1)
            self._draw()

    def erase(self) -> None:
        print(end=_ERASE_LINE, file=self._stream, flush=True)

    def _draw(self) -> None:
        minutes, seconds = divmod(int(time.monotonic() - self._begun), 60)
        line = f"{self._line}  {minutes}:{seconds:02}"
        print(
            _ERASE_LINE,
            line[: shutil.get_terminal_size().columns - 1],
            sep="",
            end="",
            file=self._stream,
            flush=True,
        )


@asynccontextmanager
async def progress_on(stream: TextIO) -> AsyncGenerator[Shown]:
    """Yield an object that shows progress on `stream` during the block; on a terminal, erase the line at the end."""
    if not stream.isatty():
        yield _Lines(stream)
        return
    bar = _Bar(stream)
    ticking = asyncio.create_task(bar.tick())
    try:
        yield bar
    finally:
        ticking.cancel()
        bar.erase()
