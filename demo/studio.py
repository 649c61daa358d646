"""The demo's simulated Discord server: one channel, two members, and a clock that follows the real one."""

import io
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import discord
from discord.webhook.async_ import AsyncWebhookAdapter
from PIL import Image, ImageDraw
from simcord import ChannelHandle, Env, MemberActor

GUILD = "Clapper Studio"
CHANNEL = "videos"
BOT_AVATAR = "clapper"
SETTLE_SECONDS = 15.0
"""The longest time, in seconds, that the simulator lets a command take (decoding a large picture)."""

WELCOME = """\
**Welcome to Clapper Studio**
-# This server and its videos are made on your own computer: nothing is sent out, nothing is billed.
Type `/video`, write into `prompt` what should happen, for example *a red kite rises over the dunes*, and press Enter.
`/studio` is the same as a form, a right click on a message opens its menu, and `/help` tells the rest.
Options wait behind the **+ more** button beside the prompt:
- attach a picture as `image`, and the video begins with it;
- choose *Push in* as `camera`, and the camera moves in."""


class Discord(Env):
    """The simulator's Discord, changed so that the bot handles its own errors."""

    def _capture_errors(self) -> None:
        """Leave errors to the bot, which answers or logs them; the simulator would treat a refusal as a failure."""


@dataclass(frozen=True, slots=True)
class Studio:
    """The simulated server; the bot is logged in, and its welcome message is posted."""

    env: Env
    channel: ChannelHandle
    ann: MemberActor
    ben: MemberActor
    welcome_id: int


@asynccontextmanager
async def open_studio(client: discord.Client) -> AsyncIterator[Studio]:
    """Log `client` in to a new simulated server; at the end log it out, but leave closing it to the caller."""
    env = Discord(client, check_errors=False, settle_timeout=SETTLE_SECONDS, shard_count=_shards(client))
    env.backend.edit_bot_profile("Clapper")
    env.backend.bot_user.avatar = BOT_AVATAR
    channel, ann, ben = _furnish(env)
    env.backend.advance_clock(seconds_behind(env))
    await env.start()
    try:
        with env.time_context(), _webhooks_of(env):
            welcome = await client.get_partial_messageable(channel.id).send(WELCOME)
            yield Studio(env=env, channel=channel, ann=ann, ben=ben, welcome_id=welcome.id)
    finally:
        await env.shutdown()


@contextmanager
def _webhooks_of(env: Env) -> Generator[None]:
    """Route calls with an interaction's token to the simulator, also if the worker makes them outside the simulator."""
    over_the_wire = AsyncWebhookAdapter.request

    async def simulated(_adapter: AsyncWebhookAdapter, route: Any, session: Any, **rest: Any) -> Any:
        return await env._webhook_adapter.request(route, session, **rest)

    AsyncWebhookAdapter.request = cast("Any", simulated)
    try:
        yield
    finally:
        AsyncWebhookAdapter.request = over_the_wire


def seconds_behind(env: Env) -> float:
    """Return how many seconds the simulated clock is behind the real one (never negative)."""
    return max(0.0, (datetime.now(UTC) - env.now()).total_seconds())


def _furnish(env: Env) -> tuple[ChannelHandle, MemberActor, MemberActor]:
    """Create the server, its channel and its members at the clock's first day, so that their ids never change.

    Jobs that are kept in a data directory then find their channel and requester again in the next run.
    """
    guild = env.create_guild(GUILD)
    channel = guild.create_text_channel(CHANNEL, topic="Videos from words and pictures")
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    ann = guild.add_member(env.create_user("ann", global_name="Ann"), roles=[managers])
    ben = guild.add_member(env.create_user("ben", global_name="Ben"))
    return channel, ann, ben


def _shards(client: discord.Client) -> int | None:
    return 1 if isinstance(client, discord.AutoShardedClient) and client.shard_count is None else None


_SIDE, _SHOWN = 512, 128
_SKY, _BOARD, _CHALK = "#5865f2", "#1e1f22", "#f2f3f5"


def clapperboard() -> bytes:
    """Return the bot's avatar as PNG, 128 pixels a side; it is drawn larger and reduced for smooth edges."""
    picture = Image.new("RGB", (_SIDE, _SIDE), _SKY)
    for layer in (_slate(), _raised_arm()):
        picture.paste(layer, (0, 0), layer)
    return _png(picture.resize((_SHOWN, _SHOWN), Image.Resampling.LANCZOS))


def hills() -> bytes:
    """Return a picture of a sun over hills as PNG, 1200x800 pixels."""
    picture = Image.new("RGB", (1200, 800), "#f6c28b")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((480, 180, 720, 420), fill="#f25f3a")
    draw.ellipse((-300, 420, 800, 1300), fill="#5b7f63")
    draw.ellipse((400, 500, 1600, 1500), fill="#35594a")
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, format="PNG")
    return data.getvalue()


def _slate() -> Image.Image:
    layer = Image.new("RGBA", (_SIDE, _SIDE))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((106, 196, 406, 396), 22, fill=_BOARD)
    draw.polygon([(232, 284), (232, 360), (300, 322)], fill=_CHALK)
    _stripes(draw, top=196)
    return layer


def _raised_arm() -> Image.Image:
    layer = Image.new("RGBA", (_SIDE, _SIDE))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((106, 140, 406, 188), 10, fill=_BOARD)
    _stripes(draw, top=140)
    return layer.rotate(14, center=(112, 188), resample=Image.Resampling.BICUBIC)


def _stripes(draw: ImageDraw.ImageDraw, *, top: int) -> None:
    for left in range(126, 406, 96):
        draw.polygon(
            [(left, top + 48), (left + 44, top + 48), (left + 84, top), (left + 40, top)], fill=_CHALK
        )
