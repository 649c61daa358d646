"""`/video`: step 1 of a job's life."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from cogs.buttons import cancel_view
from cogs.camera_option import complete_camera, parse_camera
from cogs.choices import DURATIONS, ENHANCE, MODELS, RESOLUTIONS
from cogs.escape import is_blank
from cogs.job_pages import order_lines
from cogs.pictures import read_first_frame
from cogs.places import owner_of, require_place_to_post, upload_limit_of
from cogs.services import Services
from cogs.timestamps import relative
from cogs.translator import localized, localized_options
from cogs.words import Words, words_of
from hailuo.camera import CameraMove, moves_in
from hailuo.request import Duration, Model, Resolution, Rule, RuleBroken, VideoRequest, compose_prompt
from jobs.failpoints import Beat, failpoint
from jobs.order import Order
from jobs.service import Asked, Ticket

Interaction = discord.Interaction[Any]


class VideoCog(commands.Cog):
    """Takes orders."""

    def __init__(self, services: Services, *, fast_requires_image: bool) -> None:
        self._services = services
        self._fast_requires_image = fast_requires_image

    # The order of the options is the order on a phone: what most people need comes first.
    @app_commands.command(name=localized("command-video"), description=localized("command-video-description"))
    @localized_options(
        "prompt", "image", "duration", "resolution", "camera", "model", "enhance", "spoiler", "watermark"
    )
    @app_commands.choices(duration=DURATIONS, resolution=RESOLUTIONS, model=MODELS, enhance=ENHANCE)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    @app_commands.allowed_installs(guilds=True, users=False)
    async def video(
        self,
        interaction: Interaction,
        prompt: app_commands.Range[str, 1, 2000],
        image: discord.Attachment | None = None,
        duration: int = 6,
        resolution: str = "768p",
        camera: app_commands.Range[str, 1, 200] | None = None,
        model: str = "MiniMax-Hailuo-2.3",
        enhance: str = "full",
        spoiler: bool = False,  # noqa: FBT001, FBT002 - as above
        watermark: bool = False,  # noqa: FBT001, FBT002 - as above
    ) -> None:
        """Acknowledge, check, enqueue; say "queued" only when the job is on disk."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        words = words_of(interaction)
        require_place_to_post(interaction)
        if is_blank(prompt):
            raise RuleBroken(Rule.PROMPT_EMPTY)
        moves = parse_camera(camera)
        order = Order(
            request=VideoRequest(
                prompt=compose_prompt(prompt, moves),
                model=Model(model),
                duration=Duration(duration),
                resolution=Resolution(resolution),
                has_first_frame=image is not None,
                prompt_optimizer=enhance != "off",
                fast_pretreatment=enhance == "quick",
                watermark=watermark,
                fast_requires_image=self._fast_requires_image,
            ),
            text=prompt.strip(),
            moves=_all_moves(prompt, moves),
            first_frame_url=image.url if image else None,
        )
        picture = await read_first_frame(image)
        asked = Asked(
            owner=owner_of(interaction),
            channel_id=interaction.channel_id or 0,
            interaction_id=interaction.id,
            order=order,
            picture=picture.data if picture else None,
            spoiler=spoiler,
            upload_limit=upload_limit_of(interaction),
            language=words.code,
        )
        with self._services.replies.acknowledging(interaction):
            ticket = await self._services.service.submit(asked)
            await interaction.edit_original_response(
                content=_acknowledgement(words, ticket, order), view=cancel_view(words, ticket.job)
            )
            failpoint(Beat.ADMIT_ACKNOWLEDGED)

    @video.autocomplete("camera")
    async def _complete_camera(
        self, interaction: Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        return complete_camera(words_of(interaction), current)


def _all_moves(prompt: str, chosen: tuple[CameraMove, ...]) -> tuple[CameraMove, ...]:
    return tuple(dict.fromkeys([*chosen, *moves_in(prompt)]))


def _acknowledgement(words: Words, ticket: Ticket, order: Order) -> str:
    headline = words("queued", place=max(1, ticket.place), ready=relative(ticket.expected_at))
    return "\n".join([headline, *order_lines(words, order)])
