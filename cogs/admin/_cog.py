"""`/admin`: one command for those who manage a server, in parts that know nothing of each other."""

from collections.abc import Callable
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.admin.audit import AUDIT_ITEMS, audit
from cogs.admin.channels import CHANNEL_ITEMS, channels, log
from cogs.admin.limits import LIMIT_FORMS, LIMIT_ITEMS, budget, limits
from cogs.admin.moderation import MODERATION_FORMS, MODERATION_ITEMS, moderation
from cogs.admin.people import PEOPLE_ITEMS, block, unblock
from cogs.admin.queue import QUEUE_ITEMS, pause, queue, resume
from cogs.admin.roles import ROLE_FORMS, ROLE_ITEMS, roles
from cogs.admin.unknown import UNKNOWN_ITEMS, unknown
from cogs.admin.usage import USAGE_ITEMS, usage
from cogs.text.localized import localized, localized_options

SUBCOMMANDS: dict[str, Callable[..., Any]] = {
    "usage": usage,
    "queue": queue,
    "unknown": unknown,
    "limits": limits,
    "budget": budget,
    "roles": roles,
    "channels": channels,
    "moderation": moderation,
    "log": log,
    "block": localized_options("member", "days")(block),
    "unblock": localized_options("member")(unblock),
    "pause": pause,
    "resume": resume,
    "audit": audit,
}

ADMIN_ITEMS = (
    *LIMIT_ITEMS,
    *ROLE_ITEMS,
    *CHANNEL_ITEMS,
    *PEOPLE_ITEMS,
    *MODERATION_ITEMS,
    *QUEUE_ITEMS,
    *UNKNOWN_ITEMS,
    *USAGE_ITEMS,
    *AUDIT_ITEMS,
)
"""What the client registers."""

ADMIN_FORMS = (*LIMIT_FORMS, *ROLE_FORMS, *MODERATION_FORMS)
"""What a manager can send off."""


class AdminCog(commands.Cog):
    """Offers it."""

    def __init__(self, client: commands.Bot) -> None:
        self._client = client
        self._group = admin_group()

    async def cog_load(self) -> None:
        """Add it to the command tree, which takes groups of cogs from their classes only."""
        self._client.tree.add_command(self._group)

    async def cog_unload(self) -> None:
        """Take it out again."""
        self._client.tree.remove_command(self._group.name)


def admin_group() -> app_commands.Group:
    """Return the command, with one below it for each part."""
    group = app_commands.Group(
        name=localized("command-admin"),
        description=localized("command-admin-description"),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        default_permissions=discord.Permissions(manage_guild=True),
    )
    for name, callback in SUBCOMMANDS.items():
        group.add_command(
            app_commands.Command(
                name=localized(f"admin-{name}"),
                description=localized(f"admin-{name}-description"),
                callback=callback,
            )
        )
    return group
