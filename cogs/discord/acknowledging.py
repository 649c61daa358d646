"""The first answer to an interaction: given once, and known to be given where Discord's word of it was lost.

An answer that broke off may have taken effect. The same one again then hears 40060, "already acknowledged", and after
that the library still calls the interaction unanswered: whether it is, `is_acknowledged` says.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from typing import Any

import discord

from cogs.discord.interactions import Interaction, unanswered_of
from cogs.discord.sending import bounded
from jobs.notify.notifier import NotifyError

log = logging.getLogger(__name__)

_PAUSES = (0.1, 0.5)
"""Seconds before each repeat: Discord waits three for an answer."""

_ANSWER_SECONDS = 10.0

_ALREADY_ACKNOWLEDGED = 40060
_BROKE_OFF, _ANSWERED = "broke_off", "answered"


def is_acknowledged(interaction: Interaction) -> bool:
    """Say whether a first answer was given."""
    return interaction.response.is_done() or _ANSWERED in interaction.extras


async def defer(interaction: Interaction, *, ephemeral: bool = False, thinking: bool = False) -> None:
    """Defer the response: with `ephemeral` or `thinking` a reply, else an edit of the message that was pressed.

    Then let the first answers of others pass for a moment.

    Raises:
        Exception: as `first_answer` does.
    """
    await first_answer(
        interaction, lambda: interaction.response.defer(ephemeral=ephemeral, thinking=thinking)
    )
    await unanswered_of(interaction).let_pass()


async def send_modal(interaction: Interaction, form: discord.ui.Modal) -> None:
    """Answer with a form; raise as `first_answer` does."""
    await first_answer(interaction, lambda: interaction.response.send_modal(form))


async def send_message(
    interaction: Interaction,
    said: str,
    *,
    files: Sequence[discord.File] = (),
    view: discord.ui.View = discord.utils.MISSING,
) -> bool:
    """Answer for the reader alone; say whether this was taken, and not an answer before it that had broken off.

    Raises:
        Exception: as `first_answer` does.
    """

    async def answer() -> None:
        for file in files:
            file.reset()
        await interaction.response.send_message(said, ephemeral=True, files=files, view=view)

    await first_answer(interaction, answer)
    return interaction.response.is_done()


async def first_answer(interaction: Interaction, answer: Callable[[], Awaitable[object]]) -> None:
    """Await `answer`, again where it broke off.

    Raises:
        discord.HTTPException: Discord refused it; with 40060, somebody else has answered.
        Exception: it broke off every time.
    """
    private: Any = interaction  # the library has no public way to try an answer once
    session = private._session
    private._session = _OneTry(session)
    try:
        with unanswered_of(interaction).one():
            await _answer_at_last(interaction, answer)
    finally:
        private._session = session


async def _answer_at_last(interaction: Interaction, answer: Callable[[], Awaitable[object]]) -> None:
    for pause in (*_PAUSES, None):
        error = await _failure_of(interaction, answer)
        if error is None:
            return
        if pause is None or _is_refused(error):
            raise error
        await asyncio.sleep(pause)


async def _failure_of(
    interaction: Interaction, answer: Callable[[], Awaitable[object]]
) -> BaseException | None:
    """Try once; return what went wrong, None once the answer is given, by this try or by one that broke off."""
    try:
        await bounded(answer(), seconds=_ANSWER_SECONDS)
    except NotifyError as failed:
        error = failed.__cause__ or failed
    else:
        return None
    if interaction.response.is_done():
        return None  # Discord took it, and said so in words that the library cannot read
    if getattr(error, "code", None) == _ALREADY_ACKNOWLEDGED and _BROKE_OFF in interaction.extras:
        log.info("acknowledged by an answer that had broken off: interaction=%s", interaction.id)
        interaction.extras[_ANSWERED] = True
        return None
    if not isinstance(error, discord.HTTPException) or error.status >= 500 or error.status < 400:
        interaction.extras[_BROKE_OFF] = True
    return error


def _is_refused(error: BaseException) -> bool:
    """Say whether Discord itself refused the answer; a page without a code is not its word."""
    return isinstance(error, discord.ClientException) or bool(getattr(error, "code", 0))


class _OneTry:
    """A session in which no try is repeated: the library would, after a second, and nobody would know of it."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @contextlib.asynccontextmanager
    async def request(self, *where: Any, **what: Any) -> AsyncGenerator[Any]:
        """Send a request; raise where the library would send it again."""
        try:
            async with self._session.request(*where, **what) as response:
                if response.status >= 500:
                    raise discord.DiscordServerError(response, "")
                yield response
        except OSError as error:
            raise ConnectionError(str(error)) from error
