"""What every part of `/admin` shares: who may, what a page is, and how one is shown."""

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import discord

from cogs.discord.acknowledging import defer
from cogs.discord.buttons import AcknowledgedItem, DynamicButton, Form
from cogs.discord.context import services_of
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import Refused, Words, length_of
from jobs.administration import Administration
from jobs.servers.guild_settings import Manager

MAX_MESSAGE = 2000


def manager_of(interaction: Interaction) -> Manager:
    """Return who acts and where, if they may manage that server: Discord's own check can be changed by its settings.

    Raises:
        Refused: they may not, or it is no server.
    """
    if not interaction.guild_id or not interaction.permissions.manage_guild:
        raise Refused("managers-decide")
    return Manager(interaction.guild_id, interaction.user.id)


async def acknowledged_manager(interaction: Interaction) -> Manager:
    """Promise whoever runs a command an answer of their own; return who that is, as `manager_of` does."""
    await defer(interaction, ephemeral=True, thinking=True)
    return manager_of(interaction)


def administration_of(interaction: Interaction) -> Administration:
    """Return what managers change things through."""
    return services_of(interaction).administration


class ManagerOnly(AcknowledgedItem):
    """A button or select for managers."""

    async def press(self, interaction: Interaction) -> None:
        """Act for a manager, and refuse everybody else."""
        await self.manage(interaction, manager_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Act."""
        raise NotImplementedError


class PageButton(ManagerOnly, DynamicButton, template="v0:page"):
    """Leads to a page of a list: to the one behind a row, or (0) to the first."""

    reads = MappingProxyType({"row": int})
    page: ClassVar[str]

    def __init__(self, words: Words, row: int = 0, leads: str = "back") -> None:
        super().__init__(words(f"admin-button-{leads}"), custom_id=f"v1:adm:{self.page}:{row}")
        self.row_id = row

    @classmethod
    def leading_on(cls, words: Words, *, row: int, following: int | None) -> list[discord.ui.Item[Any]]:
        """Return the buttons under the page behind `row`: to the first page, and to the one behind `following`."""
        first = [cls(words, leads="first")] if row else []
        return [*first, *([cls(words, following, "next")] if following else [])]


class ManagersForm(Form):
    """A form for managers. Sent off from a page, it changes the page."""

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise a change of the page that the form was opened from, and an answer of its own without one."""
        if interaction.message is None:
            await defer(interaction, ephemeral=True, thinking=True)
        else:
            await defer(interaction)

    async def send_off(self, interaction: Interaction) -> None:
        """Act for a manager, and refuse everybody else: what a form is sent with can be forged too."""
        await self.manage(interaction, manager_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Act."""
        raise NotImplementedError


async def show(
    interaction: Interaction,
    lines: Sequence[str],
    items: Iterable[discord.ui.Item[Any]] = (),
    *,
    files: Sequence[discord.File] = (),
) -> None:
    """Fill the acknowledged answer, or change the pressed message."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    await interaction.edit_original_response(
        content="\n".join(lines),
        view=view if view.children else None,
        attachments=list(files),
        allowed_mentions=discord.AllowedMentions.none(),
    )


def fitting(words: Words, lines: Sequence[str], *, room: int = MAX_MESSAGE) -> list[str]:
    """Return as many lines as there is room for, and a word that there are more."""
    more = words("admin-more")
    kept: list[str] = []
    left = room - length_of(more) - 1
    for line in lines:
        left -= length_of(line) + 1
        if left < 0:
            return [*kept, more]
        kept.append(line)
    return kept
