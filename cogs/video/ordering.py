"""From a draft to an order: who orders, the order, and what is said once it is queued."""

import logging
import math
from collections.abc import Sequence
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
from cogs.discord.interactions import Interaction
from cogs.discord.sending import with_and_without_prompt, worded
from cogs.text.job_pages import order_lines
from cogs.text.sentences import price_line, relative
from cogs.video.options import Draft
from cogs.video.pictures import read_first_frame
from db.jobs.admission import Requester
from db.jobs.job import Route
from jobs.notify.notifier import NotifyError
from jobs.orders.order import Order
from jobs.orders.submission import NewOrder, Receipt
from jobs.steps.failpoints import Failpoint, failpoint
from media.pictures.rules import Repair

log = logging.getLogger(__name__)


async def requester_of(interaction: Interaction, *, wait_seconds: float = 0) -> Requester:
    """Return who presses, with what they and their server have set. Call it behind the acknowledgement."""
    owner = owner_of(interaction)
    mine = await services_of(interaction).preferences.of(owner.user_id)
    return Requester(
        owner=owner,
        channel_id=interaction.channel_id or 0,
        interaction_id=interaction.id,
        upload_limit=upload_limit_of(interaction),
        language=words_of(interaction).code,
        private=mine.private or only_directly(interaction),
        may_direct=mine.direct_messages,
        spoiler=mine.spoiler or await must_hide(interaction),
        wait_seconds=wait_seconds,
        around=channels_around(interaction),
        role_ids=role_ids_of(interaction),
    )


async def must_hide(interaction: Interaction) -> bool:
    """Tell whether the server wants results in this channel behind a click."""
    if interaction.guild_id is None:
        return False
    rules = await services_of(interaction).preferences.guild(interaction.guild_id)
    return rules.spoiler_everywhere or interaction.channel_id in rules.spoiler_channels


async def paying_requester(interaction: Interaction) -> Requester:
    """Return who presses, for an order that can be taken back for a moment.

    Raises:
        Refused: the result could not be posted there.
    """
    return await requester_who_posts(interaction, wait_seconds=services_of(interaction).undo_seconds)


async def requester_who_posts(interaction: Interaction, *, wait_seconds: float) -> Requester:
    """Return who presses, where the result can be posted.

    Raises:
        Refused: it cannot.
    """
    requester = await requester_of(interaction, wait_seconds=wait_seconds)
    if not requester.private:
        require_place_to_post(interaction)
    return requester


async def say_queued(interaction: Interaction, receipt: Receipt) -> None:
    """Say what was queued, what that costs, and how to take it back."""
    words = words_of(interaction)
    services = services_of(interaction)
    undo = words("undo-within", seconds=math.ceil(services.undo_seconds))
    said = await queued_text(interaction, receipt, beside=[undo])
    await say_ordered(interaction, said, undo_view(words, receipt.job))


async def say_ordered(interaction: Interaction, said: str, view: discord.ui.View | None) -> None:
    """Fill the acknowledged answer with an order, which stands: where that breaks off, its status is said next."""
    try:
        await worded(
            lambda text: interaction.edit_original_response(content=text, view=view, attachments=[]),
            *with_and_without_prompt(said),
        )
    except NotifyError as error:
        log.warning("an order could not be acknowledged: interaction=%s: %s", interaction.id, error)


async def queued_text(interaction: Interaction, receipt: Receipt, *, beside: Sequence[str] = ()) -> str:
    """Return what an order is acknowledged with: its place, where its result goes, its price, `beside`, and itself."""
    words, private = words_of(interaction), receipt.job.route is Route.PRIVATE
    headline = words(
        "queued-privately" if private else "queued",
        place=max(1, receipt.place),
        ready=relative(receipt.expected_at),
    )
    why = [words("only-directly")] if only_directly(interaction) else []
    accounts = services_of(interaction).accounts
    allowance = await accounts.allowance(owner_of(interaction), role_ids=role_ids_of(interaction))
    cost = price_line(words, allowance, price=receipt.job.price_micros)
    return "\n".join([headline, *why, cost, *beside, *order_lines(words, Order.of(receipt.job))])


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
