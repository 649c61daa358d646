"""The addresses that bring the bot to a server or to a member: scopes and permissions, no more than it uses."""

import discord

from cogs.discord.installs import is_for_members

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    embed_links=True,
    read_message_history=True,
)


def invite_address(client: discord.Client) -> str:
    """Return the address that invites the logged-in bot to a server."""
    return discord.utils.oauth_url(
        client.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )


def install_address(client: discord.Client) -> str | None:
    """Return the address with which members install the bot for themselves, None where the portal forbids that."""
    if not is_for_members(client):
        return None
    address = discord.utils.oauth_url(client.application_id or 0, scopes=("applications.commands",))
    return f"{address}&integration_type=1"
