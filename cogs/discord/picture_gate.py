"""How many pictures are in memory at once, from the first byte that is read until an order or a sketch has them."""

import asyncio
import contextlib
import traceback
from collections.abc import AsyncGenerator
from weakref import WeakValueDictionary

from media.isolation.budget import Budget

MOST_BYTES = 64_000_000
"""Bytes of pictures that are in hand at once: read, checked, or on their way to the disk."""

MOST_PICTURES = 8
"""Pictures in hand at once, however small: a few bytes can be much work."""

WAIT_SECONDS = 60.0


class TooManyPictures(Exception):
    """Others' pictures take all places."""


class PictureGate:
    """Lets pictures in: in the order of their coming, of each member one at a time, and no more bytes than fit."""

    def __init__(self, *, most_bytes: int = MOST_BYTES, wait_seconds: float = WAIT_SECONDS) -> None:
        self._budget = Budget(most_bytes)
        self._wait_seconds = wait_seconds
        self._members: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def place(self, user_id: int, size: int) -> AsyncGenerator[None]:
        """Hold a place for a picture of `size` bytes in the block.

        Raises:
            TooManyPictures: there was none for `WAIT_SECONDS`.
        """
        member = self._members.setdefault(user_id, asyncio.Lock())
        share = self._budget.share(max(size, self._budget.total // MOST_PICTURES))
        async with contextlib.AsyncExitStack() as held:
            try:
                async with asyncio.timeout(self._wait_seconds):
                    await held.enter_async_context(member)
                    await held.enter_async_context(share)
            except TimeoutError:
                raise TooManyPictures from None
            try:
                yield
            except Exception as error:
                _let_go(error)
                raise


def _let_go(error: BaseException | None) -> None:
    """Empty the frames of an error: they hold the picture, for as long as the error is being told."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__
