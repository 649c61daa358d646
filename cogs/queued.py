"""A paid press: who pays for it, and what is said of it."""

import math
from typing import Any

import discord

from cogs.asking import asker_of
from cogs.buttons import undo_view
from cogs.job_pages import order_lines
from cogs.places import only_directly, require_place_to_post
from cogs.services import services_of
from cogs.timestamps import relative
from cogs.words import Words, words_of
from db.job import Route
from jobs.asked import Left, Ticket
from jobs.order import Order
from jobs.takes import Asker

Interaction = discord.Interaction[Any]


async def paying_asker(interaction: Interaction) -> Asker:
    """Return who presses, for an order that can be taken back for a moment.

    Raises:
        Refused: the result could not be posted there.
    """
    return await asker_who_posts(interaction, wait_seconds=services_of(interaction).undo_seconds)


async def asker_who_posts(interaction: Interaction, *, wait_seconds: float) -> Asker:
    """Return who presses, where the result can be posted.

    Raises:
        Refused: it cannot.
    """
    asker = await asker_of(interaction, wait_seconds=wait_seconds)
    if not asker.private:
        require_place_to_post(interaction)
    return asker


async def say_queued(interaction: Interaction, ticket: Ticket) -> None:
    """Say what was queued, what that counts, and how to take it back."""
    words = words_of(interaction)
    services = services_of(interaction)
    left = await services.service.left_today(interaction.user.id)
    said = _queued(words, ticket, left, undo_seconds=math.ceil(services.undo_seconds))
    if only_directly(interaction):
        said = f"{said}\n{words('only-directly')}"
    await interaction.edit_original_response(content=said, view=undo_view(words, ticket.job), attachments=[])


def _queued(words: Words, ticket: Ticket, left: Left, *, undo_seconds: int) -> str:
    place, ready = max(1, ticket.place), relative(ticket.expected_at)
    privately = ticket.job.route is Route.PRIVATE
    headline = words("queued-privately" if privately else "queued", place=place, ready=ready)
    counted = words("counts-as", limit=left.limit, count=left.of_member)
    undo = words("undo-within", seconds=undo_seconds)
    return "\n".join([headline, words.joined([counted, undo]), *order_lines(words, Order.of(ticket.job))])
