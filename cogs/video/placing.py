"""The placing of a draft: order it, show a free sketch of it, or offer changes if it breaks a rule."""

import contextlib
import io
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from typing import Any

import discord

from cogs.discord.acknowledging import send_modal
from cogs.discord.buttons import Answer, DynamicButton
from cogs.discord.context import (
    find_shared,
    only_directly,
    owner_of,
    require_place_to_post,
    services_of,
    words_of,
)
from cogs.discord.errors import given_back, giving_back
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import Refused, Words
from cogs.text.job_pages import MAX_ALT_TEXT, alt_text, order_lines
from cogs.text.sentences import picture_refused, rule_broken
from cogs.video.form import FORM_STATE, FormState, StudioForm
from cogs.video.options import Draft, choices_of, drafts_of, settings_at_once
from cogs.video.ordering import draw, read_first_frame, repairs_of, require_admissible, sketch_turn, submit
from db.jobs.job import Job, Reason
from hailuo.request import Duration, Model, Resolution, Rule, RuleBroken
from jobs.orders.order import Order
from jobs.orders.variations import VariationRefused
from jobs.storage.files import FileGone
from media.errors import PictureRefused
from media.isolation.tasks import thumbnail_isolated

CHANGES: Mapping[str, Callable[[Draft], Draft]] = {
    "long": lambda draft: _with(draft, resolution=Resolution.P768),
    "sharp": lambda draft: _with(draft, duration=Duration.SHORT),
    "standard": lambda draft: _with(draft, model=Model.HAILUO),
    "make": lambda draft: replace(draft, sketch=False),
    "use": lambda draft: replace(draft, attachment=None, repairs=()),
}
"""The change that each button makes to a draft before the draft is placed."""

_MENDED: Mapping[Rule, str] = {Rule.LONG_AT_1080P: "long", Rule.FAST_WITHOUT_IMAGE: "standard"}
"""The rules that a change can satisfy, each with the first change that the buttons offer."""

PREVIEW_SIDE = 1280
"""Pixels of the longer side of the preview of a repaired picture."""

FORMS = ("attach", "change")
"""The reasons to open the form with a draft: to attach a picture, or to change the order."""

OPEN_SECONDS = 3600.0
"""The time, in seconds, for which the picture of a form, or a refused order, is remembered."""


@contextlib.contextmanager
def changeable(interaction: Interaction, draft: Draft) -> Generator[None]:
    """Let the answer to a refusal in the block show the prompt, and a button that opens the form with the draft."""

    def change_button(error: BaseException) -> FormButton:
        kept = _without_what_was_refused(draft, error)
        key = drafts_of(interaction).keep(owner_of(interaction), kept, seconds=OPEN_SECONDS)
        return FormButton(words_of(interaction), "change", key)

    with giving_back(interaction, draft.choices.text, change_button):
        yield


def _without_what_was_refused(draft: Draft, error: BaseException) -> Draft:
    match error:
        case PictureRefused():
            return replace(draft, picture=None, attachment=None)
        case VariationRefused() | FileGone():
            return replace(draft, source=None)
        case _:
            return draft


async def order_or_offer(interaction: Interaction, draft: Draft) -> None:
    """Order or sketch a draft. The interaction must be acknowledged; an attachment replaces the draft's picture.

    Checks that do not need the picture come first: the channel, the provider's rules, limits, pauses, blocks.
    `requester_of` looks at the channel again, because buttons call it alone. A refusal gives the draft back.
    """
    services, broken, upload = services_of(interaction), None, draft.attachment
    if upload:
        draft = replace(draft, picture=None)
    async with contextlib.AsyncExitStack() as held:
        held.enter_context(changeable(interaction, draft))
        if not (draft.choices.private or only_directly(interaction)):
            require_place_to_post(interaction)
        try:
            order = draft.order(fast_requires_image=services.fast_requires_image)
        except RuleBroken as error:
            order, broken = _mended_order(interaction, draft, error), error.with_traceback(None)
        if draft.sketch:
            held.enter_context(sketch_turn(interaction, order))
        elif upload:
            await require_admissible(interaction, draft, order)
        if upload:
            gate = services.picture_gate
            await held.enter_async_context(gate.room(interaction.user.id, upload.size))
            try:
                draft = replace(draft, picture=await read_first_frame(upload), attachment=None)
            except PictureRefused as refused:
                await _offer_repair(interaction, draft, refused)
                return
        if broken:
            await _offer(interaction, draft, broken)
        elif draft.sketch:
            await _show_sketch(interaction, draft, order)
        else:
            await submit(interaction, draft, order)


def _mended_order(interaction: Interaction, draft: Draft, broken: RuleBroken) -> Order:
    """Return the order of a draft, changed so that it breaks no rule; raise the error if no change helps."""
    if broken.rule not in _MENDED:
        raise broken
    mended = CHANGES[_MENDED[broken.rule]](draft)
    try:
        return mended.order(fast_requires_image=services_of(interaction).fast_requires_image)
    except RuleBroken as another:
        return _mended_order(interaction, mended, another)


async def _offer_repair(interaction: Interaction, draft: Draft, refused: PictureRefused) -> None:
    """Show how a refused picture could be made to fit; raise the refusal if it cannot."""
    repairs = repairs_of(refused)
    if not repairs:
        raise refused
    why = picture_refused(words_of(interaction), refused)
    await show_repair(interaction, replace(draft, repairs=repairs), why=why)


async def show_repair(interaction: Interaction, draft: Draft, *, why: str = "") -> None:
    """Preview the draft's picture after its first repair (a way to make it fit); order nothing.

    Call it while `PictureGate.room` holds room for the picture. With `why`, that text comes first. A button
    opens the form; after another repair than the first it is named for another picture.
    """
    words, attachment = words_of(interaction), draft.attachment
    if attachment is None:
        raise Refused("draft-gone")
    repair = draft.repairs[0]
    draft = replace(draft, picture=await read_first_frame(attachment, repair))
    key = drafts_of(interaction).keep(owner_of(interaction), draft)
    view = discord.ui.View(timeout=None).add_item(PlaceButton(words, "use", key))
    if why or len(draft.repairs) > 1:
        view.add_item(OtherRepairButton(words, key))
    view.add_item(FormButton(words, "change" if why else "attach", key))
    said = words(f"repair-{repair}")
    shown = await thumbnail_isolated(draft.picture.data if draft.picture else b"", longest=PREVIEW_SIDE)
    file = discord.File(
        io.BytesIO(shown), filename="preview.jpg", description=said.replace("*", "")[:MAX_ALT_TEXT]
    )
    content, files = given_back(words, f"{why}\n{said}".strip(), draft.choices.text)
    await interaction.edit_original_response(content=content, view=view, attachments=[file, *files])


class OtherRepairButton(DynamicButton, template=r"v1:repair:(?P<key>[0-9a-f]{16})"):
    """A button that previews another way to make a draft's picture fit, and offers to attach another picture."""

    def __init__(self, words: Words, key: str) -> None:
        super().__init__(words("draft-other"), custom_id=f"v1:repair:{key}")
        self.key = key

    async def press(self, interaction: Interaction) -> None:
        """Show the preview; the original attachment is read again."""
        draft = _find(interaction, self.key)
        if draft is None or draft.attachment is None or not draft.repairs:
            raise Refused("draft-gone")
        first, *rest = draft.repairs
        gate = services_of(interaction).picture_gate
        async with gate.room(interaction.user.id, draft.attachment.size):
            await show_repair(interaction, replace(draft, repairs=(*rest, first)))


class OrderForm(StudioForm, template=rf"v1:studio:(?P<beside>{FORM_STATE})"):
    """The studio's form, whose submission places an order."""

    async def send_off(self, interaction: Interaction) -> None:
        """Place the submitted order, with the picture uploaded in the form or else the draft's own picture."""
        beside, upload = self.beside, self.upload
        kept = _find(interaction, beside.draft) if beside.draft else None
        draft = Draft(
            choices=self.filled_in(),
            picture=kept and kept.picture,
            attachment=upload or (kept and kept.attachment),
            sketch=beside.sketch,
            pressed=beside.pressed,
        )
        with changeable(interaction, draft):
            if beside.draft and not (upload or kept):
                raise Refused("form-picture-gone")
            source = await find_shared(interaction, beside.source) if beside.source else None
        await order_or_offer(interaction, replace(draft, source=source))


async def open_form(interaction: Interaction, draft: Draft, *, key: str | None = None) -> None:
    """Open the form with a draft. Call it before anything else is awaited, because a form must be the first answer.

    `key` identifies a stored picture. An attachment that is not downloaded yet is stored under a new key. A
    picture that is uploaded in the form replaces either.
    """
    if draft.attachment is not None:
        key = drafts_of(interaction).keep(owner_of(interaction), draft, seconds=OPEN_SECONDS)
    beside = FormState(
        options=draft.choices.options,
        sketch=draft.sketch,
        pressed=draft.pressed,
        source=draft.source and draft.source.key,
        draft=key,
    )
    form = OrderForm(words_of(interaction), beside, draft.choices, keeps_picture=draft.has_picture)
    await send_modal(interaction, form)


async def open_remix(interaction: Interaction, job: Job) -> None:
    """Open the form with the order of a job that the member may remix."""
    mine = settings_at_once(interaction)
    choices = choices_of(job)
    choices = replace(
        choices, private=choices.private or mine.private, spoiler=choices.spoiler or mine.spoiler
    )
    source = None if job.reason is Reason.FRAME_GONE else job  # the form asks for another picture
    await open_form(interaction, Draft(choices=choices, source=source, pressed=True))


class PlaceButton(
    DynamicButton,
    template=r"v1:draft:(?P<change>long|sharp|standard|make|use):(?P<key>[0-9a-f]{16})",
):
    """A button that places a draft, changed as the button's label says, once."""

    def __init__(self, words: Words, change: str, key: str) -> None:
        super().__init__(
            words(f"draft-{change}"),
            custom_id=f"v1:draft:{change}:{key}",
            style=discord.ButtonStyle.primary,
        )
        self.change, self.key = change, key

    async def press(self, interaction: Interaction) -> None:
        """Place the draft; if that fails, the button can be pressed again."""
        drafts, owner = drafts_of(interaction), owner_of(interaction)
        draft = drafts.take(self.key, owner)
        if draft is None:
            raise Refused("draft-gone")
        try:
            await order_or_offer(interaction, replace(CHANGES[self.change](draft), pressed=True))
        except Exception:
            drafts.keep(owner, draft, key=self.key)
            raise


class FormButton(DynamicButton, template=r"v1:form:(?P<why>attach|change):(?P<key>[0-9a-f]{16})"):
    """A button that opens the form with a draft. The draft is in memory, so there is no wait."""

    answer = Answer.FORM

    def __init__(self, words: Words, why: str, key: str) -> None:
        super().__init__(words(f"draft-{why}"), custom_id=f"v1:form:{why}:{key}")
        self.key = key

    async def press(self, interaction: Interaction) -> None:
        """Open the form."""
        draft = _find(interaction, self.key)
        if draft is None:
            raise Refused("draft-gone")
        drafts_of(interaction).keep(owner_of(interaction), draft, key=self.key)  # its time starts again
        await open_form(interaction, replace(draft, pressed=True), key=self.key if draft.picture else None)


DRAFT_ITEMS = (PlaceButton, FormButton, OtherRepairButton)
"""The buttons that the client registers, so that presses reach them."""


def _find(interaction: Interaction, key: str) -> Draft | None:
    return drafts_of(interaction).find(key, owner_of(interaction))


async def _offer(interaction: Interaction, draft: Draft, broken: RuleBroken) -> None:
    """Show which rule is broken, with a button for each change that would satisfy it."""
    words = words_of(interaction)
    key = drafts_of(interaction).keep(owner_of(interaction), draft)
    view = discord.ui.View(timeout=None)
    if broken.rule is Rule.LONG_AT_1080P:
        view.add_item(PlaceButton(words, "long", key)).add_item(PlaceButton(words, "sharp", key))
        view.add_item(FormButton(words, "change", key))
    else:
        view.add_item(PlaceButton(words, "standard", key)).add_item(FormButton(words, "attach", key))
    said, files = given_back(words, rule_broken(words, broken), draft.choices.text)
    await interaction.edit_original_response(content=said, view=view, attachments=files)


async def _show_sketch(interaction: Interaction, draft: Draft, order: Order) -> None:
    """Show a sketch of the camera moves. It orders nothing and counts towards no limit."""
    words = words_of(interaction)
    film = await draw(draft.picture, order)
    key = drafts_of(interaction).keep(owner_of(interaction), draft)
    view = discord.ui.View(timeout=None)
    view.add_item(PlaceButton(words, "make", key)).add_item(FormButton(words, "change", key))
    await interaction.edit_original_response(
        content="\n".join([words("sketch-shown"), *order_lines(words, order)]),
        view=view,
        attachments=[discord.File(io.BytesIO(film), filename="sketch.mp4", description=alt_text(order))],
    )


def _with(draft: Draft, **changes: Any) -> Draft:
    options = replace(draft.choices.options, **changes)
    return replace(draft, choices=replace(draft.choices, options=options))
