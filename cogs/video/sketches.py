"""Sketches: what the camera of an order does, drawn at once and for nothing."""

import contextlib
import logging
from collections.abc import Generator

from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of
from cogs.discord.sketch_turns import AlreadyDrawing, TooManySketches
from cogs.text.catalogue import Refused
from jobs.orders.order import Order
from media.isolation.isolated import IsolatedFailed
from media.isolation.tasks import sketch_isolated
from media.pictures.rules import FirstFrame

log = logging.getLogger(__name__)


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
