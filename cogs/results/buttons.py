"""The buttons under a finished video, and *Try again* under one that came to nothing."""

import contextlib
from dataclasses import replace
from typing import Any

import discord

from cogs.discord.acknowledging import send_modal
from cogs.discord.buttons import Answer, Form, JobButton
from cogs.discord.context import (
    find_reusable,
    find_shared,
    in_time_for_a_form,
    owner_of,
    services_of,
    words_of,
)
from cogs.discord.interactions import Interaction
from cogs.results.deletion import DeleteButton
from cogs.text.catalogue import Refused, Words, is_blank, words_for
from cogs.text.job_pages import details_page
from cogs.video.ordering import requester_of, say_queued
from cogs.video.placing import open_remix
from db.jobs.admission import Requester
from db.jobs.job import Job, JobState, Reason, Relation, Route
from hailuo.camera import moves_in
from hailuo.request import MAX_PROMPT, Prices, Resolution, Rule, RuleBroken, compose_prompt
from jobs.orders.order import Order, Receipt
from jobs.orders.variations import VariationRefused, may_be_retried, may_be_upscaled

_PAID_ROW, _FREE_ROW = 0, 1


class VariationButton(JobButton, template="v0:take"):
    """Makes a new job of the presser's from the one above it, and says what that counts."""

    answer = Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Order it."""
        job = await find_shared(interaction, self.key)
        requester = await requester_of(interaction, undoable=True)
        with services_of(interaction).replies.acknowledging(interaction):
            await say_queued(interaction, await self.take(interaction, job, requester))

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Return the receipt of the new job."""
        raise NotImplementedError


class RerollButton(VariationButton, template=r"v1:reroll:(?P<key>[0-9a-f]{16})"):
    """Orders the same once more."""

    action = "reroll"

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order it."""
        return await services_of(interaction).variations.reroll(job, requester)


class UpscaleButton(VariationButton, template=r"v1:upscale:(?P<key>[0-9a-f]{16})"):
    """Orders it at 1080p."""

    action = "upscale"

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order it."""
        return await services_of(interaction).variations.upscale(job, requester)


class RetryButton(VariationButton, template=r"v1:retry:(?P<key>[0-9a-f]{16})"):
    """Orders again what came to nothing and was not charged.

    What the filter refused is never ordered again as it is, from old messages either: that would be the next strike.
    """

    action, style = "retry", discord.ButtonStyle.primary

    async def acknowledge(self, interaction: Interaction) -> None:
        """Wait with it: it may be a form that answers, and an acknowledged press can open none."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form with what the filter refused, order anything else."""
        job = None
        with contextlib.suppress(Refused, VariationRefused):  # said again behind the promise
            async with in_time_for_a_form():
                job = await find_shared(interaction, self.key)
        if job is not None and job.reason is Reason.MODERATED:
            await open_remix(interaction, job)
            return
        await super().acknowledge(interaction)
        await super().press(interaction)

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order it."""
        return await services_of(interaction).variations.retry(job, requester)


class RemixButton(JobButton, template=r"v1:remix:(?P<key>[0-9a-f]{16})"):
    """Opens the studio with the order of the video, to be changed."""

    action, answer = "remix", Answer.FORM

    async def press(self, interaction: Interaction) -> None:
        """Open the form."""
        await open_remix(interaction, await find_reusable(interaction, self.key))


class ContinueButton(JobButton, template=r"v1:continue:(?P<key>[0-9a-f]{16})"):
    """Asks what happens next."""

    action, answer = "continue", Answer.FORM

    async def press(self, interaction: Interaction) -> None:
        """Open the form."""
        job = await find_reusable(interaction, self.key)
        form = ContinueForm(words_of(interaction), job.key, prompt=Order.of(job).text)
        await send_modal(interaction, form)


class ContinueForm(Form, template=r"v1:next:(?P<key>[0-9a-f]{16})"):
    """Takes the prompt of the next clip."""

    def __init__(self, words: Words, key: str, *, prompt: str = "") -> None:
        super().__init__(words("continue-title"), state=f"v1:next:{key}")
        self._key = key
        self._prompt = discord.ui.TextInput[Any](
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            default=prompt[:MAX_PROMPT],
            max_length=MAX_PROMPT,
        )
        self.add_item(discord.ui.Label[Any](text=words("continue-prompt"), component=self._prompt))

    async def send_off(self, interaction: Interaction) -> None:
        """Order the next clip."""
        job = await find_shared(interaction, self._key)
        order = continued(Order.of(job), self._prompt.value)
        requester = await requester_of(interaction, undoable=True)
        with services_of(interaction).replies.acknowledging(interaction):
            receipt = await services_of(interaction).variations.continue_(job, requester, order=order)
            await say_queued(interaction, receipt)


class JoinButton(JobButton, template=r"v1:join:(?P<key>[0-9a-f]{16})"):
    """Puts a chain of clips into one file, which costs nothing."""

    action, answer = "join", Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Join it."""
        job = await find_shared(interaction, self.key)
        requester = await requester_of(interaction, undoable=False)
        with services_of(interaction).replies.acknowledging(interaction):
            receipt = await services_of(interaction).variations.join(job, requester)
            privately = receipt.job.route is Route.PRIVATE
            said = words_of(interaction)("joined-privately" if privately else "joined")
            await interaction.edit_original_response(content=said)


class DetailsButton(JobButton, template=r"v1:details:(?P<key>[0-9a-f]{16})"):
    """Tells the presser alone what this is."""

    action, answer = "details", Answer.REPLY

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


def result_view(job: Job, prices: Prices) -> discord.ui.View:
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
            item = button(job.key, words, price=_price(button, job, prices))
            item.row = row
            view.add_item(item)
    return view


def retry_view(job: Job) -> discord.ui.View | None:
    """Return *Try again*, or *Change prompt*, under an ending that was not charged."""
    if not may_be_retried(job):
        return None
    return discord.ui.View(timeout=None).add_item(retry_button(words_for(job), job))


def retry_button(words: Words, job: Job) -> JobButton:
    """Return *Try again*, or *Change prompt* where the filter refused the words: it opens the form with them."""
    if job.reason is not Reason.MODERATED:
        return RetryButton(job.key, words, price=job.price_micros)
    button = RemixButton(job.key, words)
    button.item.label, button.item.style = words("button-change-prompt"), discord.ButtonStyle.primary
    return button


def _price(button: type[JobButton], job: Job, prices: Prices) -> int:
    """Return what a press costs, 0 where it orders nothing by itself."""
    options = Order.of(job).request.options
    if button is RerollButton:
        return prices.of(options)
    return prices.of(replace(options, resolution=Resolution.P1080)) if button is UpscaleButton else 0


async def show_details(interaction: Interaction, job: Job) -> None:
    """Fill the acknowledged answer with the page of a job."""
    origin = await services_of(interaction).store.job_queries.origin_of(job, owner_of(interaction))
    await interaction.edit_original_response(
        content=details_page(words_of(interaction), job, origin=origin),
        allowed_mentions=discord.AllowedMentions.none(),
    )


def continued(order: Order, prompt: str) -> Order:
    """Return the order of the next clip: other words, the same format and chosen moves."""
    if is_blank(prompt):
        raise RuleBroken(Rule.PROMPT_EMPTY)
    typed = moves_in(order.text)
    chosen = tuple(move for move in order.moves if move not in typed)
    request = replace(order.request, prompt=compose_prompt(prompt, chosen), has_first_frame=True)
    moves = tuple(dict.fromkeys([*chosen, *moves_in(prompt)]))
    return replace(order, request=request, text=prompt.strip(), moves=moves, joined_seconds=None)
