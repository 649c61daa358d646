"""From a draft to an order: the one place where members' choices become a job, and are acknowledged."""

from dataclasses import replace

import discord

from cogs.discord.buttons import cancel_view
from cogs.discord.context import only_directly, require_place_to_post
from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of, words_of
from cogs.video.asking import must_hide, requester_of
from cogs.video.options import Draft
from cogs.video.pictures import read_first_frame
from cogs.video.queued import queued_text, say_ordered, say_queued
from db.jobs.admission import Requester
from jobs.orders.order import Order
from jobs.orders.submission import NewOrder, Receipt
from jobs.steps.failpoints import Failpoint, failpoint
from media.pictures.rules import Repair


def require_place(interaction: Interaction, draft: Draft) -> None:
    """Make sure that the result can be posted, before anything is spent; a private one needs no channel."""
    if not (draft.choices.private or only_directly(interaction)):
        require_place_to_post(interaction)


def checked_order(interaction: Interaction, draft: Draft) -> Order:
    """Return the order of a draft; raise RuleBroken where the provider would refuse it."""
    return draft.order(fast_requires_image=services_of(interaction).fast_requires_image)


async def with_picture(draft: Draft, attachment: discord.Attachment, repair: Repair | None = None) -> Draft:
    """Return the draft with the checked picture of an attachment; raise as `read_first_frame` does."""
    frame = await read_first_frame(attachment, repair)
    return replace(draft, picture=replace(frame, url=attachment.url))


async def require_admissible(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Raise what would refuse the order now, whatever its picture is: nobody reads a picture for nothing."""
    new = NewOrder(requester=await _requester(interaction, draft), order=order)
    await services_of(interaction).service.require_admissible(new)


async def submit(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Enqueue behind an acknowledged interaction; say "queued" only when the job is on disk."""
    words = words_of(interaction)
    requester = await _requester(interaction, draft)
    with services_of(interaction).replies.acknowledging(interaction):
        receipt = await _receipt(interaction, draft, order, requester)
        if draft.pressed:
            await say_queued(interaction, receipt)
        else:
            said = await queued_text(interaction, receipt)
            await say_ordered(interaction, said, cancel_view(words, receipt.job))
        failpoint(Failpoint.ADMIT_ACKNOWLEDGED)


async def _receipt(interaction: Interaction, draft: Draft, order: Order, requester: Requester) -> Receipt:
    services = services_of(interaction)
    picture = draft.picture.data if draft.picture else None
    if draft.source is not None:
        return await services.variations.remix(draft.source, requester, order=order, picture=picture)
    return await services.service.submit(NewOrder(requester=requester, order=order, picture=picture))


async def _requester(interaction: Interaction, draft: Draft) -> Requester:
    undo_seconds = services_of(interaction).undo_seconds if draft.pressed else 0
    requester = await requester_of(interaction, wait_seconds=undo_seconds)
    private = draft.choices.private or only_directly(interaction)
    return replace(requester, private=private, spoiler=draft.choices.spoiler or await must_hide(interaction))
