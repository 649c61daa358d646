"""`/video`: step 1 of a job's life."""

import discord
from discord import app_commands
from discord.ext import commands

from cogs.discord.acknowledging import defer
from cogs.discord.choices import video_choices
from cogs.discord.installs import usable_anywhere
from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of, words_of
from cogs.text.localized import localized, localized_options
from cogs.video.camera_option import complete_camera, parse_camera
from cogs.video.options import Draft, choices_from
from cogs.video.placing import place


class VideoCog(commands.Cog):
    """Takes orders."""

    # The order of the options is the order on a phone: what most people need comes first.
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
        """Acknowledge, then order; what is left out is as the member prefers."""
        await defer(interaction, ephemeral=True, thinking=True)
        chosen = {
            "text": prompt,
            "moves": parse_camera(camera),
            "duration": duration,
            "resolution": resolution,
            "model": model,
            "enhance": enhance,
            "private": private,
            "spoiler": spoiler,
            "watermark": watermark,
        }
        services = services_of(interaction)
        mine = await services.preferences.of(interaction.user.id)
        fast_works = image is not None or not services.fast_requires_image
        choices = choices_from(mine, fast_works=fast_works, chosen=chosen)
        await place(interaction, Draft(choices=choices, sketch=sketch), image)

    @video.autocomplete("camera")
    async def _complete_camera(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return complete_camera(words_of(interaction), current)
