"""Base classes and functions that all pages of `/admin` share: permission checks, buttons, forms, page display.

A manager is a member with the Manage Server permission.
"""

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
    """Return the acting manager and their server, after a check of the Manage Server permission.

    A server can change who may use the command, so Discord's own check is not enough.

    Raises:
        Refused: the user may not manage the server, or is not in a server.
    """
    if not interaction.guild_id or not interaction.permissions.manage_guild:
        raise Refused("managers-decide")
    return Manager(interaction.guild_id, interaction.user.id)


async def acknowledged_manager(interaction: Interaction) -> Manager:
    """Acknowledge a command with a private reply; return the acting manager, checked as in `manager_of`."""
    await defer(interaction, ephemeral=True, thinking=True)
    return manager_of(interaction)


def administration_of(interaction: Interaction) -> Administration:
    """Return the service through which managers change their server's settings."""
    return services_of(interaction).administration


class ManagerOnly(AcknowledgedItem):
    """A button or select that only managers may use."""

    async def press(self, interaction: Interaction) -> None:
        """Call `manage` if the user is a manager, otherwise refuse."""
        await self.manage(interaction, manager_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Act on the manager's press; subclasses implement this."""
        raise NotImplementedError


class PageButton(ManagerOnly, DynamicButton, template="v0:page"):
    """A button that leads to a page of a list: to the one after `row`, or to the first page if `row` is 0."""

    reads = MappingProxyType({"row": int})
    page: ClassVar[str]

    def __init__(self, words: Words, row: int = 0, leads: str = "back") -> None:
        super().__init__(words(f"admin-button-{leads}"), custom_id=f"v1:adm:{self.page}:{row}")
        self.row_id = row

    @classmethod
    def leading_on(cls, words: Words, *, row: int, following: int | None) -> list[discord.ui.Item[Any]]:
        """Return the buttons of the page after `row`: to the first page, and to the page after `following`, if any."""
        first = [cls(words, leads="first")] if row else []
        return [*first, *([cls(words, following, "next")] if following else [])]


class ManagersForm(Form):
    """A form that only managers may use. If a page opened the form, its submission updates that page."""

    async def acknowledge(self, interaction: Interaction) -> None:
        """Acknowledge the form: the page that opened it is edited later; without a page, a private reply follows."""
        if interaction.message is None:
            await defer(interaction, ephemeral=True, thinking=True)
        else:
            await defer(interaction)

    async def send_off(self, interaction: Interaction) -> None:
        """Call `manage` if the user is a manager, otherwise refuse: a submitted form can be forged."""
        await self.manage(interaction, manager_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Process the manager's form; subclasses implement this."""
        raise NotImplementedError


async def show(
    interaction: Interaction,
    lines: Sequence[str],
    items: Iterable[discord.ui.Item[Any]] = (),
    *,
    files: Sequence[discord.File] = (),
) -> None:
    """Write a page into the acknowledged reply, or into the message whose item was pressed."""
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
    """Return as many of `lines` as fit into `room` characters; if some do not, end with a line that says so."""
    more = words("admin-more")
    kept: list[str] = []
    left = room - length_of(more) - 1
    for line in lines:
        left -= length_of(line) + 1
        if left < 0:
            return [*kept, more]
        kept.append(line)
    return kept
