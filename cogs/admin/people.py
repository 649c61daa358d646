"""`/admin block` and `/admin unblock`: who may order nothing in this server."""

import re
from typing import Any, Self

import discord

from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    ManagerOnly,
    acknowledged_manager,
    administration_of,
    chosen_ids,
    fitting,
    show,
)
from cogs.discord.services import services_of, words_of
from cogs.text.catalogue import Refused, Words
from cogs.text.timestamps import relative
from db.settings.blocks import Block
from jobs.servers.audit import Manager


async def block(
    interaction: Interaction,
    member: discord.User,
    days: discord.app_commands.Range[int, 1, 3650] | None = None,
) -> None:
    """Let a member order no more."""
    manager = await acknowledged_manager(interaction)
    words, administration = words_of(interaction), administration_of(interaction)
    blocked = await administration.block(manager, member.id, days=days)
    said = words("admin-blocked" if blocked else "admin-blocked-before", user=str(member.id))
    await _show(interaction, manager, said)


async def unblock(interaction: Interaction, member: discord.User | None = None) -> None:
    """Let a member order again, or show who may not."""
    manager = await acknowledged_manager(interaction)
    said = None if member is None else await _unblock(interaction, manager, member.id)
    await _show(interaction, manager, said)


class UnblockSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template="v1:adm:unblock"):
    """Lets one of those who are blocked order again."""

    def __init__(self, words: Words, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            discord.ui.Select[Any](
                custom_id="v1:adm:unblock",
                placeholder=words("admin-unblock-choose"),
                options=options or [],
            )
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the select of a message from before the restart."""
        return cls(words_of(interaction))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Let them."""
        chosen = chosen_ids(interaction)
        if not chosen:
            raise Refused("no-such-setting")
        await _show(interaction, manager, await _unblock(interaction, manager, chosen[0]))


PEOPLE_ITEMS = (UnblockSelect,)


async def _unblock(interaction: Interaction, manager: Manager, user_id: int) -> str:
    unblocked = await administration_of(interaction).unblock(manager, user_id)
    return words_of(interaction)("admin-unblocked" if unblocked else "admin-not-blocked", user=str(user_id))


async def _show(interaction: Interaction, manager: Manager, said: str | None) -> None:
    words = words_of(interaction)
    blocks = await services_of(interaction).store.blocks.of(manager.guild_id)
    title = words("admin-blocks-title") if blocks else words("admin-blocks-none")
    lines = [*([said] if said else []), title, *(_line(words, block) for block in blocks)]
    options = [_option(interaction, block) for block in blocks]
    await show(interaction, fitting(words, lines), [UnblockSelect(words, options)] if options else [])


def _line(words: Words, block: Block) -> str:
    since, user = relative(block.since), str(block.user_id)
    if block.until_at is None:
        return words("admin-block-line", user=user, since=since)
    return words("admin-block-line-until", user=user, since=since, until=relative(block.until_at))


def _option(interaction: Interaction, block: Block) -> discord.SelectOption:
    known = interaction.guild.get_member(block.user_id) if interaction.guild else None
    return discord.SelectOption(
        label=known.display_name if known else str(block.user_id), value=str(block.user_id)
    )
