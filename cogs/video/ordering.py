"""The steps from a draft to an order: reading its picture, submitting it, acknowledging it; also drawing sketches."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Generator
from dataclasses import replace

import discord

from cogs.discord.buttons import cancel_view, undo_view
from cogs.discord.context import (
    channels_around,
    only_directly,
    owner_of,
    require_place_to_post,
    role_ids_of,
    services_of,
    upload_limit_of,
    words_of,
)
from cogs.discord.interactions import AlreadyDrawing, Interaction, TooManySketches
from cogs.discord.sending import with_and_without_prompt, worded
from cogs.text.catalogue import Refused
from cogs.text.job_pages import order_lines
from cogs.text.sentences import price_line, relative
from cogs.video.options import Choices, Draft
from db.jobs.admission import Requester
from db.jobs.job import Route
from jobs.notify.notifier import NotifyError
from jobs.orders.order import NewOrder, Order, Receipt
from jobs.runtime.failpoints import Failpoint, failpoint
from media.errors import PictureFault, PictureRefused
from media.isolation.isolated import IsolatedFailed
from media.isolation.tasks import check_first_frame_isolated, sketch_isolated
from media.pictures.rules import MAX_BYTES, FirstFrame, Repair, repairs_for

log = logging.getLogger(__name__)


async def submit(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Submit an order and acknowledge it once the job is stored.

    The interaction must have its first answer already.
    """
    services = services_of(interaction)
    requester = await requester_of(interaction, choices=draft.choices, undoable=draft.pressed)
    picture = draft.picture.data if draft.picture else None
    with services.replies.acknowledging(interaction):
        if draft.source is not None:
            receipt = await services.variations.remix(draft.source, requester, order=order, picture=picture)
        else:
            receipt = await services.jobs.submit(NewOrder(requester=requester, order=order, picture=picture))
        await say_queued(interaction, receipt, undoable=draft.pressed)
        failpoint(Failpoint.ADMIT_ACKNOWLEDGED)


async def require_admissible(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Raise an error if the order would be refused now, whatever its picture is; no picture is then read in vain."""
    requester = await requester_of(interaction, choices=draft.choices, undoable=draft.pressed)
    await services_of(interaction).jobs.require_admissible(NewOrder(requester=requester, order=order))


async def requester_of(
    interaction: Interaction, *, undoable: bool, choices: Choices | None = None
) -> Requester:
    """Return who orders and where the result goes, from the choices or from the settings of the member and the server.

    Call it after the acknowledgement. An `undoable` order waits a moment before it is submitted.

    Raises:
        Refused: the result could not be posted there.
    """
    services, owner = services_of(interaction), owner_of(interaction)
    mine = await services.preferences.member(owner.user_id)
    wanted = choices or mine
    private = wanted.private or only_directly(interaction)
    if not private:
        require_place_to_post(interaction)
    return Requester(
        owner=owner,
        channel_id=interaction.channel_id or 0,
        interaction_id=interaction.id,
        upload_limit=upload_limit_of(interaction),
        language=words_of(interaction).code,
        private=private,
        may_direct=mine.direct_messages,
        spoiler=wanted.spoiler or await _must_hide(interaction),
        wait_seconds=services.undo_seconds if undoable else 0,
        around=channels_around(interaction),
        role_ids=role_ids_of(interaction),
    )


async def _must_hide(interaction: Interaction) -> bool:
    """Return whether the server wants results in this channel to be spoilers."""
    if interaction.guild_id is None:
        return False
    rules = await services_of(interaction).preferences.guild(interaction.guild_id)
    return rules.spoiler_everywhere or interaction.channel_id in rules.spoiler_channels


async def say_queued(interaction: Interaction, receipt: Receipt, *, undoable: bool = True) -> None:
    """Reply what was queued, its price, and a button to cancel it. The order is valid even if the reply fails."""
    words = words_of(interaction)
    said = await _queued_text(interaction, receipt, undoable=undoable)
    view = undo_view(words, receipt.job) if undoable else cancel_view(words, receipt.job)
    try:
        await worded(
            lambda text: interaction.edit_original_response(content=text, view=view, attachments=[]),
            *with_and_without_prompt(said),
        )
    except NotifyError as error:  # the job's status message follows anyway
        log.warning("an order could not be acknowledged: interaction=%s: %s", interaction.id, error)


async def _queued_text(interaction: Interaction, receipt: Receipt, *, undoable: bool) -> str:
    """Return the reply about a queued order: its place, where its result goes, its price, and the order itself."""
    words, private = words_of(interaction), receipt.job.route is Route.PRIVATE
    services = services_of(interaction)
    headline = words(
        "queued-privately" if private else "queued",
        place=max(1, receipt.queue_position),
        ready=relative(receipt.expected_at),
    )
    why = [words("only-directly")] if only_directly(interaction) else []
    undo = [words("undo-within", seconds=math.ceil(services.undo_seconds))] if undoable else []
    allowance = await services.accounts.allowance(owner_of(interaction), role_ids=role_ids_of(interaction))
    cost = price_line(words, allowance, price=receipt.job.price_micros)
    return "\n".join([headline, *why, cost, *undo, *order_lines(words, Order.of(receipt.job))])


READ_SECONDS = 60.0


async def read_first_frame(attachment: discord.Attachment, repair: Repair | None = None) -> FirstFrame:
    """Download an attachment and return it as a checked first frame, changed by `repair` if given.

    Call it while `PictureGate.room` holds room for the picture.

    Raises:
        PictureRefused: the picture cannot be a first frame.
        Refused: the picture could not be downloaded.
    """
    if attachment.size >= MAX_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG, size_bytes=attachment.size, limit_bytes=MAX_BYTES)
    frame = await check_first_frame_isolated(await _read(attachment), repair)
    return replace(frame, url=attachment.url)


def repairs_of(refused: PictureRefused) -> tuple[Repair, ...]:
    """Return the ways to make a refused picture fit; none if its fault is not its size or shape."""
    width, height = refused.figures.get("width"), refused.figures.get("height")
    mendable = {PictureFault.TOO_SMALL, PictureFault.TOO_NARROW, PictureFault.TOO_WIDE}
    if refused.reason not in mendable or not isinstance(width, int) or not isinstance(height, int):
        return ()
    return repairs_for(width, height)


async def _read(attachment: discord.Attachment) -> bytes:
    try:
        async with asyncio.timeout(READ_SECONDS):
            return await attachment.read()
    except (TimeoutError, OSError, discord.HTTPException) as error:
        raise Refused("picture-unreadable") from error


@contextlib.contextmanager
def sketch_turn(interaction: Interaction, order: Order) -> Generator[None]:
    """Count the order's sketch while the block runs: from before its picture is read until it is shown.

    Raises:
        Refused: the order has no camera moves, the member has another sketch in progress, or all members
            together have too many.
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
    """Draw the sketch of an order and return its video file.

    Raises:
        Refused: the sketch could not be drawn.
    """
    moves = [move.value for move in order.moves]
    try:
        return await sketch_isolated(picture and picture.data, moves, prompt=order.text)
    except (IsolatedFailed, OSError) as error:
        log.warning("no sketch could be made: %s", error)
        raise Refused("sketch-failed") from error
