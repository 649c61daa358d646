"""What an error of a Discord call means for a message: a pure table.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes
"""

import discord

from jobs.notifier import NotifyError, TooLarge, TryLater, Unreachable

_TOO_LARGE = 40005
_UNKNOWN_MESSAGE = 10008
_MAY_WORK_LATER = frozenset({401, 429})
"""401 says that the bot's token was revoked: nothing is wrong with the channel, and an operator can mend it."""


class AlreadyDeleted(NotifyError):
    """The message of this nonce, or the one to be changed, existed and was deleted."""


def notify_error(error: Exception) -> NotifyError:
    """Return what `error` means."""
    if isinstance(error, discord.RateLimited):
        return TryLater("rate limited", retry_after_seconds=error.retry_after)
    if not isinstance(error, discord.HTTPException):
        return TryLater(type(error).__name__)
    detail = f"HTTP {error.status}, code {error.code}"
    if error.status == 413 or error.code == _TOO_LARGE:
        return TooLarge(detail)
    if error.code == _UNKNOWN_MESSAGE:
        return AlreadyDeleted(detail)
    if error.status in _MAY_WORK_LATER or error.status >= 500 or error.status < 400:
        return TryLater(detail)
    return Unreachable(detail)
