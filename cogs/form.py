"""The studio's form: five fields in which a video is described, and what was filled in."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from cogs.choices import FORMATS
from cogs.errors import answer_error
from cogs.sentences import move_label
from cogs.services import services_of
from cogs.wishes import Wish
from cogs.words import Words
from hailuo.camera import MAX_MOVES, CameraMove
from hailuo.request import MAX_PROMPT, Model, Resolution
from jobs.members import Enhance

OPEN_SECONDS = 3600.0
"""So long a form waits for its writer; closing one tells nobody."""

Interaction = discord.Interaction[Any]
Submit = Callable[[Interaction, Wish, discord.Attachment | None], Awaitable[None]]


class StudioForm(ui.Modal):
    """A form filled in with `wish`. What it does not show stays as `wish` has it."""

    def __init__(self, words: Words, wish: Wish, *, submit: Submit, keeps_picture: bool) -> None:
        super().__init__(title=words("form-title"), timeout=OPEN_SECONDS)
        self._wish = wish
        self._submit = submit
        self._prompt = ui.TextInput[Any](
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            placeholder=words("form-prompt-placeholder"),
            default=wish.text or None,
            min_length=1,
            max_length=MAX_PROMPT,
        )
        self._picture = ui.FileUpload[Any](custom_id="image", required=False, min_values=0, max_values=1)
        self._camera = _camera_select(words, wish)
        self._format = _format_group(words, wish)
        self._choices = _choice_boxes(words, wish)
        note = words("form-image-kept" if keeps_picture else "form-image-note")
        for label, description, component in (
            (words("form-prompt"), None, self._prompt),
            (words("form-image"), note, self._picture),
            (words("form-camera"), words("form-camera-note"), self._camera),
            (words("form-format"), None, self._format),
            (words("form-choices"), None, self._choices),
        ):
            self.add_item(ui.Label(text=label, description=description, component=component))

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Acknowledge, then go on with what was filled in; answer any error privately."""
        try:
            await interaction.response.defer(ephemeral=True, thinking=True)
            upload = self._picture.values[0] if self._picture.values else None
            await self._submit(interaction, self._filled_in(), upload)
        except Exception as error:  # noqa: BLE001 - the counterpart of the command tree's handler
            ends_at = services_of(interaction).service.day_ends_at()
            await answer_error(interaction, error, day_ends_at=ends_at)

    def _filled_in(self) -> Wish:
        ticked = set(self._choices.values)
        duration, resolution = FORMATS[self._format.value or "6-768p"]
        return replace(
            self._wish,
            text=self._prompt.value,
            moves=tuple(CameraMove(key) for key in self._camera.values),
            duration=duration,
            resolution=resolution,
            model=Model.HAILUO_FAST if "fast" in ticked else Model.HAILUO,
            enhance=_enhance(self._wish, ticked="enhance" in ticked),
            spoiler="spoiler" in ticked,
            private="private" in ticked,
        )


def _enhance(wish: Wish, *, ticked: bool) -> Enhance:
    """The box knows two answers, and orders know three: how it is enhanced stays."""
    if not ticked:
        return Enhance.OFF
    return Enhance.FULL if wish.enhance is Enhance.OFF else wish.enhance


def _camera_select(words: Words, wish: Wish) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=move_label(words, move), value=move.value, default=move in wish.moves)
        for move in CameraMove
    ]
    return ui.Select[Any](
        custom_id="camera",
        placeholder=words("form-camera-placeholder"),
        options=options,
        min_values=0,
        max_values=MAX_MOVES,
        required=False,
    )


def _format_group(words: Words, wish: Wish) -> ui.RadioGroup[Any]:
    chosen = (wish.duration, wish.resolution)
    if chosen not in FORMATS.values():
        chosen = (wish.duration, Resolution.P768)
    options = [
        discord.RadioGroupOption(label=words(f"form-format-{key}"), value=key, default=pair == chosen)
        for key, pair in FORMATS.items()
    ]
    return ui.RadioGroup[Any](custom_id="format", options=options)


def _choice_boxes(words: Words, wish: Wish) -> ui.CheckboxGroup[Any]:
    boxes = {
        "enhance": wish.enhance is not Enhance.OFF,
        "fast": wish.model is Model.HAILUO_FAST,
        "private": wish.private,
        "spoiler": wish.spoiler,
    }
    options = [
        discord.CheckboxGroupOption(label=words(f"form-choice-{key}"), value=key, default=ticked)
        for key, ticked in boxes.items()
    ]
    return ui.CheckboxGroup[Any](
        custom_id="choices", options=options, required=False, min_values=0, max_values=len(boxes)
    )
