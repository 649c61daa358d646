"""`/video` orders a video, `/studio` does so with a form, and *Animate this image* opens the form with a picture."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.buttons import ClientWithForms
from cogs.discord.commands import localized, localized_options, usable_anywhere, video_choices
from cogs.discord.context import in_time_for_a_form, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import Refused
from cogs.video.camera import complete_camera, known_moves, parse_camera
from cogs.video.options import Draft, choices_from, settings_at_once
from cogs.video.placing import (
    DRAFT_ITEMS,
    OrderForm,
    changeable,
    open_form,
    order_or_offer,
)


class VideoCog(commands.Cog):
    """The cog of `/video`, `/studio` and the menu *Animate this image*."""

    def __init__(self, client: commands.Bot) -> None:
        self._client = client

    async def cog_load(self) -> None:
        """Add the menu to the command tree by hand: discord.py does not find context menus in a cog."""
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

    # The options stand in this order on a phone, so the most used ones come first.
    @app_commands.command(name=localized("command-video"), description=localized("command-video-description"))
    @localized_options(
        "prompt",
        "image",
        "duration",
        "resolution",
        "camera",
        "model",
        "enhance",
        "private",
        "spoiler",
        "watermark",
        "sketch",
    )
    @video_choices
    @usable_anywhere
    async def video(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, 2000],
        image: discord.Attachment | None = None,
        duration: int | None = None,
        resolution: str | None = None,
        camera: app_commands.Range[str, 1, 200] | None = None,
        model: str | None = None,
        enhance: str | None = None,
        private: bool | None = None,  # noqa: FBT001 - an option of the command
        spoiler: bool | None = None,  # noqa: FBT001 - as above
        watermark: bool | None = None,  # noqa: FBT001 - as above
        sketch: bool = False,  # noqa: FBT001, FBT002 - as above
    ) -> None:
        """Acknowledge the command, then order; the member's settings fill in the options that were left out."""
        await defer(interaction, ephemeral=True, thinking=True)
        chosen = {
            "text": prompt,
            "moves": known_moves(camera),
            "duration": duration,
            "resolution": resolution,
            "model": model,
            "enhance": enhance,
            "private": private,
            "spoiler": spoiler,
            "watermark": watermark,
        }
        services = services_of(interaction)
        mine = await services.preferences.member(interaction.user.id)
        fast_works = image is not None or not services.fast_requires_image
        choices = choices_from(mine, fast_works=fast_works, chosen=chosen)
        draft = Draft(choices=choices, attachment=image, sketch=sketch)
        with changeable(interaction, draft):
            moves = parse_camera(camera)
        await order_or_offer(interaction, replace(draft, choices=replace(choices, moves=moves)))

    @video.autocomplete("camera")
    async def _complete_camera(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return complete_camera(words_of(interaction), current)

    @app_commands.command(
        name=localized("command-studio"), description=localized("command-studio-description")
    )
    @usable_anywhere
    async def studio(self, interaction: Interaction) -> None:
        """Open the form, filled in with the member's settings."""
        mine = settings_at_once(interaction)
        await open_form(interaction, Draft(choices=choices_from(mine, fast_works=True, chosen={})))


async def animate(interaction: Interaction, message: discord.Message) -> None:
    """Open the form with the picture of a message; the picture is downloaded when the form is submitted.

    Discord sends this message with the interaction; the bot reads nothing else of the channel.

    Raises:
        Refused: the message has no picture, or its author's pictures may not be used.
    """
    picture = next((file for file in message.attachments if _is_image(file)), None)
    if picture is None:
        raise Refused("animate-no-image")
    await _require_allowed(interaction, message.author.id)
    mine = settings_at_once(interaction)
    choices = choices_from(mine, fast_works=True, chosen={})
    await open_form(interaction, Draft(choices=choices, attachment=picture, pressed=True))


async def _require_allowed(interaction: Interaction, author_id: int) -> None:
    """Raise an error unless the picture is the member's own, or the server and its author let others use it."""
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
    return (await preferences.member(author_id)).reusable


def _is_image(file: discord.Attachment) -> bool:
    return (file.content_type or "").startswith("image/")


async def setup(client: ClientWithForms) -> None:
    """Register the cog, its items and its form with the client."""
    client.add_dynamic_items(*DRAFT_ITEMS)
    client.add_forms(OrderForm)
    await client.add_cog(VideoCog(client))
