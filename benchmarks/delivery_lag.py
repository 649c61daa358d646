"""How long a finished video takes to the channel, by the real bot: until a look finds it, and from there on."""

import asyncio
from dataclasses import dataclass

from benchmarks.world import World, open_world
from tests.loopback_discord import Message

CLIP_BYTES = 1_000_000
RENDER_SECONDS = 2.0
_GAP_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """Seconds of one video: from the end of its task to the look that found it, and from there to the message."""

    found: float
    delivered: float


async def measure_lag(count: int) -> list[Lag]:
    """Order videos one after the other, with the intervals that the bot ships with for tasks of this length."""
    async with open_world(
        clip_bytes=CLIP_BYTES, render_seconds=RENDER_SECONDS, FIRST_POLL_SECONDS=1, POLL_INTERVAL_SECONDS=0.5
    ) as world:
        for number in range(count):
            await world.order(number)
            await asyncio.sleep(_GAP_SECONDS)
        await world.until_delivered(count)
        await asyncio.sleep(0.2)  # the last row follows its message
        return _lags(world)


def _lags(world: World) -> list[Lag]:
    accepted = {entry.task_id: entry.at / 1000 for entry in world.sandbox.ledger.accepted}
    posted = {_key_of(message): message.created_at for message in world.videos()}
    rows = world.rows("SELECT key, provider_task_id, rendered_at FROM jobs WHERE rendered_at IS NOT NULL")
    return [
        Lag(
            found=rendered_at / 1000 - (accepted[task_id] + RENDER_SECONDS),
            delivered=posted[key] - rendered_at / 1000,
        )
        for key, task_id, rendered_at in rows
        if key in posted
    ]


def _key_of(message: Message) -> str:
    return message.attachments[0].filename.removeprefix("clapper-").removesuffix(".mp4")
