"""Forms whose ids carry what their fields do not: nobody keeps them, and they can be sent off after a restart."""

import re
import secrets
from typing import Any, ClassVar, Self

import discord

from cogs.discord.acknowledging import defer
from cogs.discord.context import words_of
from cogs.discord.errors import answer_error
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import Refused, Words

_CHANCE = r":[0-9a-f]{8}"


class Form(discord.ui.Modal):
    """A stateless modal: its data is in the custom id (`state`) and the submitted fields."""

    template: ClassVar[re.Pattern[str]]

    def __init_subclass__(cls, *, template: str | None = None, **how: Any) -> None:
        super().__init_subclass__(**how)
        if template is not None:
            cls.template = re.compile(template + _CHANCE)

    def __init__(self, title: str, *, state: str) -> None:
        # The end is left to chance: a client that remembers what it had in a form must not see it in another one.
        super().__init__(title=title, timeout=None, custom_id=f"{state}:{secrets.token_hex(4)}")
        self.stop()  # the library keeps no form that has ended: `read_form` builds it anew

    @classmethod
    def from_custom_id(cls, words: Words, match: re.Match[str]) -> Self:
        """Build the form anew, to be read."""
        raise NotImplementedError

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the writer alone."""
        await defer(interaction, ephemeral=True, thinking=True)

    async def send_off(self, interaction: Interaction) -> None:
        """Do what was filled in, behind an acknowledgement for the writer alone."""
        raise NotImplementedError

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Acknowledge, then go on with what was filled in; answer any error privately."""
        try:
            await self.acknowledge(interaction)
            await self.send_off(interaction)
        except Exception as error:  # noqa: BLE001 - the counterpart of the command tree's handler
            await _answer(interaction, error)

    async def on_error(self, interaction: Interaction, error: Exception, /) -> None:
        """Answer what could not even be read."""
        await _answer(interaction, error)


async def read_form(interaction: Interaction, kinds: tuple[type[Form], ...]) -> None:
    """Let a form that was sent off do its work, whichever process has opened it."""
    data: Any = interaction.data
    for kind in kinds:
        match = kind.template.fullmatch(data["custom_id"])
        if match is not None:
            form: Any = kind.from_custom_id(words_of(interaction), match)
            # As the library does with forms that it keeps.
            await form._dispatch_submit(interaction, data["components"], data.get("resolved", {}))
            return
    await _answer(interaction, Refused("form-ended"))


async def _answer(interaction: Interaction, error: Exception) -> None:
    await answer_error(interaction, error)
