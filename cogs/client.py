"""The Discord client: intents, command tree, cogs, and how an error becomes an answer."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.admin._cog import ADMIN_FORMS, ADMIN_ITEMS
from cogs.discord.buttons import ALL_ITEMS, read_form
from cogs.discord.command_sync import keep_registered
from cogs.discord.commands import CatalogueTranslator, is_for_members, leave_out_members
from cogs.discord.errors import answer_error
from cogs.discord.interactions import (
    Interaction,
    OpenReplies,
    PictureGate,
    SketchTurns,
    UnansweredInteractions,
)
from cogs.library.job_list import LIST_ITEMS
from cogs.member._cog import PRIVACY_FORMS
from cogs.member.settings import SETTINGS_ITEMS
from cogs.results.buttons import RESULT_BUTTONS, ContinueForm
from cogs.results.deletion import DELETIONS
from cogs.results.moderators import DECISIONS, TAKEDOWNS
from cogs.video.options import Drafts
from cogs.video.placing import DRAFT_ITEMS, OrderForm
from db.settings.bot_state import BotState
from db.store import JobStore
from jobs.money.accounts import Accounts
from jobs.money.ordering_pauses import OrderingPauses
from jobs.notify.mod_log import ModLog
from jobs.orders.service import JobService
from jobs.orders.variations import Variations
from jobs.privacy import PrivacyKeeper
from jobs.servers.administration import Administration
from jobs.servers.preferences import Preferences

REGISTERING_SECONDS = 5.0
"""So long a start waits for its commands to be registered; after that it goes on without them."""

FORMS = (OrderForm, ContinueForm, *PRIVACY_FORMS, *ADMIN_FORMS)
"""What a member can send off, also when another process has opened it."""


class ClapperTree(app_commands.CommandTree[Any]):
    """The command tree; its error handler answers for all commands."""

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Answer privately; log what is ours to mend."""
        interaction.client.dispatch("app_command_failure", interaction, error)
        await answer_error(interaction, error)


class ClapperClient(commands.Bot):
    """Connects to Discord with no privileged intent and pings nobody unless a message says whom.

    What it carries and the cogs are given before login, when the parts that need the client exist.
    """

    store: JobStore
    service: JobService
    variations: Variations
    accounts: Accounts
    privacy: PrivacyKeeper
    ordering_pauses: OrderingPauses
    administration: Administration
    mod_log: ModLog
    preferences: Preferences

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
        self._cogs_to_add: Sequence[commands.Cog] | None = None
        self._registering: asyncio.Task[None] | None = None

    def prepare(
        self,
        service: JobService,
        *,
        store: JobStore,
        variations: Variations,
        accounts: Accounts,
        privacy: PrivacyKeeper,
        ordering_pauses: OrderingPauses,
        administration: Administration,
        mod_log: ModLog,
        preferences: Preferences,
        facts: BotState | None,
        cogs: Sequence[commands.Cog],
    ) -> None:
        """Give the client what it carries and what it listens with.

        `facts` keep which commands Discord knows; without them, every start registers them anew.
        """
        self.service = service
        self.store = store
        self.variations = variations
        self.accounts = accounts
        self.privacy = privacy
        self.ordering_pauses = ordering_pauses
        self.administration = administration
        self.mod_log = mod_log
        self.preferences = preferences
        self._facts = facts
        self._cogs_to_add = cogs

    async def setup_hook(self) -> None:
        """Add the cogs and register their commands. A client that was not prepared only speaks."""
        if self._cogs_to_add is None:
            return
        self.add_dynamic_items(*ALL_ITEMS, *LIST_ITEMS, *DECISIONS)
        self.add_dynamic_items(*RESULT_BUTTONS, *DELETIONS)
        self.add_dynamic_items(*SETTINGS_ITEMS, *DRAFT_ITEMS, *ADMIN_ITEMS, *TAKEDOWNS)
        for cog in self._cogs_to_add:
            await self.add_cog(cog)
        await self.tree.set_translator(CatalogueTranslator())
        await self._sync()

    async def on_interaction(self, interaction: Interaction) -> None:
        """Read forms; the library takes care of commands and presses."""
        if interaction.type is discord.InteractionType.modal_submit:
            await read_form(interaction, FORMS)

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
