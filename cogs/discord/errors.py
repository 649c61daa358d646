"""The answers to errors of commands, buttons and forms.

No refusal throws words away: the answer repeats what was typed and, to an order, adds a button that opens it in a form.
"""

import contextlib
import io
import logging
import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
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
_GIVEN_BACK = "given_back"

ChangeButton = Callable[[BaseException], discord.ui.Item[Any] | None]
"""A function that returns the button below the refusal of an order, which opens the order in a form; None for none."""


@dataclass(frozen=True, slots=True)
class _GivenBack:
    prompt: str
    button: ChangeButton


@contextlib.contextmanager
def giving_back(interaction: Interaction, prompt: str, button: ChangeButton) -> Generator[None]:
    """Let the answer to an error of the block show `prompt` and, if the order is refused, the button."""
    before = interaction.extras.get(_GIVEN_BACK)
    interaction.extras[_GIVEN_BACK] = _GivenBack(prompt, button)
    yield
    interaction.extras[_GIVEN_BACK] = (
        before  # a picture must not stay in memory as long as the interaction does
    )


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
    """Answer an error privately, with the text that was typed; log it if the program is at fault.

    After a fault of the program there is no button to change the order, because it may have been placed.
    """
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    words = words_of(interaction)
    sentence = refusal_sentence(words, error)
    back: _GivenBack | None = interaction.extras.get(_GIVEN_BACK)
    button = back.button(error) if back and sentence else None
    if sentence is None:
        reference = secrets.token_hex(4)
        log.error("interaction broke: reference=%s", reference, exc_info=error)
        sentence = words("broke", reference=reference)
    said, files = given_back(words, sentence, back.prompt if back else typed_in(interaction))
    view = discord.ui.View(timeout=None).add_item(button) if button else discord.utils.MISSING
    try:
        await bounded(_say(interaction, said, files, view))
    except NotifyError as unheard:
        log.warning("refusal could not be shown: %s", unheard)


async def _say(
    interaction: Interaction, sentence: str, files: list[discord.File], view: discord.ui.View
) -> None:
    """Send the sentence as the first answer; if there is one already, replace a command's answer or add a reply."""
    if not is_acknowledged(interaction) and await send_message(interaction, sentence, files=files, view=view):
        return
    for file in files:
        file.reset()
    if interaction.type is discord.InteractionType.application_command:
        await interaction.edit_original_response(content=sentence, view=view or None, attachments=files)
    else:
        await interaction.followup.send(sentence, ephemeral=True, files=files, view=view)


def typed_in(interaction: Interaction) -> str:
    """Return the text that was typed into a submitted form, or as the prompt of a command; else nothing."""
    match interaction.type:
        case discord.InteractionType.modal_submit:
            data: Any = interaction.data
            fields = [label.get("component", {}) for label in data.get("components", ())]
            return "\n".join(field["value"] for field in fields if _is_text(field))
        case discord.InteractionType.application_command:
            return interaction.namespace.prompt or ""  # None where the command has no such option
        case _:
            return ""


def given_back(words: Words, sentence: str, text: str) -> tuple[str, list[discord.File]]:
    """Return a message with the sentence and the user's text, which is in a code block or, if too long, in a file."""
    if is_blank(text):
        return sentence, []
    block = f"{_FENCE}\n{text}\n{_FENCE}"
    below = "\n".join([sentence, words("what-you-wrote"), block])
    if _FENCE not in text and length_of(below) <= MAX_MESSAGE:
        return below, []
    file = discord.File(io.BytesIO(text.encode()), filename="prompt.txt")
    return "\n".join([sentence, words("what-you-wrote")]), [file]


def _is_text(field: dict[str, Any]) -> bool:
    return field.get("type") == discord.ComponentType.text_input.value and bool(field.get("value"))
