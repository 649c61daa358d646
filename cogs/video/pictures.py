"""What is done with a picture at the command: first frames are read and checked by their content, sketches are drawn."""

import asyncio
import contextlib
import logging
from collections.abc import Generator
from dataclasses import replace

import discord

from cogs.discord.context import services_of
from cogs.discord.interactions import AlreadyDrawing, Interaction, TooManySketches
from cogs.text.catalogue import Refused
from jobs.orders.order import Order
from media.errors import PictureFault, PictureRefused
from media.isolation.isolated import IsolatedFailed
from media.isolation.tasks import check_first_frame_isolated, sketch_isolated
from media.pictures.rules import MAX_BYTES, FirstFrame, Repair

log = logging.getLogger(__name__)


READ_SECONDS = 60.0


async def read_first_frame(attachment: discord.Attachment, repair: Repair | None = None) -> FirstFrame:
    """Return the checked picture of an attachment, made to fit by a `repair`. Call it in a place of the gate.

    Raises:
        PictureRefused: it cannot be a first frame.
        Refused: Discord did not hand it over.
    """
    if attachment.size >= MAX_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG, size_bytes=attachment.size, limit_bytes=MAX_BYTES)
    frame = await check_first_frame_isolated(await _read(attachment), repair)
    return replace(frame, url=attachment.url)


async def _read(attachment: discord.Attachment) -> bytes:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await attachment.read()
    except (TimeoutError, OSError, discord.HTTPException) as error:
        raise Refused("picture-unreadable") from error


@contextlib.contextmanager
def sketch_turn(interaction: Interaction, order: Order) -> Generator[None]:
    """Have the sketch of an order in hand inside: from before its picture is read until it is shown.

    Raises:
        Refused: the camera moves nowhere, or other sketches have to be finished first.
    """
    if not order.moves:
        raise Refused("sketch-without-moves")
    try:
        with services_of(interaction).sketch_turns.turn(interaction.user.id):
            yield
    except AlreadyDrawing as error:
        raise Refused("sketch-one-at-a-time") from error
    except TooManySketches as error:
        raise Refused("sketch-not-now") from error


async def draw(picture: FirstFrame | None, order: Order) -> bytes:
    """Return the film of a sketch.

    Raises:
        Refused: it could not be drawn.
    """
    moves = [move.value for move in order.moves]
    try:
        return await sketch_isolated(picture and picture.data, moves, prompt=order.text)
    except (IsolatedFailed, OSError) as error:
        log.warning("no sketch could be made: %s", error)
        raise Refused("sketch-failed") from error
