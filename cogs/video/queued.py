"""A paid press: who pays for it, and what is said of it."""

import logging
import math
from collections.abc import Sequence

import discord

from cogs.discord.buttons import undo_view
from cogs.discord.context import only_directly, owner_of, require_place_to_post, role_ids_of
from cogs.discord.interactions import Interaction
from cogs.discord.sending import with_and_without_prompt, worded
from cogs.discord.services import services_of, words_of
from cogs.text.job_pages import order_lines
from cogs.text.money import price_line
from cogs.text.timestamps import relative
from cogs.video.asking import requester_of
from db.jobs.admission import Requester
from db.jobs.job import Route
from jobs.notify.notifier import NotifyError
from jobs.orders.order import Order
from jobs.orders.submission import Receipt

log = logging.getLogger(__name__)


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
