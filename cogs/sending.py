"""The delivery boundary: a call to Discord that is bounded in time and fails in one of the ways that jobs know."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import TypeVar

import discord

from cogs.discord_faults import notify_error

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
