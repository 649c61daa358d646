"""`/help`: what this is and how to begin."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.translator import localized
from cogs.words import words_of


class HelpCog(commands.Cog):
    """Explains."""

    @app_commands.command(name=localized("command-help"), description=localized("command-help-description"))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def help(self, interaction: discord.Interaction[Any]) -> None:
        """Show the help."""
        await interaction.response.send_message(words_of(interaction)("help"), ephemeral=True)
