"""The buttons under a finished video, and the *Try again* button under a failed job."""

import contextlib
from dataclasses import replace
from functools import partial
from typing import Any, Self

import discord

from cogs.discord.acknowledging import send_modal
from cogs.discord.buttons import Answer, DynamicButton, Form, JobButton
from cogs.discord.context import (
    find_reusable,
    find_shared,
    in_time_for_a_form,
    owner_of,
    services_of,
    words_of,
)
from cogs.discord.errors import giving_back
from cogs.discord.interactions import Interaction
from cogs.results.deletion import DeleteButton
from cogs.text.catalogue import Refused, Words, is_blank, words_for
from cogs.text.job_pages import details_page
from cogs.video.options import Choices, Draft, drafts_of
from cogs.video.ordering import requester_of, say_queued
from cogs.video.placing import OPEN_SECONDS, open_remix
from db.jobs.admission import Requester
from db.jobs.job import Job, JobState, Reason, Relation, Route
from hailuo.camera import moves_in
from hailuo.request import MAX_PROMPT, Prices, Resolution, Rule, RuleBroken, compose_prompt
from jobs.orders.order import Order, Receipt
from jobs.orders.variations import NotReusable, VariationRefused, may_be_retried, may_be_upscaled

_PAID_ROW, _FREE_ROW = 0, 1

FAILS_AGAIN = frozenset({Reason.MODERATED, Reason.FRAME_GONE})
"""Endings after which the same order would fail again; a changed one, or one with another picture, may not."""


class VariationButton(JobButton, template="v0:take"):
    """A button that orders a variation (a new order made from an old video) for the presser."""

    answer = Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Order the variation and acknowledge the order."""
        job = await find_shared(interaction, self.key)
        with giving_back(interaction, "", partial(change_button, words_of(interaction), job)):
            requester = await requester_of(interaction, undoable=True)
            with services_of(interaction).replies.acknowledging(interaction):
                await say_queued(interaction, await self.take(interaction, job, requester))

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order the variation of this button and return its receipt; subclasses implement this."""
        raise NotImplementedError


class RerollButton(VariationButton, template=r"v1:reroll:(?P<key>[0-9a-f]{16})"):
    """A button that orders the same video again."""

    action = "reroll"

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order a re-roll: the same prompt and options."""
        return await services_of(interaction).variations.reroll(job, requester)


class UpscaleButton(VariationButton, template=r"v1:upscale:(?P<key>[0-9a-f]{16})"):
    """A button that orders the same video at 1080p."""

    action = "upscale"

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order an upscale of the job."""
        return await services_of(interaction).variations.upscale(job, requester)


class RetryButton(VariationButton, template=r"v1:retry:(?P<key>[0-9a-f]{16})"):
    """A button that orders a failed job again which was not charged.

    If the same order would fail again, the button opens a form instead: a prompt that the provider's filter
    refused would count as another strike. This also holds for buttons on old messages.
    """

    action, style = "retry", discord.ButtonStyle.primary

    async def acknowledge(self, interaction: Interaction) -> None:
        """Do not acknowledge yet: `press` may have to open a form, which is possible only as the first answer."""

    async def press(self, interaction: Interaction) -> None:
        """Open the form if the same order would fail again, otherwise order it again."""
        job = None
        with contextlib.suppress(Refused, VariationRefused):  # raised again after the acknowledgement
            async with in_time_for_a_form():
                job = await find_shared(interaction, self.key)
        if job is not None and job.reason in FAILS_AGAIN:
            await open_remix(interaction, job)
            return
        await super().acknowledge(interaction)
        await super().press(interaction)

    async def take(self, interaction: Interaction, job: Job, requester: Requester) -> Receipt:
        """Order the failed job again."""
        return await services_of(interaction).variations.retry(job, requester)


class RemixButton(JobButton, template=r"v1:remix:(?P<key>[0-9a-f]{16})"):
    """A button that opens the studio (the form for an order), filled in with the order of the video."""

    action, answer = "remix", Answer.FORM

    async def press(self, interaction: Interaction) -> None:
        """Open the studio."""
        await open_remix(interaction, await find_reusable(interaction, self.key))


class ContinueButton(JobButton, template=r"v1:continue:(?P<key>[0-9a-f]{16})"):
    """A button that asks for the prompt of the next clip, which continues the video."""

    action, answer = "continue", Answer.FORM

    async def press(self, interaction: Interaction) -> None:
        """Open the form for the next clip."""
        job = await find_reusable(interaction, self.key)
        form = ContinueForm(words_of(interaction), job.key, prompt=Order.of(job).text)
        await send_modal(interaction, form)


class ContinueForm(Form, template=r"v1:next:(?P<key>[0-9a-f]{16})"):
    """A form for the prompt of the next clip."""

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
        draft = Draft(choices=Choices(text=self._prompt.value), source=job)
        with giving_back(interaction, draft.choices.text, lambda _: ChangeClipButton.of(interaction, draft)):
            order = continued(Order.of(job), draft.choices.text)
            requester = await requester_of(interaction, undoable=True)
            with services_of(interaction).replies.acknowledging(interaction):
                receipt = await services_of(interaction).variations.continue_(job, requester, order=order)
                await say_queued(interaction, receipt)


class ChangeClipButton(DynamicButton, template=r"v1:clip:(?P<draft>[0-9a-f]{16})"):
    """A button below a refused clip: it opens the clip's form again, with the prompt that was typed."""

    answer = Answer.FORM

    def __init__(self, words: Words, draft: str) -> None:
        super().__init__(words("draft-change"), custom_id=f"v1:clip:{draft}")
        self._draft = draft

    @classmethod
    def of(cls, interaction: Interaction, draft: Draft) -> Self:
        """Keep the draft of a clip, and return the button that opens it."""
        key = drafts_of(interaction).keep(owner_of(interaction), draft, seconds=OPEN_SECONDS)
        return cls(words_of(interaction), key)

    async def press(self, interaction: Interaction) -> None:
        """Open the form of the clip."""
        draft = drafts_of(interaction).find(self._draft, owner_of(interaction))
        if draft is None or draft.source is None:
            raise Refused("draft-gone")
        form = ContinueForm(words_of(interaction), draft.source.key, prompt=draft.choices.text)
        await send_modal(interaction, form)


class JoinButton(JobButton, template=r"v1:join:(?P<key>[0-9a-f]{16})"):
    """A button that joins a chain of clips into one file, free of charge."""

    action, answer = "join", Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Start to join the chain, and reply where the result will appear."""
        job = await find_shared(interaction, self.key)
        requester = await requester_of(interaction, undoable=False)
        with services_of(interaction).replies.acknowledging(interaction):
            receipt = await services_of(interaction).variations.join(job, requester)
            privately = receipt.job.route is Route.PRIVATE
            said = words_of(interaction)("joined-privately" if privately else "joined")
            await interaction.edit_original_response(content=said)


class DetailsButton(JobButton, template=r"v1:details:(?P<key>[0-9a-f]{16})"):
    """A button that shows the details of a video to the presser only."""

    action, answer = "details", Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Show the details of the video."""
        await show_details(interaction, await find_shared(interaction, self.key))


RESULT_BUTTONS = (
    RerollButton,
    RemixButton,
    ContinueButton,
    UpscaleButton,
    DetailsButton,
    JoinButton,
    RetryButton,
    ChangeClipButton,
)
"""The buttons that the client registers."""


def result_view(job: Job, prices: Prices) -> discord.ui.View:
    """Return the buttons under a finished video, in the language of its job."""
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
    """Return a view with the button of `retry_button`, None if the job may not be retried."""
    if not may_be_retried(job):
        return None
    return discord.ui.View(timeout=None).add_item(retry_button(words_for(job), job))


def retry_button(words: Words, job: Job) -> JobButton:
    """Return the *Try again* button or, if the same order would fail again, *Change*, which opens the form."""
    if job.reason not in FAILS_AGAIN:
        return RetryButton(job.key, words, price=job.price_micros)
    button = RemixButton(job.key, words)
    button.item.label = words("button-change-prompt" if job.reason is Reason.MODERATED else "draft-change")
    button.item.style = discord.ButtonStyle.primary
    return button


def change_button(words: Words, job: Job, error: BaseException) -> JobButton | None:
    """Return the *Change* button below a refused variation, None if its author does not let others change the job."""
    if isinstance(error, NotReusable):
        return None
    button = RemixButton(job.key, words)
    button.item.label = words("draft-change")
    return button


def _price(button: type[JobButton], job: Job, prices: Prices) -> int:
    """Return the price of a press in micro-dollars; 0 if it alone orders nothing, or the provider has no such model."""
    options = Order.of(job).request.options
    if button is UpscaleButton:
        options = replace(options, resolution=Resolution.P1080)
    elif button is not RerollButton:
        return 0
    with contextlib.suppress(RuleBroken):
        return prices.of(options)
    return 0


async def show_details(interaction: Interaction, job: Job) -> None:
    """Show the details of a job in the acknowledged reply."""
    origin = await services_of(interaction).store.job_queries.origin_of(job, owner_of(interaction))
    await interaction.edit_original_response(
        content=details_page(words_of(interaction), job, origin=origin),
        allowed_mentions=discord.AllowedMentions.none(),
    )


def continued(order: Order, prompt: str) -> Order:
    """Return the order of the next clip: the new prompt with the old options, and the moves chosen from the list."""
    if is_blank(prompt):
        raise RuleBroken(Rule.PROMPT_EMPTY)
    typed = moves_in(order.text)
    chosen = tuple(move for move in order.moves if move not in typed)
    request = replace(order.request, prompt=compose_prompt(prompt, chosen), has_first_frame=True)
    moves = tuple(dict.fromkeys([*chosen, *moves_in(prompt)]))
    return replace(order, request=request, text=prompt.strip(), moves=moves, joined_seconds=None)
