"""What a user did wrong, and the one place where any error of a command or button becomes an answer."""

import logging
import secrets

import discord
from discord import app_commands

from cogs import refusals, sentences
from cogs.timestamps import relative
from db.admission import Cap, CapReached
from hailuo.request import Rule, RuleBroken
from media.picture_fault import PictureRefused

log = logging.getLogger(__name__)


class Refused(Exception):
    """A request that cannot be granted. Its text is the sentence for the user."""


def refusal_sentence(error: BaseException, *, day_ends_at: int) -> str | None:
    """Return the sentence for what a user did, None for what broke. `day_ends_at` is epoch ms."""
    match error:
        case Refused():
            return str(error)
        case RuleBroken():
            return _rule_sentence(error)
        case PictureRefused():
            return refusals.picture_refused(error)
        case CapReached():
            return _cap_sentence(error, relative(day_ends_at))
        case _:
            return None


async def answer_error(interaction: discord.Interaction, error: BaseException, *, day_ends_at: int) -> None:
    """Tell the user privately what is wrong; log what is ours to mend."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    sentence = refusal_sentence(error, day_ends_at=day_ends_at)
    if sentence is None:
        reference = secrets.token_hex(4)
        log.error("interaction broke: reference=%s", reference, exc_info=error)
        sentence = sentences.broke(reference)
    await _reply(interaction, sentence)


async def _reply(interaction: discord.Interaction, sentence: str) -> None:
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(sentence, ephemeral=True)
        elif interaction.type is discord.InteractionType.application_command:
            await interaction.edit_original_response(content=sentence, view=None)
        else:
            await interaction.followup.send(sentence, ephemeral=True)
    except discord.HTTPException as unheard:
        log.warning("refusal could not be shown: %s", unheard.code)


def _rule_sentence(broken: RuleBroken) -> str:
    match broken.rule:
        case Rule.PROMPT_EMPTY:
            return refusals.PROMPT_EMPTY
        case Rule.PROMPT_TOO_LONG:
            return refusals.prompt_too_long(broken.value or 0)
        case Rule.LONG_AT_1080P:
            return refusals.LONG_AT_1080P
        case Rule.FAST_WITHOUT_IMAGE:
            return refusals.FAST_WITHOUT_IMAGE


def _cap_sentence(reached: CapReached, resets: str) -> str:
    match reached.cap:
        case Cap.ACTIVE:
            return refusals.active_cap(reached.limit)
        case Cap.USER_DAY:
            return refusals.user_day_cap(reached.limit, resets)
        case Cap.BOT_DAY:
            return refusals.bot_day_cap(reached.limit, resets)
