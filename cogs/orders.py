"""From a draft to an order: the one place where members' choices become a job, and are acknowledged."""

from dataclasses import replace
from typing import Any

import discord

from cogs.asking import asker_of, must_hide
from cogs.buttons import cancel_view
from cogs.pictures import read_first_frame
from cogs.places import only_directly, require_place_to_post
from cogs.queued import queued_text, say_ordered, say_queued
from cogs.services import services_of, words_of
from cogs.wishes import Draft, Picture
from jobs.asked import Asked, Ticket
from jobs.failpoints import Beat, failpoint
from jobs.order import Order
from jobs.takes import Asker
from media.picture_rules import Repair

Interaction = discord.Interaction[Any]


def require_place(interaction: Interaction, draft: Draft) -> None:
    """Make sure that the result can be posted, before anything is spent; a private one needs no channel."""
    if not (draft.wish.private or only_directly(interaction)):
        require_place_to_post(interaction)


def checked_order(interaction: Interaction, draft: Draft) -> Order:
    """Return the order of a draft; raise RuleBroken where the provider would refuse it."""
    return draft.order(fast_requires_image=services_of(interaction).fast_requires_image)


async def with_picture(draft: Draft, attachment: discord.Attachment, repair: Repair | None = None) -> Draft:
    """Return the draft with the checked picture of an attachment; raise as `read_first_frame` does."""
    frame = await read_first_frame(attachment, repair)
    return replace(draft, picture=Picture(data=frame.data, url=attachment.url))


async def require_admissible(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Raise what would refuse the order now, whatever its picture is: nobody reads a picture for nothing."""
    asked = _asked(await _asker(interaction, draft), order, picture=None)
    await services_of(interaction).service.require_admissible(asked)


async def submit(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Enqueue behind an acknowledged interaction; say "queued" only when the job is on disk."""
    words = words_of(interaction)
    asker = await _asker(interaction, draft)
    with services_of(interaction).replies.acknowledging(interaction):
        ticket = await _ticket(interaction, draft, order, asker)
        if draft.pressed:
            await say_queued(interaction, ticket)
        else:
            said = await queued_text(interaction, ticket)
            await say_ordered(interaction, said, cancel_view(words, ticket.job))
        failpoint(Beat.ADMIT_ACKNOWLEDGED)


async def _ticket(interaction: Interaction, draft: Draft, order: Order, asker: Asker) -> Ticket:
    services = services_of(interaction)
    picture = draft.picture.data if draft.picture else None
    if draft.source is not None:
        return await services.takes.remix(draft.source, asker, order=order, picture=picture)
    return await services.service.submit(_asked(asker, order, picture=picture))


async def _asker(interaction: Interaction, draft: Draft) -> Asker:
    undo_seconds = services_of(interaction).undo_seconds if draft.pressed else 0
    asker = await asker_of(interaction, wait_seconds=undo_seconds)
    private = draft.wish.private or only_directly(interaction)
    return replace(asker, private=private, spoiler=draft.wish.spoiler or await must_hide(interaction))


def _asked(asker: Asker, order: Order, *, picture: bytes | None) -> Asked:
    return Asked(
        owner=asker.owner,
        channel_id=asker.channel_id,
        interaction_id=asker.interaction_id,
        order=order,
        picture=picture,
        spoiler=asker.spoiler,
        upload_limit=asker.upload_limit,
        private=asker.private,
        may_direct=asker.may_direct,
        language=asker.language,
        wait_seconds=asker.wait_seconds,
        around=asker.around,
        role_ids=asker.role_ids,
    )
