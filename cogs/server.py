"""`/server`: what a server's managers have decided for everybody in it."""

import re
from typing import Any, Self

import discord
from discord import app_commands
from discord.ext import commands

from cogs.buttons import Pressed
from cogs.errors import Refused
from cogs.installs import usable_in_servers
from cogs.services import services_of
from cogs.translator import localized
from cogs.words import Words, words_of
from jobs.members import GuildSettings

Interaction = discord.Interaction[Any]

RULES = ("others_images", "spoiler_everywhere", "spoiler_here")


class ServerToggle(
    Pressed,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=rf"v1:server:(?P<rule>{'|'.join(RULES)}):(?P<on>[01])",
):
    """Turns a rule on or off, as its label says, for whoever may manage the server."""

    def __init__(self, rule: str, words: Words, *, turn_on: bool) -> None:
        label = words("turn-on" if turn_on else "turn-off", setting=words(f"server-{rule}"))
        button = discord.ui.Button[Any](label=label, custom_id=f"v1:server:{rule}:{int(turn_on)}")
        super().__init__(button)
        self.rule = rule
        self.turn_on = turn_on

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(match["rule"], words_of(interaction), turn_on=match["on"] == "1")

    async def press(self, interaction: Interaction) -> None:
        """Keep it."""
        guild_id = _managed(interaction)
        preferences = services_of(interaction).preferences
        if self.rule == "spoiler_here":
            channel_id = interaction.channel_id or 0
            rules = await preferences.hide_in_channel(guild_id, channel_id, hide=self.turn_on)
        else:
            rules = await preferences.change_guild(guild_id, **{self.rule: self.turn_on})
        await _show(interaction, rules)


SERVER_ITEMS = (ServerToggle,)


class ServerCog(commands.Cog):
    """Shows and changes the rules of a server."""

    @app_commands.command(
        name=localized("command-server"), description=localized("command-server-description")
    )
    @usable_in_servers
    @app_commands.default_permissions(manage_guild=True)
    async def server(self, interaction: Interaction) -> None:
        """Show them."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _show(interaction, await services_of(interaction).preferences.guild(_managed(interaction)))


def server_page(words: Words, rules: GuildSettings, *, channel_id: int) -> tuple[str, discord.ui.View]:
    """Return the rules in words, and what changes them."""
    in_force = {
        "others_images": rules.others_images,
        "spoiler_everywhere": rules.spoiler_everywhere,
        "spoiler_here": channel_id in rules.spoiler_channels,
    }
    view = discord.ui.View(timeout=None)
    lines = [words("server-title")]
    for rule, on in in_force.items():
        state = words("setting-on" if on else "setting-off")
        lines.append(words("setting-line", setting=words(f"server-{rule}"), choice=state))
        view.add_item(ServerToggle(rule, words, turn_on=not on))
    return "\n".join(lines), view


async def _show(interaction: Interaction, rules: GuildSettings) -> None:
    content, view = server_page(words_of(interaction), rules, channel_id=interaction.channel_id or 0)
    await interaction.edit_original_response(content=content, view=view)


def _managed(interaction: Interaction) -> int:
    """Return the server, where the presser may manage it: Discord's own check can be changed by its settings."""
    if not interaction.guild_id or not interaction.permissions.manage_guild:
        raise Refused("managers-decide")
    return interaction.guild_id
