"""*Animate this image*: the menu of a message, whose picture becomes a first frame."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of
from cogs.discord.shared_jobs import in_time_for_a_form
from cogs.text.catalogue import Refused
from cogs.text.localized import localized
from cogs.video.options import Draft, choices_from
from cogs.video.placing import open_form
from jobs.servers.preferences import MemberSettings


class AnimateCog(commands.Cog):
    """Opens the form with the picture of a message. Discord sends that along: nothing else is read."""

    def __init__(self, client: commands.Bot) -> None:
        self._client = client

    async def cog_load(self) -> None:
        """Add the menu, which the library does not find by itself."""
        self._client.tree.add_command(
            app_commands.ContextMenu(
                name=localized("menu-animate"),
                callback=animate,
                type=discord.AppCommandType.message,
                allowed_contexts=app_commands.AppCommandContext(
                    guild=True, dm_channel=True, private_channel=True
                ),
                allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
            )
        )


async def animate(interaction: Interaction, message: discord.Message) -> None:
    """Open the form; the picture is read once it is sent off.

    Raises:
        Refused: there is none, or it is somebody else's who keeps it.
    """
    picture = next((file for file in message.attachments if _is_image(file)), None)
    if picture is None:
        raise Refused("animate-no-image")
    await _require_allowed(interaction, message.author.id)
    mine = services_of(interaction).preferences.remembered(interaction.user.id) or MemberSettings()
    choices = choices_from(mine, fast_works=True, chosen={})
    await open_form(interaction, Draft(choices=choices, attachment=picture, pressed=True))


async def _require_allowed(interaction: Interaction, author_id: int) -> None:
    """Take one's own pictures; others' where the server allows it, and they do."""
    if author_id == interaction.user.id:
        return
    async with in_time_for_a_form():
        allowed = await _may_use(interaction, author_id)
    if not allowed:
        raise Refused("animate-not-yours")


async def _may_use(interaction: Interaction, author_id: int) -> bool:
    preferences = services_of(interaction).preferences
    if interaction.guild_id is None or not (await preferences.guild(interaction.guild_id)).others_images:
        return False
    return (await preferences.of(author_id)).reusable


def _is_image(file: discord.Attachment) -> bool:
    return (file.content_type or "").startswith("image/")
