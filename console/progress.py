"""How far something is: a bar on a terminal, plain lines elsewhere. Both go to standard error."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Shown(Protocol):
    """Shows what is being done, and how much of it is done where that is known."""

    def show(self, doing: str, percent: int | None = None) -> None:
        """Show it."""
        ...


class Lines:
    """A line for each change."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def show(self, doing: str, percent: int | None = None) -> None:
        """Print it, unless it was printed last."""
        line = doing if percent is None else f"{doing}, {percent} %"
        if line != self._last:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)
        self._last = line


class Bar:
    """A bar that pulses while nobody knows how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def show(self, doing: str, percent: int | None = None) -> None:
        """Move the bar."""
        total = None if percent is None else 100
        self._progress.update(self._task, description=doing, total=total, completed=percent or 0)


@contextmanager
def progress_on(console: Console) -> Generator[Shown]:
    """Show progress in this block; `console` knows whether it is a terminal."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Bar(progress)
