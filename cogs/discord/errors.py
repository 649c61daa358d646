"""The answers to errors of commands, buttons and forms.

The answer to a form repeats the typed text, so that the user can copy it.
"""

import io
import logging
import secrets
from typing import Any

import discord
from discord import app_commands

from cogs.discord.acknowledging import is_acknowledged, send_message
from cogs.discord.context import words_of
from cogs.discord.interactions import Interaction, TooManyPictures
from cogs.discord.sending import bounded
from cogs.text import sentences
from cogs.text.catalogue import Refused, Words, is_blank, length_of
from db.jobs.admission import Blocked, Paused
from db.money.caps import CapReached
from hailuo.request import RuleBroken
from jobs.notify.notifier import NotifyError
from jobs.orders.order import OrderRefused
from jobs.orders.variations import VariationRefused
from jobs.storage.files import FileGone
from media.errors import PictureRefused

log = logging.getLogger(__name__)

MAX_MESSAGE = 2000
_FENCE = "```"


def refusal_sentence(words: Words, error: BaseException) -> str | None:
    """Return the message for an error that the user can act on; None if the program is at fault."""
    match error:
        case Refused():
            return error.phrase.said_in(words)
        case RuleBroken():
            return sentences.rule_broken(words, error)
        case PictureRefused():
            return sentences.picture_refused(words, error)
        case TooManyPictures():
            return words("picture-busy")
        case CapReached():
            return sentences.cap_reached(words, error)
        case Paused():
            return words(f"paused-{error.cause}")
        case Blocked():
            return sentences.blocked(words, error)
        case OrderRefused():
            return sentences.order_refused(words, error)
        case VariationRefused() | FileGone():
            return sentences.take_refused(words, error)
        case _:
            return None


async def answer_error(interaction: Interaction, error: BaseException) -> None:
    """Answer an error privately, with the text that was typed into a form; log it if the program is at fault."""
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
    """Send the sentence as the first answer; if there is one already, replace a command's answer or add a reply."""
    if not is_acknowledged(interaction) and await send_message(interaction, sentence, files=files):
        return
    if interaction.type is discord.InteractionType.application_command:
        await interaction.edit_original_response(content=sentence, view=None)
    else:
        for file in files:
            file.reset()
        await interaction.followup.send(sentence, ephemeral=True, files=files)


def typed_in(interaction: Interaction) -> str:
    """Return the visible text of a submitted form; empty for any other interaction."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return ""
    data: Any = interaction.data
    fields = [label.get("component", {}) for label in data.get("components", ())]
    text = "\n".join(field["value"] for field in fields if _is_text(field))
    return "" if is_blank(text) else text


def given_back(words: Words, sentence: str, text: str) -> tuple[str, list[discord.File]]:
    """Return a message with the sentence and the user's text, which is in a code block or, if too long, in a file."""
    block = f"{_FENCE}\n{text}\n{_FENCE}"
    below = "\n".join([sentence, words("what-you-wrote"), block])
    if _FENCE not in text and length_of(below) <= MAX_MESSAGE:
        return below, []
    file = discord.File(io.BytesIO(text.encode()), filename="prompt.txt")
    return "\n".join([sentence, words("what-you-wrote")]), [file]


def _is_text(field: dict[str, Any]) -> bool:
    return field.get("type") == discord.ComponentType.text_input.value and bool(field.get("value"))
