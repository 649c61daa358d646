"""What was typed into a form, given back where it could not be used."""

import io
from typing import Any

import discord

from cogs.discord.interactions import Interaction
from cogs.text.catalogue import Words
from cogs.text.escape import is_blank, length_of

MAX_MESSAGE = 2000
_FENCE = "```"


def typed_in(interaction: Interaction) -> str:
    """Return the words of a form that was sent off; nothing where it is no form, or nothing can be seen."""
    if interaction.type is not discord.InteractionType.modal_submit:
        return ""
    data: Any = interaction.data
    fields = [label.get("component", {}) for label in data.get("components", ())]
    text = "\n".join(field["value"] for field in fields if _is_text(field))
    return "" if is_blank(text) else text


def given_back(words: Words, sentence: str, text: str) -> tuple[str, list[discord.File]]:
    """Return a message that says `sentence` and carries `text` to be copied: below it, or else as a file."""
    block = f"{_FENCE}\n{text}\n{_FENCE}"
    below = "\n".join([sentence, words("what-you-wrote"), block])
    if _FENCE not in text and length_of(below) <= MAX_MESSAGE:
        return below, []
    file = discord.File(io.BytesIO(text.encode()), filename="prompt.txt")
    return "\n".join([sentence, words("what-you-wrote")]), [file]


def _is_text(field: dict[str, Any]) -> bool:
    return field.get("type") == discord.ComponentType.text_input.value and bool(field.get("value"))
