"""The Discord client: intents, command tree, cogs, and how an error becomes an answer."""

import asyncio
import contextlib
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.admin import _cog as admin
from cogs.discord.buttons import JOB_BUTTONS, ClientWithForms
from cogs.discord.commands import CatalogueTranslator, is_for_members, keep_registered, leave_out_members
from cogs.discord.errors import answer_error
from cogs.discord.interactions import (
    Interaction,
    OpenReplies,
    PictureGate,
    SketchTurns,
    UnansweredInteractions,
)
from cogs.library import _cog as library
from cogs.member import _cog as member
from cogs.member._cog import HelpLinks
from cogs.results import _cog as results
from cogs.video import _cog as video
from cogs.video.options import Drafts
from db.engines.bot_state import BotState
from db.store import JobStore
from jobs.pipeline import Pipeline

REGISTERING_SECONDS = 5.0
"""So long a start waits for its commands to be registered; after that it goes on without them."""


class ClapperTree(app_commands.CommandTree[Any]):
    """The command tree; its error handler answers for all commands."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer privately; log what is ours to mend."""
        interaction.client.dispatch("app_command_failure", interaction, error)
        await answer_error(interaction, error)


class ClapperClient(ClientWithForms):
    """Connects to Discord with no privileged intent and pings nobody unless a message says whom.

    What it carries and the cogs are given before login, when the parts that need the client exist.
    """

    def __init__(
        self,
        *,
        test_guild: int | None = None,
        fast_requires_image: bool = True,
        undo_seconds: float = 5.0,
        connector: Any = None,
        **options: Any,
    ) -> None:
        """Take an aiohttp connector for all calls to Discord; without one the library opens as many as it likes."""
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=ClapperTree,
            chunk_guilds_at_startup=False,
            max_messages=None,
            connector=connector,
            **options,
            max_ratelimit_timeout=30.0,  # a longer wait comes back as an error and is waited for in the row
        )
        self.replies = OpenReplies()
        self.drafts = Drafts()
        self.sketch_turns = SketchTurns()
        self.picture_gate = PictureGate()
        self.unanswered = UnansweredInteractions()
        self.fast_requires_image = fast_requires_image
        self.undo_seconds = undo_seconds
        self._test_guild = test_guild
        self._facts: BotState | None = None
        self._links: HelpLinks | None = None
        self._registering: asyncio.Task[None] | None = None

    def prepare(
        self, pipeline: Pipeline, store: JobStore, *, facts: BotState | None, links: HelpLinks
    ) -> None:
        """Give the client what it carries and what its commands need.

        `facts` keep which commands Discord knows; without them, every start registers them anew.
        """
        self.service = pipeline.service
        self.store = store
        self.variations = pipeline.variations
        self.accounts = pipeline.accounts
        self.privacy = pipeline.privacy
        self.ordering_pauses = pipeline.ordering_pauses
        self.administration = pipeline.administration
        self.mod_log = pipeline.mod_log
        self.preferences = pipeline.preferences
        self._facts = facts
        self._links = links

    async def setup_hook(self) -> None:
        """Set up the commands and register them. A client that was not prepared only speaks."""
        if self._links is None:
            return
        self.add_dynamic_items(*JOB_BUTTONS)
        for package in (video, library, results, admin):
            await package.setup(self)
        await member.setup(self, self._links)
        await self.tree.set_translator(CatalogueTranslator())
        await self._sync()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that the bot has left a server: what is kept of it goes after a while."""
        await self.privacy.left(guild.id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Keep everything of a server that invites the bot again."""
        await self.privacy.returned(guild.id)

    async def _sync(self) -> None:
        guild = discord.Object(self._test_guild) if self._test_guild else None
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        if guild is not None or not is_for_members(self):
            leave_out_members(self.tree, guild)
        registering = keep_registered(self.tree, self._facts, guild=guild)
        self._registering = asyncio.create_task(registering, name="commands")
        await asyncio.wait([self._registering], timeout=REGISTERING_SECONDS)

    async def close(self) -> None:
        """Stop what is still to be registered, then close as the library does."""
        if self._registering is not None:
            self._registering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._registering
        await super().close()


class ShardedClapperClient(ClapperClient, commands.AutoShardedBot):
    """The same with several connections to the gateway; takes `shard_ids` and `shard_count`."""
