"""The delivery boundary: a call to Discord that is bounded in time and fails in one of the ways that jobs know."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from cogs.discord.faults import WordsRefused, notify_error

log = logging.getLogger(__name__)

T = TypeVar("T")

SEND_SECONDS = 60.0


async def bounded(call: Awaitable[T], *, seconds: float = SEND_SECONDS) -> T:
    """Await a call to Discord.

    Raises:
        NotifyError: it did not go through, or not in time.
    """
    try:
        async with asyncio.timeout(seconds):
            return await call
    except Exception as error:
        # discord.py lets TypeError, JSON and socket errors through, after which a message may exist. All of them
        # mean "the same call again, with the same nonce".
        if not isinstance(error, discord.DiscordException | OSError):
            log.warning("a call to Discord broke: %r", error)
        raise notify_error(error) from error


async def worded(send: Callable[[str], Awaitable[T]], *texts: str, seconds: float = SEND_SECONDS) -> T:
    """Await `send` with the first of `texts` whose words Discord takes; each of them says less than the one before.

    Raises:
        NotifyError: as `bounded`, and `WordsRefused` where it takes none of them.
    """
    for text in texts[:-1]:
        try:
            return await bounded(send(text), seconds=seconds)
        except WordsRefused as refused:
            log.info("said again in fewer words: %s", refused)
    return await bounded(send(texts[-1]), seconds=seconds)


def with_and_without_prompt(text: str) -> tuple[str, str]:
    """Return a message whose last line is a prompt, and the same without that line."""
    return text, text.rpartition("\n")[0] or text
