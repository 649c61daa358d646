"""Calls to Discord with a time limit, whose failures become the errors of `jobs.notify.notifier`.

Tables of Discord's error codes decide what an error means. An error without a known code counts as temporary:
error pages of the proxy before Discord have the same HTTP statuses but no code, and prove nothing about a
channel. Codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import discord

from jobs.notify.notifier import NotifyError, TooLarge, TryLater, Unreachable

log = logging.getLogger(__name__)

T = TypeVar("T")

SEND_SECONDS = 60.0

CLOSED = frozenset(
    {
        10003,  # Unknown channel
        10004,  # Unknown guild
        10013,  # Unknown user
        20009,  # Explicit content cannot be sent to the desired recipient(s) (the filter of the server or reader)
        40058,  # Cannot send a message in a forum channel
        50001,  # Missing access
        50007,  # Cannot send messages to this user
        50008,  # Cannot send messages in a non-text channel
        50009,  # Channel verification level is too high for you to gain access
        50013,  # You lack permissions to perform that action
        50024,  # Cannot execute action on this channel type
        50033,  # Invalid Recipient(s)
        50055,  # Invalid Guild
        50083,  # Tried to perform an operation on an archived thread
        50278,  # Cannot send messages to this user due to having no mutual guilds
        160005,  # Thread is locked
    }
)
"""Error codes after which this destination takes no messages any more, with the documentation's wording."""

_TOO_LARGE = frozenset(
    {40005, 50045, 400001}
)  # 400001: a server whose uploads Discord has limited takes no file

_WORDS = frozenset({50035, 200000, 200001, 240000})
"""Error codes for refused text: invalid form body, AutoMod on a message or a title, the filter of harmful links."""

_UNKNOWN_MESSAGE = 10008

GONE = frozenset({10003, 10004, 10013, _UNKNOWN_MESSAGE})
"""Error codes after which a message does not exist; a page with status 404 but no code does not prove that."""


class AlreadyDeleted(NotifyError):
    """The message with this nonce, or the message to be edited, existed and was deleted."""


class WordsRefused(TryLater):
    """Discord refused the text of the message; a shorter text may pass."""


def notify_error(error: Exception) -> NotifyError:
    """Return the error of `jobs.notify.notifier` that stands for an error of discord.py."""
    if isinstance(error, discord.RateLimited):
        return TryLater("rate limited", retry_after_seconds=error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return TryLater(type(error).__name__)
    detail = f"HTTP {error.status}, code {error.code}"
    if error.status == 413 or error.code in _TOO_LARGE:
        return TooLarge(detail)
    if error.code == _UNKNOWN_MESSAGE:
        return AlreadyDeleted(detail)
    if error.code in _WORDS:
        return WordsRefused(detail)
    return Unreachable(detail) if error.code in CLOSED else TryLater(detail)


async def bounded(call: Awaitable[T], *, seconds: float = SEND_SECONDS) -> T:
    """Await a call to Discord for at most `seconds`, and return its result.

    Raises:
        NotifyError: the call failed or took too long.
    """
    try:
        async with asyncio.timeout(seconds):
            return await call
    except Exception as error:
        # discord.py lets TypeError, JSON and socket errors through, after which a message may exist. All of them mean
        # "the same call again, with the same nonce".
        if not isinstance(error, discord.DiscordException | OSError):
            log.warning("a call to Discord broke: %r", error)
        raise notify_error(error) from error


async def worded(send: Callable[[str], Awaitable[T]], *texts: str, seconds: float = SEND_SECONDS) -> T:
    """Call `send` with each of `texts` until Discord accepts one; each text says less than the one before.

    Raises:
        NotifyError: as for `bounded`; `WordsRefused` if Discord refuses every text.
    """
    for text in texts[:-1]:
        try:
            return await bounded(send(text), seconds=seconds)
        except WordsRefused as refused:
            log.info("said again in fewer words: %s", refused)
    return await bounded(send(texts[-1]), seconds=seconds)


def with_and_without_prompt(text: str) -> tuple[str, str]:
    """Return two texts: a message whose last line is a prompt, and the same message without that line."""
    return text, text.rpartition("\n")[0] or text
