"""What runs inside a renderer process: one clip at a time, its progress written where the server can read it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import MutableSequence
from pathlib import Path

from media.rendering.render import ClipSpec, render_clip

_board: MutableSequence[int] = []
"""Shared with the server: one byte of percent per slot and, last, whether to stop."""


class RenderStopped(Exception):
    """The sandbox is closing; the clip was given up."""


def enter(board: MutableSequence[int]) -> None:
    """Prepare this process: the keyboard's interrupt is the server's business, and it dies with the server."""
    global _board  # noqa: PLW0603 - set once per process, before any work
    _board = board
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_the_server, daemon=True).start()


def render(spec: ClipSpec, target: Path, slot: int) -> None:
    """Render a clip to `target`, telling percents in `slot`.

    Raises:
        RenderStopped: the sandbox is closing.
    """

    def tell(percent: int) -> None:
        if _board[-1]:
            raise RenderStopped
        _board[slot] = percent

    render_clip(spec, target, on_progress=tell)


def _die_with_the_server() -> None:
    """Leave when the server is gone without a goodbye: a pool's process would wait for work for ever."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
