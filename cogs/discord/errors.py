"""The one place where any error of a command or button becomes an answer."""

import logging
import secrets

import discord
from discord import app_commands

from cogs.discord.acknowledging import is_acknowledged, send_message
from cogs.discord.interactions import Interaction
from cogs.discord.picture_gate import TooManyPictures
from cogs.discord.sending import bounded
from cogs.discord.services import words_of
from cogs.text import refusals
from cogs.text.catalogue import Refused, Words
from cogs.text.typed_text import given_back, typed_in
from db.jobs.admission import Blocked, Paused
from db.money.caps import CapReached
from hailuo.request import RuleBroken
from jobs.notify.notifier import NotifyError
from jobs.orders.order_faults import OrderRefused
from jobs.orders.variation_faults import VariationRefused
from media.pictures.fault import PictureRefused

log = logging.getLogger(__name__)


def refusal_sentence(words: Words, error: BaseException) -> str | None:
    """Return the sentence for what a user did, None for what broke."""
    match error:
        case Refused():
            return error.phrase.said_in(words)
        case RuleBroken():
            return refusals.rule_broken(words, error)
        case PictureRefused():
            return refusals.picture_refused(words, error)
        case TooManyPictures():
            return words("picture-busy")
        case CapReached():
            return refusals.cap_reached(words, error)
        case Paused():
            return words(f"paused-{error.cause}")
        case Blocked():
            return refusals.blocked(words, error)
        case OrderRefused():
            return refusals.order_refused(words, error)
        case VariationRefused():
            return refusals.take_refused(words, error)
        case _:
            return None


async def answer_error(interaction: Interaction, error: BaseException) -> None:
    """Tell the user privately what is wrong, with what they had typed into a form; log what is ours to mend."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    words = words_of(interaction)
    sentence = refusal_sentence(words, error)
    if sentence is None:
        reference = secrets.token_hex(4)
        log.error("interaction broke: reference=%s", reference, exc_info=error)
        sentence = words("broke", reference=reference)
    typed = typed_in(interaction)
    said, files = given_back(words, sentence, typed) if typed else (sentence, [])
    await _reply(interaction, said, files)


async def _reply(interaction: Interaction, sentence: str, files: list[discord.File]) -> None:
    try:
        await bounded(_say(interaction, sentence, files))
    except NotifyError as unheard:
        log.warning("refusal could not be shown: %s", unheard)


async def _say(interaction: Interaction, sentence: str, files: list[discord.File]) -> None:
    """Say it as the first answer, else beside the one that was given, perhaps by a try that had broken off."""
    if not is_acknowledged(interaction) and await send_message(interaction, sentence, files=files):
        return
    if interaction.type is discord.InteractionType.application_command:
        await interaction.edit_original_response(content=sentence, view=None)
    else:
        for file in files:
            file.reset()
        await interaction.followup.send(sentence, ephemeral=True, files=files)
