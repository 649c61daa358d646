"""The code of a renderer process: it renders one clip at a time and shares its progress with the sandbox server."""

import multiprocessing
import os
import signal
import threading
from collections.abc import MutableSequence
from pathlib import Path

from media.rendering.render import ClipSpec, render_clip

_board: MutableSequence[int] = []
"""Memory shared with the server: one byte per slot with the percentage done and, as last byte, whether to stop."""


class RenderStopped(Exception):
    """The sandbox is closing, so the rendering of the clip was stopped."""


def enter(board: MutableSequence[int]) -> None:
    """Prepare this renderer process: share `board`, leave Ctrl-C to the server, and end when the server ends."""
    global _board  # noqa: PLW0603 - set once per process, before any work
    _board = board
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_die_with_the_server, daemon=True).start()


def render(spec: ClipSpec, target: Path, slot: int) -> None:
    """Render a clip to `target`, and write the percentage done to `slot` of the shared memory.

    Raises:
        RenderStopped: the sandbox is closing.
    """

    def tell(percent: int) -> None:
        if _board[-1]:
            raise RenderStopped
        _board[slot] = percent

    render_clip(spec, target, on_progress=tell)


def _die_with_the_server() -> None:
    """End this process when the server has ended, even by a crash; otherwise it would wait for work for ever."""
    server = multiprocessing.parent_process()
    if server is not None:
        server.join()
        os._exit(1)
