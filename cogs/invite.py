"""The address that invites the bot: scopes and permissions, no more than it uses."""

import discord

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
