"""Where commands can be used: by whom the bot was installed, and in which kind of conversation."""

from typing import Any, TypeVar

import discord
from discord import app_commands

T = TypeVar("T")


def usable_anywhere(command: T) -> T:
    """Offer a command in every conversation, also to members who installed the bot for themselves alone."""
    command = app_commands.allowed_installs(guilds=True, users=True)(command)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)


def usable_in_servers(command: T) -> T:
    """Offer a command in the servers that the bot belongs to."""
    command = app_commands.allowed_installs(guilds=True, users=False)(command)
    return app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)(command)


def is_for_members(client: discord.Client) -> bool:
    """Tell whether the developer portal lets members install the logged-in bot for themselves."""
    return client.application is not None and client.application.user_integration_config is not None


def leave_out_members(tree: app_commands.CommandTree[Any], guild: discord.Object | None) -> None:
    """Offer no command of `tree` outside the servers of the bot and its direct messages.

    Discord refuses all commands together where one is for members and the application is not.
    """
    for command in tree.get_commands(guild=guild):
        contexts = command.allowed_contexts or app_commands.AppCommandContext(guild=True)
        command.allowed_contexts = app_commands.AppCommandContext(
            guild=contexts.guild, dm_channel=contexts.dm_channel, private_channel=False
        )
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
