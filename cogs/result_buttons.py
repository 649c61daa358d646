"""The buttons under a finished video, and *Try again* under one that came to nothing."""

import math
from dataclasses import replace
from typing import Any

import discord

from cogs.asking import asker_of
from cogs.buttons import JobButton, Pressed, undo_view
from cogs.deletion import DeleteButton
from cogs.escape import is_blank
from cogs.job_pages import details_page, order_lines
from cogs.places import require_place_to_post
from cogs.services import services_of
from cogs.shared_jobs import find_shared
from cogs.studio import open_remix
from cogs.timestamps import relative
from cogs.words import Words, words_for, words_of
from db.job import Job, JobState, Relation, Route
from hailuo.camera import moves_in
from hailuo.request import MAX_PROMPT, Rule, RuleBroken, compose_prompt
from jobs.asked import Left, Ticket
from jobs.order import Order
from jobs.takes import Asker, may_be_retried, may_be_upscaled

Interaction = discord.Interaction[Any]

_FORM_SECONDS = 15 * 60.0
_PAID_ROW, _FREE_ROW = 0, 1


class TakeButton(JobButton, template="v0:take"):
    """Makes a new job of the presser's from the one above it, and says what that counts."""

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the presser alone, which follows the new job."""
        await interaction.response.defer(ephemeral=True, thinking=True)

    async def press(self, interaction: Interaction) -> None:
        """Order it."""
        job = await find_shared(interaction, self.key)
        asker = await paying_asker(interaction)
        with services_of(interaction).replies.acknowledging(interaction):
            await say_queued(interaction, await self.take(interaction, job, asker))

    async def take(self, interaction: Interaction, job: Job, asker: Asker) -> Ticket:
        """Return the ticket of the new job."""
        raise NotImplementedError


class RerollButton(TakeButton, template=r"v1:reroll:(?P<key>[0-9a-f]{16})"):
    """Orders the same once more."""

    action = "reroll"

    async def take(self, interaction: Interaction, job: Job, asker: Asker) -> Ticket:
        """Order it."""
        return await services_of(interaction).takes.reroll(job, asker)


class UpscaleButton(TakeButton, template=r"v1:upscale:(?P<key>[0-9a-f]{16})"):
    """Orders it at 1080p."""

    action = "upscale"

    async def take(self, interaction: Interaction, job: Job, asker: Asker) -> Ticket:
        """Order it."""
        return await services_of(interaction).takes.upscale(job, asker)


class RetryButton(TakeButton, template=r"v1:retry:(?P<key>[0-9a-f]{16})"):
    """Orders again what came to nothing and was not charged."""

    action, style = "retry", discord.ButtonStyle.primary

    async def take(self, interaction: Interaction, job: Job, asker: Asker) -> Ticket:
        """Order it."""
        return await services_of(interaction).takes.retry(job, asker)


class RemixButton(JobButton, template=r"v1:remix:(?P<key>[0-9a-f]{16})"):
    """Opens the studio with the order of the video, to be changed."""

    action = "remix"

    async def acknowledge(self, interaction: Interaction) -> None:
        """Leave the answer to the form: an acknowledged press can open none."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form."""
        await open_remix(interaction, await find_shared(interaction, self.key))


class ContinueButton(JobButton, template=r"v1:continue:(?P<key>[0-9a-f]{16})"):
    """Asks what happens next."""

    action = "continue"

    async def acknowledge(self, interaction: Interaction) -> None:
        """Leave the answer to the form: an acknowledged press can open none."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form."""
        job = await find_shared(interaction, self.key)
        await interaction.response.send_modal(ContinueForm(words_of(interaction), job))


class ContinueForm(Pressed, discord.ui.Modal):
    """Takes the prompt of the next clip."""

    def __init__(self, words: Words, job: Job) -> None:
        # Its id is left to chance: two forms with one id would take each other's answers.
        super().__init__(title=words("continue-title"), timeout=_FORM_SECONDS)
        self._key = job.key
        self._prompt = discord.ui.TextInput[Any](
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            default=Order.of(job).text[:MAX_PROMPT],
            max_length=MAX_PROMPT,
        )
        self.add_item(discord.ui.Label[Any](text=words("continue-prompt"), component=self._prompt))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Acknowledge and order, as a press does."""
        await self.callback(interaction)

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the presser alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)

    async def press(self, interaction: Interaction) -> None:
        """Order the next clip."""
        job = await find_shared(interaction, self._key)
        order = continued(Order.of(job), self._prompt.value)
        asker = await paying_asker(interaction)
        with services_of(interaction).replies.acknowledging(interaction):
            ticket = await services_of(interaction).takes.continue_(job, asker, order=order)
            await say_queued(interaction, ticket)


class JoinButton(JobButton, template=r"v1:join:(?P<key>[0-9a-f]{16})"):
    """Puts a chain of clips into one file, which costs nothing."""

    action = "join"

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the presser alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)

    async def press(self, interaction: Interaction) -> None:
        """Join it."""
        job = await find_shared(interaction, self.key)
        asker = await _asker_who_posts(interaction, wait_seconds=0)
        with services_of(interaction).replies.acknowledging(interaction):
            ticket = await services_of(interaction).takes.join(job, asker)
            privately = ticket.job.route is Route.PRIVATE
            said = words_of(interaction)("joined-privately" if privately else "joined")
            await interaction.edit_original_response(content=said)


class DetailsButton(JobButton, template=r"v1:details:(?P<key>[0-9a-f]{16})"):
    """Tells the presser alone what this is."""

    action = "details"

    async def acknowledge(self, interaction: Interaction) -> None:
        """Promise an answer for the presser alone."""
        await interaction.response.defer(ephemeral=True, thinking=True)

    async def press(self, interaction: Interaction) -> None:
        """Tell."""
        await show_details(interaction, await find_shared(interaction, self.key))


RESULT_BUTTONS = (
    RerollButton,
    RemixButton,
    ContinueButton,
    UpscaleButton,
    DetailsButton,
    JoinButton,
    RetryButton,
)
"""What the client registers."""


def result_view(job: Job) -> discord.ui.View:
    """Return the buttons under a result, in the language of its order."""
    words, view = words_for(job), discord.ui.View(timeout=None)
    ordered = job.relation is not Relation.JOIN
    above: list[type[JobButton]] = [RerollButton, RemixButton] if ordered else []
    above.append(ContinueButton)
    if may_be_upscaled(replace(job, state=JobState.DELIVERED)):
        above.append(UpscaleButton)
    below: list[type[JobButton]] = [DetailsButton]
    if job.relation is Relation.CONTINUE:
        below.append(JoinButton)
    for row, buttons in ((_PAID_ROW, [*above, DeleteButton]), (_FREE_ROW, below)):
        for button in buttons:
            item = button(job.key, words)
            item.row = row
            view.add_item(item)
    return view


def retry_view(job: Job) -> discord.ui.View | None:
    """Return *Try again* under an ending that was not charged."""
    if not may_be_retried(job):
        return None
    return discord.ui.View(timeout=None).add_item(RetryButton(job.key, words_for(job)))


async def show_details(interaction: Interaction, job: Job) -> None:
    """Fill the acknowledged answer with the page of a job."""
    await interaction.edit_original_response(
        content=details_page(words_of(interaction), job), allowed_mentions=discord.AllowedMentions.none()
    )


async def paying_asker(interaction: Interaction) -> Asker:
    """Return who presses, for an order that can be taken back for a moment.

    Raises:
        Refused: the result could not be posted there.
    """
    return await _asker_who_posts(interaction, wait_seconds=services_of(interaction).undo_seconds)


async def say_queued(interaction: Interaction, ticket: Ticket) -> None:
    """Say what was queued, what that counts, and how to take it back."""
    words = words_of(interaction)
    services = services_of(interaction)
    left = await services.service.left_today(interaction.user.id)
    said = _queued(words, ticket, left, undo_seconds=math.ceil(services.undo_seconds))
    await interaction.edit_original_response(content=said, view=undo_view(words, ticket.job))


async def _asker_who_posts(interaction: Interaction, *, wait_seconds: float) -> Asker:
    asker = await asker_of(interaction, wait_seconds=wait_seconds)
    if not asker.private:
        require_place_to_post(interaction)
    return asker


def _queued(words: Words, ticket: Ticket, left: Left, *, undo_seconds: int) -> str:
    place, ready = max(1, ticket.place), relative(ticket.expected_at)
    privately = ticket.job.route is Route.PRIVATE
    headline = words("queued-privately" if privately else "queued", place=place, ready=ready)
    counted = words("counts-as", limit=left.limit, count=left.of_member)
    undo = words("undo-within", seconds=undo_seconds)
    return "\n".join([headline, words.joined([counted, undo]), *order_lines(words, Order.of(ticket.job))])


def continued(order: Order, prompt: str) -> Order:
    """Return the order of the next clip: other words, the same format and chosen moves."""
    if is_blank(prompt):
        raise RuleBroken(Rule.PROMPT_EMPTY)
    typed = moves_in(order.text)
    chosen = tuple(move for move in order.moves if move not in typed)
    request = replace(order.request, prompt=compose_prompt(prompt, chosen), has_first_frame=True)
    moves = tuple(dict.fromkeys([*chosen, *moves_in(prompt)]))
    return replace(order, request=request, text=prompt.strip(), moves=moves, joined_seconds=None)
