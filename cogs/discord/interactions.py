"""The interactions in hand: those that were begun, replies that are still open, and the pictures and sketches in memory.

All of it is gone after a restart: tokens are secrets, and the channel and `/jobs` are left.
"""

import asyncio
import contextlib
import time
import traceback
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

import discord

from media.isolation.isolated import Budget

Interaction = discord.Interaction[Any]
"""An interaction, whatever client it came to."""

_NAMES = ("CommandTree-invoker", "discord-ui-", "discord.py:")
"""How discord.py 2.7 names the tasks that it starts for interactions; tests/transport and tests/cogs hold them against it."""


async def finish_interactions(*, at_most_seconds: float) -> None:
    """Wait until every interaction that was begun has ended, within bounds: a bot that stops answers them first."""
    begun = [task for task in asyncio.all_tasks() if task.get_name().startswith(_NAMES)]
    if begun:
        await asyncio.wait(begun, timeout=at_most_seconds)


_WAIT_FOR_OTHERS_SECONDS = 0.25
"""So long at most the work behind an answer waits for first answers of others, which Discord wants within three."""


class UnansweredInteractions:
    """Counts first answers that are under way, so that other work can let them pass: they are the only urgent ones."""

    def __init__(self) -> None:
        self._count = 0
        self._none_left = asyncio.Event()

    @contextlib.contextmanager
    def one(self) -> Generator[None]:
        """Count one while its answer is under way."""
        self._count += 1
        self._none_left.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._none_left.set()

    async def let_pass(self) -> None:
        """Wait until none is left, or for a moment."""
        if self._count:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), _WAIT_FOR_OTHERS_SECONDS)


def unanswered_of(interaction: Interaction) -> UnansweredInteractions:
    """Return the count that the client of `interaction` keeps."""
    return interaction.client.unanswered


OPEN_SECONDS = 14 * 60.0
"""Discord closes the private reply of a command after 15 minutes."""

MOST_REPLIES = 5000


@dataclass(frozen=True, slots=True)
class _Reply:
    interaction: Interaction
    until: float
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)


class OpenReplies:
    """Remembers the interactions that made jobs, by their ids, while their tokens live."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[int, _Reply] = OrderedDict()

    @contextlib.contextmanager
    def acknowledging(self, interaction: Interaction) -> Generator[None]:
        """Keep the reply of a command whose acknowledgement is said inside; forget it where that fails.

        A job can end before its acknowledgement is said, and what is written first would be overwritten by it.
        """
        reply = self._open[interaction.id] = _Reply(interaction, self._clock() + OPEN_SECONDS)
        if len(self._open) > MOST_REPLIES:
            self._open.popitem(last=False)
        try:
            yield
        except BaseException:
            self._open.pop(interaction.id, None)
            raise
        finally:
            reply.acknowledged.set()

    async def find(self, interaction_id: int) -> Interaction | None:
        """Return the interaction whose reply is still open, once its acknowledgement is said."""
        reply = self._open.get(interaction_id)
        if reply is None:
            return None
        await reply.acknowledged.wait()
        if self._clock() < reply.until and interaction_id in self._open:
            return reply.interaction
        self._open.pop(interaction_id, None)
        return None


MOST_BYTES = 64_000_000
"""Bytes of pictures that are in hand at once: read, checked, or on their way to the disk."""

MOST_PICTURES = 8
"""Pictures in hand at once, however small: a few bytes can be much work."""

WAIT_SECONDS = 60.0


class TooManyPictures(Exception):
    """Others' pictures take all places."""


class PictureGate:
    """Lets pictures into memory, from their first byte until an order or a sketch has them.

    They come in the order of their arrival, one at a time for each member, and no more bytes than fit.
    """

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


MOST_SKETCHES = 6
"""Sketches in hand at once; a few are drawn, the others wait with their pictures in memory."""


class AlreadyDrawing(Exception):
    """A sketch of this member is being drawn."""


class TooManySketches(Exception):
    """As many sketches as there may be are being drawn."""


class SketchTurns:
    """Counts the sketches in hand: one at a time for a member, and few for everybody together."""

    def __init__(self, *, most: int = MOST_SKETCHES) -> None:
        self._most = most
        self._drawing: set[int] = set()

    @contextlib.contextmanager
    def turn(self, user_id: int) -> Generator[None]:
        """Count a sketch of the member inside.

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
