"""The options of a video, the provider's rules for them, the request to make a video, and the prices.

Fields, defaults and allowed combinations are the provider's
(https://gccai.heqingsong.uk/en/api-reference/videos/minimax-hailuo-2.3/generation).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import Any, Self, get_type_hints

from hailuo.camera import CameraMove, with_moves
from hailuo.models import ProviderTable

MAX_PROMPT = 2000
"""The longest prompt, in characters (code points), camera tokens included."""


class Model(StrEnum):
    """The models of the Hailuo 2.3 family, by their names in the API."""

    HAILUO = "MiniMax-Hailuo-2.3"
    HAILUO_FAST = "MiniMax-Hailuo-2.3-Fast"


class Resolution(StrEnum):
    """The short side of the video in pixels, in the gateway's lower-case spelling."""

    P768 = "768p"
    P1080 = "1080p"


class Duration(IntEnum):
    """The length of the video in seconds."""

    SHORT = 6
    LONG = 10


class Enhance(StrEnum):
    """How far the provider may rewrite a prompt."""

    FULL = "full"
    QUICK = "quick"
    OFF = "off"


FORMATS = {
    "6-768p": (Duration.SHORT, Resolution.P768),
    "10-768p": (Duration.LONG, Resolution.P768),
    "6-1080p": (Duration.SHORT, Resolution.P1080),
}
"""All pairs of length and resolution that can be ordered, by their names in custom ids and translations.

The first pair is the default of a form. `require_valid` and the price table use this list.
"""


class Rule(StrEnum):
    """The rules that a request can break; each has its own message for the user."""

    PROMPT_EMPTY = "prompt_empty"
    PROMPT_TOO_LONG = "prompt_too_long"
    LONG_AT_1080P = "long_at_1080p"
    FAST_WITHOUT_IMAGE = "fast_without_image"


class RuleBroken(ValueError):
    """The provider would refuse the request. `rule`: the broken rule; `value`: the offending number, if any."""

    def __init__(self, rule: Rule, value: int | None = None) -> None:
        super().__init__(f"{rule} ({value})" if value is not None else str(rule))
        self.rule = rule
        self.value = value


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOptions:
    """The options of a video that a user can choose, named as in the command `/video` and in stored settings.

    To add an option, declare it here: all other code passes this value on as a whole.
    """

    duration: Duration = Duration.SHORT
    resolution: Resolution = Resolution.P768
    model: Model = Model.HAILUO
    enhance: Enhance = Enhance.FULL
    watermark: bool = False

    def wire(self) -> dict[str, Any]:
        """Return the options as fields of the submit call; jobs are stored with the same fields."""
        values: dict[str, Any] = {}
        for name in OPTIONS:
            value = getattr(self, name)
            if isinstance(value, Enhance):
                values["prompt_optimizer"] = value is not Enhance.OFF
                values["fast_pretreatment"] = value is Enhance.QUICK
            else:
                values[name] = value.value if isinstance(value, Enum) else value
        return values

    @classmethod
    def from_wire(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the options of a stored job; options that an older version did not know get their default."""
        enhance = Enhance.QUICK if data["fast_pretreatment"] else Enhance.FULL
        return cls.read({**data, "enhance": enhance if data["prompt_optimizer"] else Enhance.OFF})

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Build the options from plain values; ignore other keys, and use the default for None.

        Raises:
            ValueError: a value is not valid for its option.
        """
        return cls(
            **{name: read(values[name]) for name, read in OPTIONS.items() if values.get(name) is not None}
        )


OPTIONS: Mapping[str, Any] = get_type_hints(VideoOptions)
"""The names of all options, each with its type, which also converts a plain value."""


def require_valid(
    options: VideoOptions, *, prompt: str, has_picture: bool, fast_requires_image: bool = True
) -> None:
    """Check that the provider would accept the request. `prompt`: the text as sent, camera tokens included.

    Raises:
        RuleBroken: the provider would refuse this prompt or combination of options.
    """
    if not prompt.strip():
        raise RuleBroken(Rule.PROMPT_EMPTY)
    if len(prompt) > MAX_PROMPT:
        raise RuleBroken(Rule.PROMPT_TOO_LONG, len(prompt))
    if (options.duration, options.resolution) not in FORMATS.values():
        raise RuleBroken(Rule.LONG_AT_1080P)
    if options.model is Model.HAILUO_FAST and fast_requires_image and not has_picture:
        raise RuleBroken(Rule.FAST_WITHOUT_IMAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoRequest:
    """A request for one video; `require_valid` checks whether the provider would accept it.

    prompt: the text as sent, camera tokens included; build it with `compose_prompt`.
    has_first_frame: the request comes with a picture; how to send the picture is decided when it is submitted.
    """

    prompt: str
    options: VideoOptions = VideoOptions()
    has_first_frame: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain JSON values, to be stored with the job."""
        return {"prompt": self.prompt, "has_first_frame": self.has_first_frame, **self.options.wire()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "VideoRequest":
        """Rebuild a request from the values of `to_json`."""
        return cls(
            prompt=data["prompt"],
            options=VideoOptions.from_wire(data),
            has_first_frame=data["has_first_frame"],
        )


def compose_prompt(text: str, moves: tuple[CameraMove, ...] = ()) -> str:
    """Return the prompt to send, from the user's `text` and the camera moves that the user chose.

    Raises:
        RuleBroken: `text` is blank.
    """
    if not text.strip():
        raise RuleBroken(Rule.PROMPT_EMPTY)
    return with_moves(text.strip(), moves)


def new_submit_key() -> str:
    """Return a new random idempotency key for a paid call; each different body needs its own."""
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of one provider's models."""

    table: ProviderTable

    def of(self, options: VideoOptions) -> int:
        """Return the expected cost of a video with these options, in micro-dollars.

        Raises:
            RuleBroken: the provider has no such model, or the model no such format.
        """
        model = self.table.model(options.model)
        offer = model and model.format_of(seconds=options.duration, resolution=options.resolution)
        if not offer:
            raise RuleBroken(Rule.LONG_AT_1080P)
        return offer.price
