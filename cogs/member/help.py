"""`/help`: what this is and how to begin."""

from dataclasses import dataclass, fields

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import send_message
from cogs.discord.installs import usable_anywhere
from cogs.discord.interactions import Interaction
from cogs.discord.services import words_of
from cogs.text.catalogue import Words
from cogs.text.localized import localized


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpLinks:
    """Pages of whoever runs the bot; None where there is none."""

    terms: str | None = None
    privacy: str | None = None
    support: str | None = None


class HelpCog(commands.Cog):
    """Explains."""

    def __init__(self, links: HelpLinks) -> None:
        self._links = links

    @app_commands.command(name=localized("command-help"), description=localized("command-help-description"))
    @usable_anywhere
    async def help(self, interaction: Interaction) -> None:
        """Show the help."""
        words = words_of(interaction)
        view = link_view(words, self._links)
        await send_message(interaction, words("help"), view=view)


def link_view(words: Words, links: HelpLinks) -> discord.ui.View:
    """Return a button for each page that there is."""
    view = discord.ui.View(timeout=None)
    for link in fields(links):
        address = getattr(links, link.name)
        if address:
            view.add_item(discord.ui.Button(label=words(f"help-link-{link.name}"), url=address))
    return view
