"""The client's memory of interactions: replies that can be edited, unanswered interactions, pictures, sketches.

A sketch is a free preview of an order's camera moves. A restart loses all of this. Interaction tokens are not
stored because they are secrets; after a restart, users still have the channel and `/jobs`.
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
"""discord.py's object for a command, a press or a form of a user, with any class of client."""

_NAMES = ("CommandTree-invoker", "discord-ui-", "discord.py:")
"""Prefixes of the names of discord.py 2.7's tasks for interactions; tests check them against the library."""


async def finish_interactions(*, at_most_seconds: float) -> None:
    """Wait until all running interactions have ended, at most `at_most_seconds`, so that a stop cuts none off."""
    begun = [task for task in asyncio.all_tasks() if task.get_name().startswith(_NAMES)]
    if begun:
        await asyncio.wait(begun, timeout=at_most_seconds)


_WAIT_FOR_OTHERS_SECONDS = 0.25
"""The longest time, in seconds, that other work waits for first answers, which are due within three seconds."""


class UnansweredInteractions:
    """The counter of first answers that are being sent; less urgent work waits for them."""

    def __init__(self) -> None:
        self._count = 0
        self._none_left = asyncio.Event()

    @contextlib.contextmanager
    def one(self) -> Generator[None]:
        """Count one first answer while the block runs."""
        self._count += 1
        self._none_left.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._none_left.set()

    async def let_pass(self) -> None:
        """Wait until no first answer is being sent, at most `_WAIT_FOR_OTHERS_SECONDS`."""
        if self._count:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none_left.wait(), _WAIT_FOR_OTHERS_SECONDS)


def unanswered_of(interaction: Interaction) -> UnansweredInteractions:
    """Return the counter of first answers of the interaction's client."""
    return interaction.client.unanswered


OPEN_SECONDS = 14 * 60.0
"""The time, in seconds, in which a private reply can be edited; Discord closes it after 15 minutes."""

MOST_REPLIES = 5000


@dataclass(frozen=True, slots=True)
class _Reply:
    interaction: Interaction
    until: float
    acknowledged: asyncio.Event = field(default_factory=asyncio.Event)


class OpenReplies:
    """The interactions that created jobs, by their ids, for as long as their private replies can be edited."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: OrderedDict[int, _Reply] = OrderedDict()

    @contextlib.contextmanager
    def acknowledging(self, interaction: Interaction) -> Generator[None]:
        """Remember the interaction while the block sends its acknowledgement; forget it if the block fails.

        A job can end before the acknowledgement is sent. `find` waits for the block, so that the
        acknowledgement does not overwrite the message about the ending.
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
        """Return the interaction once it is acknowledged, or None if its reply is unknown or too old to be edited."""
        reply = self._open.get(interaction_id)
        if reply is None:
            return None
        await reply.acknowledged.wait()
        if self._clock() < reply.until and interaction_id in self._open:
            return reply.interaction
        self._open.pop(interaction_id, None)
        return None


MOST_BYTES = 64_000_000
"""Limit of the bytes of pictures that are held in memory at once, while they are read, checked or stored."""

MOST_PICTURES = 8
"""Limit of the number of pictures in memory at once; even a small file can take long to decode."""

WAIT_SECONDS = 60.0


class TooManyPictures(Exception):
    """The pictures of other members take up all the room."""


class PictureGate:
    """The limit of pictures in memory; a picture counts from its first byte until an order or a sketch has it.

    Pictures enter in the order of their arrival, one at a time for each member, while their bytes fit.
    """

    def __init__(self, *, most_bytes: int = MOST_BYTES, wait_seconds: float = WAIT_SECONDS) -> None:
        self._budget = Budget(most_bytes)
        self._wait_seconds = wait_seconds
        self._members: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    @contextlib.asynccontextmanager
    async def room(self, user_id: int, size: int) -> AsyncGenerator[None]:
        """Hold room for a picture of `size` bytes while the block runs.

        Raises:
            TooManyPictures: there was no room within `wait_seconds`.
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
    """Clear the local variables in an error's traceback, so that an uploaded picture does not stay in memory."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__context__


MOST_SKETCHES = 6
"""Limit of sketches in progress. A few are drawn at once; the others wait with their pictures in memory."""


class AlreadyDrawing(Exception):
    """A sketch of this member is being drawn already."""


class TooManySketches(Exception):
    """The limit of sketches in progress is reached."""


class SketchTurns:
    """The limit of sketches in progress: one for each member, and `most` for all members."""

    def __init__(self, *, most: int = MOST_SKETCHES) -> None:
        self._most = most
        self._drawing: set[int] = set()

    @contextlib.contextmanager
    def turn(self, user_id: int) -> Generator[None]:
        """Count a sketch of the member while the block runs.

        Raises:
            AlreadyDrawing: the member has a sketch in progress.
            TooManySketches: the limit for all members is reached.
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
