"""The page: Discord's window in a browser, kept up to date while the bot works in the background."""

import asyncio
import io
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from zoneinfo import available_timezones

import av
from av.container import InputContainer
from av.error import FFmpegError
from simcord import Preview, SetupError
from simcord.backend.cdn import CDN_BASE
from simcord.preview._media import MediaInfo, MediaWorker

from demo.pictures import clapperboard
from demo.studio import Studio, seconds_behind
from demo.window import MessageMenus, Window

TICK_SECONDS = 0.25


@asynccontextmanager
async def open_page(
    studio: Studio, *, port: int, operators_page: str | None = None
) -> AsyncIterator[Preview]:
    """Serve the channel to a browser on 127.0.0.1 until the context ends, with the operator's page beside it.

    Raises:
        simcord.SetupError: the port is taken, or a part of the simulator is not installed.
    """
    page = studio.env.preview(
        studio.channel,
        viewers=[studio.ann, studio.ben],
        layout="channel",
        timezone=_local_timezone(),
        assets=_pictures(studio),
    )
    turns = asyncio.Lock()
    page._server = Window(page, port, MessageMenus(studio, page, turns), operators_page=operators_page)
    async with page:
        _give_the_browser_its_turn(page, turns)
        page._media_worker = AsDelivered()
        pump = asyncio.create_task(_keep_moving(studio, page, turns))
        try:
            yield page
        finally:
            pump.cancel()
            with suppress(asyncio.CancelledError):
                await pump


class AsDelivered(MediaWorker):
    """Serves H.264 files as they are.

    The simulator would make a VP9 copy of each first: 10 to 30 s for one video, and 1080p does not fit its memory
    limit. Every common browser plays H.264, so the page can show what Discord would show.
    """

    async def validate(self, key: str, blob: bytes, *, media_time: float | None = None) -> MediaInfo:
        """Return how to show `blob`; pictures, and videos in other formats, are handled as the simulator does."""
        info = await asyncio.to_thread(_as_delivered, blob) if blob[4:8] == b"ftyp" else None
        return info or await super().validate(key, blob, media_time=media_time)


def _local_timezone() -> str:
    """Return the name of this computer's time zone if the system has it by name, else UTC."""
    name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2]
    return name if name in available_timezones() else "UTC"


def _pictures(studio: Studio) -> dict[str, tuple[str, bytes]]:
    bot = studio.env.backend.bot_user
    return {f"{CDN_BASE}/avatars/{bot.id}/{bot.avatar}.png": ("clapper.png", clapperboard())}


def _give_the_browser_its_turn(page: Preview, turns: asyncio.Lock) -> None:
    """Let an action of the browser wait for the pump, and take it at the page's present revision.

    The simulator does one thing at a time: an action that meets the pump would be answered by an error, and one
    that was sent just before a refresh would be refused as stale. Discord knows neither, so the demo does not.
    """
    act = page._action

    async def act_in_turn(context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with turns:
            return await act(context_id, _at_present_revision(page, context_id, body))

    page._action = act_in_turn


def _at_present_revision(page: Preview, context_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
    shown = page._pages.get(context_id or "")
    if shown is None or not isinstance(body, dict) or body.get("sequence") != shown.last_sequence + 1:
        return body
    return {**body, "published_revision": shown.revision}


async def _keep_moving(studio: Studio, page: Preview, turns: asyncio.Lock) -> None:
    """Let simulated time pass as real time does, and show what the bot did since the last look.

    If that should fail, the page closes: better than one that stands still.
    """
    seen = 0
    try:
        while True:
            async with turns:
                seen = await _move_on(studio, page, seen)
            await asyncio.sleep(TICK_SECONDS)
    finally:
        await page.close()


async def _move_on(studio: Studio, page: Preview, seen: int) -> int:
    """Return how many events had happened at this look; `seen` is what the look before returned."""
    transcript = studio.env.backend.transcript
    # A command that takes longer than SETTLE_SECONDS goes on by itself; a page that a person closed is no fault.
    with suppress(TimeoutError, SetupError):
        await studio.env.advance_time(seconds_behind(studio.env))
        if len(transcript) != seen:
            await page.refresh()
            return len(transcript)
    return seen


def _as_delivered(blob: bytes) -> MediaInfo | None:
    try:
        with av.open(io.BytesIO(blob), mode="r") as container:
            return _describe(container, blob)
    except (FFmpegError, StopIteration):
        return None


def _describe(container: InputContainer, blob: bytes) -> MediaInfo | None:
    stream = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context.name != "h264":
        return None
    frame = next(container.decode(stream))
    poster = io.BytesIO()
    frame.to_image().save(poster, format="PNG")
    codecs = {"video": "h264"}
    return MediaInfo(
        format="mp4",
        width=frame.width,
        height=frame.height,
        frames=max(1, stream.frames),
        decoded_bytes=frame.width * frame.height * 4,
        normalized=blob,
        content_type="video/mp4",
        kind="video",
        duration=(container.duration or 0) / av.time_base,
        poster=poster.getvalue(),
        source_codecs=codecs,
        display_codecs=codecs,
        transformation="preserved",
        memory_limited=True,
    )
