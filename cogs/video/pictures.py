"""The attached first frame: read at the command, within bounds, and checked by its content."""

import asyncio

import discord

from cogs.text.catalogue import Refused
from media.isolation.tasks import check_first_frame_isolated
from media.pictures.fault import PictureFault, PictureRefused
from media.pictures.rules import MAX_BYTES, FirstFrame, Repair

READ_SECONDS = 60.0


async def read_first_frame(attachment: discord.Attachment, repair: Repair | None = None) -> FirstFrame:
    """Return the checked picture of an attachment, made to fit by a `repair`. Call it in a place of the gate.

    Raises:
        PictureRefused: it cannot be a first frame.
        Refused: Discord did not hand it over.
    """
    if attachment.size >= MAX_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG, size_bytes=attachment.size, limit_bytes=MAX_BYTES)
    return await check_first_frame_isolated(await _read(attachment), repair)


async def _read(attachment: discord.Attachment) -> bytes:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await attachment.read()
    except (TimeoutError, OSError, discord.HTTPException) as error:
        raise Refused("picture-unreadable") from error
