"""The part blocks of `/admin`: members who may not order."""

from typing import Any

import discord

from cogs.admin.home import Part, show_part, shows
from cogs.discord.acknowledging import send_modal
from cogs.discord.buttons import Answer, DynamicButton, chosen_ids
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import ManagerOnly, ManagersForm, administration_of, fitting
from cogs.text.catalogue import Refused, Words, plain_text
from cogs.text.sentences import relative
from db.settings.pauses import Block
from jobs.servers.guild_settings import Manager

BLOCK_FORMS = ("block", "unblock")
"""The forms that the buttons of the blocked members open."""

MOST_DAYS = 3650


@shows(Part.BLOCKS)
async def blocks(interaction: Interaction, manager: Manager) -> None:
    """Show the blocked members."""
    await _show_blocked(interaction, manager)


class BlocksButton(ManagerOnly, DynamicButton, template=rf"v1:adm:people:(?P<form>{'|'.join(BLOCK_FORMS)})"):
    """A button that opens the form for blocking or for unblocking a member."""

    answer = Answer.FORM

    def __init__(self, words: Words, form: str) -> None:
        super().__init__(words(f"admin-button-{form}"), custom_id=f"v1:adm:people:{form}")
        self.form = form

    async def manage(self, interaction: Interaction, manager: Manager) -> None:  # noqa: ARG002 - the base's signature
        """Open the form."""
        form = BlockForm if self.form == "block" else UnblockForm
        await send_modal(interaction, form(words_of(interaction)))


class BlockForm(ManagersForm, template=r"v1:adm:block"):
    """A form that blocks a member from ordering, for a number of days or for good."""

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-block"), state="v1:adm:block")
        self._member = discord.ui.UserSelect[Any](custom_id="member")
        self._days = discord.ui.TextInput[Any](custom_id="days", required=False, max_length=4)
        self.add_item(discord.ui.Label[Any](text=words("block-member"), component=self._member))
        self.add_item(
            discord.ui.Label[Any](
                text=words("block-days"), description=words("block-days-note"), component=self._days
            )
        )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Block the chosen member."""
        user_id, days = _chosen_member(self._member), _days_of(self._days.value)
        blocked = await administration_of(interaction).block(manager, user_id, days=days)
        words = words_of(interaction)
        said = words("admin-blocked" if blocked else "admin-blocked-before", user=str(user_id))
        await _show_blocked(interaction, manager, said)


class UnblockForm(ManagersForm, template=r"v1:adm:unblock"):
    """A form that unblocks any member, also one who does not fit into the select of blocked members."""

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-unblock"), state="v1:adm:unblock")
        self._member = discord.ui.UserSelect[Any](custom_id="member")
        self.add_item(discord.ui.Label[Any](text=words("block-member"), component=self._member))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Unblock the chosen member."""
        said = await _unblock(interaction, manager, _chosen_member(self._member))
        await _show_blocked(interaction, manager, said)


def _chosen_member(select: discord.ui.UserSelect[Any]) -> int:
    """Return the id of the member in a submitted form; a forged form may hold none."""
    if not select.values:
        raise Refused("no-such-setting")
    return select.values[0].id


def _days_of(typed: str) -> int | None:
    """Return the number of days in a submitted form; None if the field is empty."""
    text = typed.strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS):
        raise Refused("block-days-invalid", typed=plain_text(text, limit=20))
    return int(text)


class UnblockSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template="v1:adm:unblock"):
    """A select of the blocked members, for unblocking one."""

    def __init__(self, words: Words, options: list[discord.SelectOption] | None = None) -> None:
        super().__init__(
            discord.ui.Select[Any](
                custom_id="v1:adm:unblock",
                placeholder=words("admin-unblock-choose"),
                options=options or [],
            )
        )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Unblock the chosen member."""
        chosen = chosen_ids(interaction)
        if not chosen:
            raise Refused("no-such-setting")
        await _show_blocked(interaction, manager, await _unblock(interaction, manager, chosen[0]))


PEOPLE_ITEMS = (UnblockSelect, BlocksButton)
PEOPLE_FORMS = (BlockForm, UnblockForm)


async def _unblock(interaction: Interaction, manager: Manager, user_id: int) -> str:
    unblocked = await administration_of(interaction).unblock(manager, user_id)
    return words_of(interaction)("admin-unblocked" if unblocked else "admin-not-blocked", user=str(user_id))


async def _show_blocked(interaction: Interaction, manager: Manager, said: str | None = None) -> None:
    words = words_of(interaction)
    blocks = await services_of(interaction).store.blocks.of(manager.guild_id)
    title = words("admin-blocks-title") if blocks else words("admin-blocks-none")
    lines = [*([said] if said else []), title, *(_block_line(words, block) for block in blocks)]
    options = [_option(interaction, block) for block in blocks]
    items: list[discord.ui.Item[Any]] = [UnblockSelect(words, options)] if options else []
    items += [BlocksButton(words, form) for form in BLOCK_FORMS]
    await show_part(interaction, fitting(words, lines), items)


def _block_line(words: Words, block: Block) -> str:
    since, user = relative(block.since), str(block.user_id)
    if block.until_at is None:
        return words("admin-block-line", user=user, since=since)
    return words("admin-block-line-until", user=user, since=since, until=relative(block.until_at))


def _option(interaction: Interaction, block: Block) -> discord.SelectOption:
    known = interaction.guild.get_member(block.user_id) if interaction.guild else None
    return discord.SelectOption(
        label=known.display_name if known else str(block.user_id), value=str(block.user_id)
    )
