"""The studio's form: five fields that describe a video, and the state that its custom id carries."""

import json
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Self

import discord
from discord import ui

from cogs.discord.buttons import Form
from cogs.text.catalogue import Words
from cogs.text.sentences import move_label
from cogs.video.options import Choices
from hailuo.camera import MAX_MOVES, CameraMove
from hailuo.request import FORMATS, MAX_PROMPT, OPTIONS, Enhance, Model, Resolution, VideoOptions

_KEY = r"[0-9a-f]{16}"
_HIDDEN = OPTIONS.keys() - {"duration", "resolution", "model", "enhance", "watermark"}
"""Options without a form field and without a place of their own in the custom id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """The data of a form that its fields do not hold; it is kept in the custom id."""

    options: VideoOptions = (
        VideoOptions()
    )  #: options without a field, and the kind of prompt enhancement that a ticked box stands for
    sketch: bool = False
    pressed: bool = False
    source: str | None = None  #: the key of the job that is remixed
    draft: str | None = None  #: the key of the draft whose picture is used

    def __str__(self) -> str:
        """Return the state as a part of a custom id."""
        flags = f"{self.options.watermark:d}{self.sketch:d}{self.pressed:d}"
        ordinary = VideoOptions().wire()
        wire = {name: value for name, value in self.options.wire().items() if value != ordinary[name]}
        hidden = {name: value for name, value in wire.items() if name in _HIDDEN}
        more = f":{json.dumps(hidden, separators=(',', ':'))}" if hidden else ""
        return f"{self.options.enhance}:{flags}:{self.source or ''}:{self.draft or ''}{more}"

    @classmethod
    def read(cls, text: str) -> Self:
        """Parse the state from its part of a custom id."""
        enhance, flags, source, draft, *more = text.split(":", 4)
        watermark, sketch, pressed = (flag == "1" for flag in flags)
        hidden: dict[str, Any] = json.loads(more[0]) if more else {}
        return cls(
            options=VideoOptions.read({**hidden, "enhance": enhance, "watermark": watermark}),
            sketch=sketch,
            pressed=pressed,
            source=source or None,
            draft=draft or None,
        )


FORM_STATE = rf"(?:{'|'.join(Enhance)}):[01]{{3}}:(?:{_KEY})?:(?:{_KEY})?(?::\{{.*\}})?"


class StudioForm(Form):
    """A form for a video, filled in with `choices`."""

    reads = MappingProxyType({"beside": FormState.read})

    def __init__(
        self,
        words: Words,
        beside: FormState,
        choices: Choices = Choices(),  # noqa: B008 - frozen
        *,
        keeps_picture: bool = False,
    ) -> None:
        super().__init__(words("form-title"), state=f"v1:studio:{beside}")
        self.beside = beside
        self._prompt = ui.TextInput[Any](
            custom_id="prompt",
            style=discord.TextStyle.paragraph,
            placeholder=words("form-prompt-placeholder"),
            default=choices.text or None,
            min_length=1,
            max_length=MAX_PROMPT,
        )
        self._picture = ui.FileUpload[Any](custom_id="image", required=False, min_values=0, max_values=1)
        self._camera = _camera_select(words, choices)
        self._format = _format_group(words, choices)
        self._choices = _choice_boxes(words, choices)
        note = words("form-image-kept" if keeps_picture else "form-image-note")
        for label, description, component in (
            (words("form-prompt"), None, self._prompt),
            (words("form-image"), note, self._picture),
            (words("form-camera"), words("form-camera-note"), self._camera),
            (words("form-format"), None, self._format),
            (words("form-choices"), None, self._choices),
        ):
            self.add_item(ui.Label(text=label, description=description, component=component))

    @property
    def upload(self) -> discord.Attachment | None:
        """The picture that the user uploaded in the form."""
        return self._picture.values[0] if self._picture.values else None

    def filled_in(self) -> Choices:
        """Return the choices in the submitted form, completed by the form's state."""
        ticked = set(self._choices.values)
        duration, resolution = FORMATS[self._format.value or next(iter(FORMATS))]
        return Choices(
            text=self._prompt.value,
            moves=tuple(CameraMove(key) for key in self._camera.values),
            options=replace(
                self.beside.options,
                duration=duration,
                resolution=resolution,
                model=Model.HAILUO_FAST if "fast" in ticked else Model.HAILUO,
                enhance=_enhance(self.beside.options.enhance, ticked="enhance" in ticked),
            ),
            spoiler="spoiler" in ticked,
            private="private" in ticked,
        )


def _enhance(before: Enhance, *, ticked: bool) -> Enhance:
    """Return the mode of prompt enhancement: off if unticked, else the mode `before`, or full if that was off."""
    if not ticked:
        return Enhance.OFF
    return Enhance.FULL if before is Enhance.OFF else before


def _camera_select(words: Words, choices: Choices) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=move_label(words, move), value=move.value, default=move in choices.moves)
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


def _format_group(words: Words, choices: Choices) -> ui.RadioGroup[Any]:
    chosen = (choices.options.duration, choices.options.resolution)
    if chosen not in FORMATS.values():
        chosen = (choices.options.duration, Resolution.P768)
    options = [
        discord.RadioGroupOption(label=words(f"form-format-{key}"), value=key, default=pair == chosen)
        for key, pair in FORMATS.items()
    ]
    return ui.RadioGroup[Any](custom_id="format", options=options)


def _choice_boxes(words: Words, choices: Choices) -> ui.CheckboxGroup[Any]:
    boxes = {
        "enhance": choices.options.enhance is not Enhance.OFF,
        "fast": choices.options.model is Model.HAILUO_FAST,
        "private": choices.private,
        "spoiler": choices.spoiler,
    }
    options = [
        discord.CheckboxGroupOption(label=words(f"form-choice-{key}"), value=key, default=ticked)
        for key, ticked in boxes.items()
    ]
    return ui.CheckboxGroup[Any](
        custom_id="choices", options=options, required=False, min_values=0, max_values=len(boxes)
    )
