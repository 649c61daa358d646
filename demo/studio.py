"""The simulated server: one guild, one channel, two members, and a clock that shows today."""

from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import discord
from discord.webhook.async_ import AsyncWebhookAdapter
from simcord import ChannelHandle, Env, MemberActor

GUILD = "Clapper Studio"
CHANNEL = "videos"
BOT_AVATAR = "clapper"
SETTLE_SECONDS = 15.0
"""How long one command may take in real time (decoding a large picture) before the simulator gives up on it."""

WELCOME = """\
**Welcome to Clapper Studio**
-# This server and its videos are made on your own computer: nothing is sent out, nothing is billed.
Type `/video`, write into `prompt` what should happen, for example *a red kite rises over the dunes*, and press Enter.
`/studio` is the same as a form, a right click on a message opens its menu, and `/help` tells the rest.
Options wait behind the **+ more** button beside the prompt:
- attach a picture as `image`, and the video begins with it;
- choose *Push in* as `camera`, and the camera moves in."""


class Discord(Env):
    """The simulated Discord."""

    def _capture_errors(self) -> None:
        """Leave errors to the bot, which answers or logs them; the simulator would call a refusal a failed command."""


@dataclass(frozen=True, slots=True)
class Studio:
    """The simulated server, with the bot logged in and the welcome posted."""

    env: Env
    channel: ChannelHandle
    ann: MemberActor
    ben: MemberActor
    welcome_id: int


@asynccontextmanager
async def open_studio(client: discord.Client) -> AsyncIterator[Studio]:
    """Log `client` in to a fresh server; on the way out log it out, but leave closing it to its owner."""
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
    """Lead calls that carry an interaction's token into the simulator, also those of the worker outside it."""
    over_the_wire = AsyncWebhookAdapter.request

    async def simulated(_adapter: AsyncWebhookAdapter, route: Any, session: Any, **rest: Any) -> Any:
        return await env._webhook_adapter.request(route, session, **rest)

    AsyncWebhookAdapter.request = cast("Any", simulated)
    try:
        yield
    finally:
        AsyncWebhookAdapter.request = over_the_wire


def seconds_behind(env: Env) -> float:
    """Return by how much the simulated clock is behind the real one (never negative)."""
    return max(0.0, (datetime.now(UTC) - env.now()).total_seconds())


def _furnish(env: Env) -> tuple[ChannelHandle, MemberActor, MemberActor]:
    """Build the server while the clock still shows its first day, so that each run gives out the same ids.

    Jobs kept in a given data directory then find their channel and their author again.
    """
    guild = env.create_guild(GUILD)
    channel = guild.create_text_channel(CHANNEL, topic="Videos from words and pictures")
    managers = guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    ann = guild.add_member(env.create_user("ann", global_name="Ann"), roles=[managers])
    ben = guild.add_member(env.create_user("ben", global_name="Ben"))
    return channel, ann, ben


def _shards(client: discord.Client) -> int | None:
    return 1 if isinstance(client, discord.AutoShardedClient) and client.shard_count is None else None
