"""The first answer to an interaction, which is sent again if a call fails without a reply from Discord.

Discord accepts one first answer for each interaction, within three seconds. If the connection breaks, the
answer may have arrived all the same. A repeated call then fails with code 40060, "already acknowledged", and
discord.py still reports the interaction as unanswered. `is_acknowledged` gives the right answer in that case
too.
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
"""Seconds before each repeat. They are short because Discord waits only three seconds for the first answer."""

_ANSWER_SECONDS = 10.0

_ALREADY_ACKNOWLEDGED = 40060
_BROKE_OFF, _ANSWERED = "broke_off", "answered"


def is_acknowledged(interaction: Interaction) -> bool:
    """Return whether the interaction has its first answer, even if only code 40060 after a failed call shows that."""
    return interaction.response.is_done() or _ANSWERED in interaction.extras


async def defer(interaction: Interaction, *, ephemeral: bool = False, thinking: bool = False) -> None:
    """Acknowledge an interaction now; the content follows later.

    With `ephemeral` or `thinking` the content will be a reply, otherwise an edit of the pressed message.
    After that, wait briefly while other interactions get their first answers.

    Raises:
        Exception: as for `first_answer`.
    """
    await first_answer(
        interaction, lambda: interaction.response.defer(ephemeral=ephemeral, thinking=thinking)
    )
    await unanswered_of(interaction).let_pass()


async def send_modal(interaction: Interaction, form: discord.ui.Modal) -> None:
    """Answer with a form. The errors are those of `first_answer`."""
    await first_answer(interaction, lambda: interaction.response.send_modal(form))


async def send_message(
    interaction: Interaction,
    said: str,
    *,
    files: Sequence[discord.File] = (),
    view: discord.ui.View = discord.utils.MISSING,
) -> bool:
    """Answer with a message that only the user sees; return False if an earlier, failed call had arrived instead.

    Raises:
        Exception: as for `first_answer`.
    """

    async def answer() -> None:
        for file in files:
            file.reset()
        await interaction.response.send_message(said, ephemeral=True, files=files, view=view)

    await first_answer(interaction, answer)
    return interaction.response.is_done()


async def first_answer(interaction: Interaction, answer: Callable[[], Awaitable[object]]) -> None:
    """Send a first answer by awaiting `answer()`; try up to three times, unless Discord refuses the answer.

    Raises:
        discord.HTTPException: Discord refused; code 40060 means that the interaction was answered by
            something else.
        Exception: every call failed.
    """
    private: Any = interaction  # discord.py has no public way to switch off its own retries
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
    """Call `answer` once; return its error, None if the interaction is answered, by this call or by a failed one."""
    try:
        await bounded(answer(), seconds=_ANSWER_SECONDS)
    except NotifyError as failed:
        error = failed.__cause__ or failed
    else:
        return None
    if interaction.response.is_done():
        return None  # Discord took the answer; discord.py could not read the response
    if getattr(error, "code", None) == _ALREADY_ACKNOWLEDGED and _BROKE_OFF in interaction.extras:
        log.info("acknowledged by an answer that had broken off: interaction=%s", interaction.id)
        interaction.extras[_ANSWERED] = True
        return None
    if not isinstance(error, discord.HTTPException) or error.status >= 500 or error.status < 400:
        interaction.extras[_BROKE_OFF] = True
    return error


def _is_refused(error: BaseException) -> bool:
    """Return whether Discord itself refused the answer; an error without a code comes from its proxy."""
    return isinstance(error, discord.ClientException) or bool(getattr(error, "code", 0))


class _OneTry:
    """An HTTP session that sends each request once, without discord.py's own retries, which nobody could see here."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @contextlib.asynccontextmanager
    async def request(self, *where: Any, **what: Any) -> AsyncGenerator[Any]:
        """Send a request; raise on the failures after which discord.py would send the request again."""
        try:
            async with self._session.request(*where, **what) as response:
                if response.status >= 500:
                    raise discord.DiscordServerError(response, "")
                yield response
        except OSError as error:
            raise ConnectionError(str(error)) from error
