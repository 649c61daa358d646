"""`demo --headless-check`: orders one video with a first frame as the simulated member Ann, and checks the result."""

import asyncio
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import discord
from PIL import Image, ImageChops, ImageStat
from simcord import SetupError

from demo.studio import Studio, hills, seconds_behind
from media.errors import NotAVideo
from media.video.facts import VideoFacts
from media.video.frames import first_frame
from media.video.probe import probe

PATIENCE_SECONDS = 120.0
SECONDS, SHORT_SIDE = 6, 768
ALIKE = 6.0
"""The largest mean difference (of 255) between two pictures that counts as an effect of the encoder."""
_LOOK_SECONDS = 0.25


class CheckFailed(Exception):
    """The demo did not deliver the expected video; the message says what is wrong."""


async def make_one_video(studio: Studio) -> str:
    """Run `/video` as Ann, wait for the result, check it, and return a line about it.

    Raises:
        CheckFailed: the command was refused, no video arrived in time, or the video is not as ordered.
    """
    await _ask(studio)
    result = await _wait_for(studio, _result, "no video arrived")
    facts, strangeness = await _measure(result.attachments[0])
    await _wait_for(studio, _only_the_result, "more than one message of the job is left")
    return (
        f"A video arrived: {facts.width}x{facts.height}, {facts.duration_seconds:.2f} s, {facts.codec} "
        f"{facts.pixel_format}, {facts.size_bytes / 1_048_576:.1f} MiB; "
        f"its first frame differs from the picture by {strangeness:.1f} of 255."
    )


async def _ask(studio: Studio) -> None:
    try:
        await studio.ann.slash(
            studio.channel,
            "video",
            prompt="the sun rises over the hills",
            image=("hills.png", hills()),
            duration=SECONDS,
            resolution=f"{SHORT_SIDE}p",
            camera="Push in",
        )
    except (SetupError, TimeoutError) as error:
        raise CheckFailed(f"/video did not run: {error}") from error


async def _wait_for(
    studio: Studio, find: Callable[[Studio], discord.Message | None], failure: str
) -> discord.Message:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (found := find(studio)):
                await asyncio.sleep(_LOOK_SECONDS)
                await studio.env.advance_time(seconds_behind(studio.env))
    except TimeoutError:
        raise CheckFailed(
            f"{failure} within {PATIENCE_SECONDS:.0f} s; Ann sees: {_seen_by_ann(studio)}"
        ) from None
    return found


def _public(studio: Studio) -> list[discord.Message]:
    """Return the public messages in the channel, without the bot's welcome message."""
    seen = [message for message in studio.channel.history() if not message.flags.ephemeral]
    return [message for message in seen if message.id != studio.welcome_id]


def _result(studio: Studio) -> discord.Message | None:
    with_file = [message for message in _public(studio) if message.attachments]
    return with_file[-1] if with_file else None


def _only_the_result(studio: Studio) -> discord.Message | None:
    match _public(studio):
        case [discord.Message(attachments=[_]) as only]:
            return only
        case _:
            return None


def _seen_by_ann(studio: Studio) -> str:
    *_, last = studio.channel.history(viewer=studio.ann)
    return repr(last.content[:200])


async def _measure(attachment: discord.Attachment) -> tuple[VideoFacts, float]:
    data = await attachment.read()
    try:
        facts, strangeness = await asyncio.to_thread(_look_into, data)
    except NotAVideo as error:
        raise CheckFailed(f"{attachment.filename} is not a video: {error}") from error
    if faults := _faults(facts, strangeness):
        raise CheckFailed(f"{attachment.filename} is not what was asked for: {', '.join(faults)}")
    return facts, strangeness


def _look_into(data: bytes) -> tuple[VideoFacts, float]:
    with tempfile.TemporaryDirectory(prefix="clapper-check-") as folder:
        path = Path(folder, "result.mp4")
        path.write_bytes(data)
        return probe(path), _difference(
            Image.open(io.BytesIO(first_frame(path))), Image.open(io.BytesIO(hills()))
        )


def _difference(one: Image.Image, other: Image.Image) -> float:
    """Return the mean absolute difference of two pictures, 0 to 255; `other` is first scaled to the size of `one`."""
    alike = other.convert("RGB").resize(one.size, Image.Resampling.LANCZOS)
    return sum(ImageStat.Stat(ImageChops.difference(one, alike)).mean) / 3


def _faults(facts: VideoFacts, strangeness: float) -> list[str]:
    expected = [
        (facts.codec == "h264", f"codec {facts.codec}"),
        (facts.pixel_format == "yuv420p", f"pixel format {facts.pixel_format}"),
        (abs(facts.duration_seconds - SECONDS) <= 0.1, f"{facts.duration_seconds:.2f} s long"),
        (min(facts.width, facts.height) == SHORT_SIDE, f"{facts.width}x{facts.height}"),
        (strangeness < ALIKE, f"first frame differs from the picture by {strangeness:.1f} of 255"),
    ]
    return [fault for holds, fault in expected if not holds]
