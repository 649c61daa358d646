"""The Discord client, which logs in, registers the commands and answers their errors."""

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
"""The longest time, in seconds, that a start waits for Discord to register the commands.

After that, the registration goes on in the background.
"""


class ClapperTree(app_commands.CommandTree[Any]):
    """The tree of all slash commands and context-menu commands, with the error handler for all of them."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer an error privately, log it if the program is at fault, and dispatch `app_command_failure`."""
        interaction.client.dispatch("app_command_failure", interaction, error)
        await answer_error(interaction, error)


class ClapperClient(ClientWithForms):
    """The bot's Discord client. It needs no privileged intent, and by default its messages ping nobody.

    Create it first and call `prepare` before login: some of the services that it holds need the client
    themselves.
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
        """Create the client.

        All calls to Discord go through `connector` (aiohttp); without it, discord.py opens as many
        connections as it likes.
        """
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
            max_ratelimit_timeout=30.0,  # a longer wait raises an error; the job's row stores when to retry
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
        """Give the client the services that its commands use.

        `facts` stores which commands are registered at Discord; without it, every start registers all
        commands anew.
        """
        self.jobs = pipeline.jobs
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
        """Add the cogs and register the commands.

        Without `prepare`, do nothing: such a client can only send messages.
        """
        if self._links is None:
            return
        self.add_dynamic_items(*JOB_BUTTONS)
        for package in (video, library, results, admin):
            await package.setup(self)
        await member.setup(self, self._links)
        await self.tree.set_translator(CatalogueTranslator())
        await self._sync()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Record that the bot has left a server, so that the server's data is deleted after a while."""
        await self.privacy.left(guild.id)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Record that the bot is back in a server, so that the server's data is kept."""
        await self.privacy.returned(guild.id)

    @property
    def registered_in(self) -> discord.Object | None:
        """The one server that has the commands, None if all servers have them."""
        return discord.Object(self._test_guild) if self._test_guild else None

    async def _sync(self) -> None:
        guild = self.registered_in
        if guild is not None:
            self.tree.copy_global_to(guild=guild)
        if guild is not None or not is_for_members(self):
            leave_out_members(self.tree, guild)
        registering = keep_registered(self.tree, self._facts, guild=guild)
        self._registering = asyncio.create_task(registering, name="commands")
        await asyncio.wait([self._registering], timeout=REGISTERING_SECONDS)

    async def close(self) -> None:
        """Stop a registration of commands that has not finished, then close the connection to Discord."""
        if self._registering is not None:
            self._registering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._registering
        await super().close()


class ShardedClapperClient(ClapperClient, commands.AutoShardedBot):
    """A `ClapperClient` with several gateway connections (shards); it also takes `shard_ids` and `shard_count`."""
