"""How the page gets its videos: the very file that the bot delivered, not a copy in another format."""

import asyncio
import io

import av
from av.container import InputContainer
from av.error import FFmpegError
from simcord.preview._media import MediaInfo, MediaWorker


class AsDelivered(MediaWorker):
    """Serves H.264 files as they are.

    The simulator would make a VP9 copy of each first: 10 to 30 s for one video, and 1080p does not fit its memory
    limit. Every common browser plays H.264, so the page can show what Discord would show.
    """

    async def validate(self, key: str, blob: bytes, *, media_time: float | None = None) -> MediaInfo:
        """Return how to show `blob`; pictures, and videos in other formats, are handled as the simulator does."""
        info = await asyncio.to_thread(_as_delivered, blob) if blob[4:8] == b"ftyp" else None
        return info or await super().validate(key, blob, media_time=media_time)


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
