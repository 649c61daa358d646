"""Whose sketch is drawn right now: one at a time for a member, and few for everybody together."""

import contextlib
from collections.abc import Generator

MOST_SKETCHES = 6
"""Sketches in hand at once; a few are drawn, the others wait with their pictures in memory."""


class AlreadyDrawing(Exception):
    """The member has one in hand."""


class TooManySketches(Exception):
    """Everybody together has."""


class SketchTurns:
    """Counts the sketches in hand."""

    def __init__(self, *, most: int = MOST_SKETCHES) -> None:
        self._most = most
        self._drawing: set[int] = set()

    @contextlib.contextmanager
    def turn(self, user_id: int) -> Generator[None]:
        """Have one in hand inside.

        Raises:
            AlreadyDrawing, TooManySketches: not now.
        """
        if user_id in self._drawing:
            raise AlreadyDrawing
        if len(self._drawing) >= self._most:
            raise TooManySketches
        self._drawing.add(user_id)
        try:
            yield
        finally:
            self._drawing.discard(user_id)
