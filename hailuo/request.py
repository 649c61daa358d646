"""What can be asked of the provider: the options of a video, the rules that they keep, and the request.

Fields, defaults and the rule of combinations are the provider's
(https://gccai.heqingsong.uk/en/api-reference/videos/minimax-hailuo-2.3/generation).
"""

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum, IntEnum, StrEnum
from pathlib import Path
from typing import Any, Self, get_type_hints

from hailuo.camera import CameraMove, with_moves

MAX_PROMPT = 2000
"""Characters (code points) of a prompt, camera tokens included."""


class Model(StrEnum):
    """The models of this family, as the API names them."""

    HAILUO = "MiniMax-Hailuo-2.3"
    HAILUO_FAST = "MiniMax-Hailuo-2.3-Fast"


class Resolution(StrEnum):
    """The short side of the video, in the lower case this gateway wants."""

    P768 = "768p"
    P1080 = "1080p"


class Duration(IntEnum):
    """Length of the video in seconds."""

    SHORT = 6
    LONG = 10


class Enhance(StrEnum):
    """What the provider may do to a prompt."""

    FULL = "full"
    QUICK = "quick"
    OFF = "off"


FORMATS = {
    "6-768p": (Duration.SHORT, Resolution.P768),
    "10-768p": (Duration.LONG, Resolution.P768),
    "6-1080p": (Duration.SHORT, Resolution.P1080),
}
"""All pairs of length and resolution that the provider makes, by their names in custom ids and catalogues.

The first is the default of a form. `require_valid` and the table of prices take from here what can be ordered.
"""


class Rule(StrEnum):
    """The rules a request can break; each has its own sentence for the user."""

    PROMPT_EMPTY = "prompt_empty"
    PROMPT_TOO_LONG = "prompt_too_long"
    LONG_AT_1080P = "long_at_1080p"
    FAST_WITHOUT_IMAGE = "fast_without_image"


class RuleBroken(ValueError):
    """A request that the provider would refuse. `rule` says which rule; `value` is the offending figure."""

    def __init__(self, rule: Rule, value: int | None = None) -> None:
        super().__init__(f"{rule} ({value})" if value is not None else str(rule))
        self.rule = rule
        self.value = value


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoOptions:
    """What a person may choose of a video, named like the options of `/video` and the keys of stored settings.

    A new option is declared here; whatever carries options carries this value as a whole.
    """

    duration: Duration = Duration.SHORT
    resolution: Resolution = Resolution.P768
    model: Model = Model.HAILUO
    enhance: Enhance = Enhance.FULL
    watermark: bool = False

    def wire(self) -> dict[str, Any]:
        """Return the options as fields of the submit call, which are kept on rows in the same form."""
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
        """Rebuild the options of a row; what an older version did not know has its default."""
        enhance = Enhance.QUICK if data["fast_pretreatment"] else Enhance.FULL
        return cls.read({**data, "enhance": enhance if data["prompt_optimizer"] else Enhance.OFF})

    @classmethod
    def read(cls, values: Mapping[str, Any]) -> Self:
        """Return the options among plain values. Other keys are ignored, None means the default.

        Raises:
            ValueError: a value is none of its option's.
        """
        return cls(
            **{name: read(values[name]) for name, read in OPTIONS.items() if values.get(name) is not None}
        )


OPTIONS: Mapping[str, Any] = get_type_hints(VideoOptions)
"""The names of all options, each with its type, which reads a plain value."""


def require_valid(
    options: VideoOptions, *, prompt: str, has_picture: bool, fast_requires_image: bool = True
) -> None:
    """Check what the provider would refuse. `prompt` is the text as it is sent, camera tokens included.

    Raises:
        RuleBroken: it would refuse this combination.
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
    """One video to make; `require_valid` says whether it can be.

    `prompt` is the text as it is sent, camera tokens included: build it with `compose_prompt`.
    `has_first_frame` says that a picture goes along; how it is sent is decided at submit time.
    """

    prompt: str
    options: VideoOptions = VideoOptions()
    has_first_frame: bool = False

    def body(self, first_frame_image: str | None = None) -> dict[str, Any]:
        """Return the JSON body of the submit call; `first_frame_image` is a public URL or a data URI."""
        body = {"model": self.options.model.value, "prompt": self.prompt, **self.options.wire()}
        return body if first_frame_image is None else {**body, "first_frame_image": first_frame_image}

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain JSON values, to be kept on a row."""
        return {"prompt": self.prompt, "has_first_frame": self.has_first_frame, **self.options.wire()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "VideoRequest":
        """Rebuild a request from `to_json`."""
        return cls(
            prompt=data["prompt"],
            options=VideoOptions.from_wire(data),
            has_first_frame=data["has_first_frame"],
        )


def compose_prompt(text: str, moves: tuple[CameraMove, ...] = ()) -> str:
    """Return the prompt to send for what a person typed and the moves they chose.

    Raises:
        RuleBroken: nothing but white space was typed.
    """
    if not text.strip():
        raise RuleBroken(Rule.PROMPT_EMPTY)
    return with_moves(text.strip(), moves)


def new_submit_key() -> str:
    """Return a fresh key for one body of one paid call."""
    return secrets.token_hex(16)


MICROS = 1_000_000
"""Amounts are whole millionths of a US dollar."""

PRICES_FILE = Path(__file__).with_name("prices.toml")

_Combination = tuple[Model, Resolution, Duration]
_ORDERABLE: tuple[_Combination, ...] = tuple(
    (model, resolution, duration) for model in Model for duration, resolution in FORMATS.values()
)


class PricesInvalid(ValueError):
    """A table of prices that cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Prices:
    """A price for everything that can be ordered, in micro-dollars."""

    by_combination: Mapping[_Combination, int]

    @classmethod
    def load(cls, path: Path = PRICES_FILE) -> "Prices":
        """Read a table.

        Raises:
            PricesInvalid: it cannot be read, a figure is no price, or one is missing.
        """
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("price", [])
            prices = dict(map(_priced, entries))
        except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise PricesInvalid(f"{path.name}: {error}") from error
        if missing := [combination for combination in _ORDERABLE if combination not in prices]:
            model, resolution, duration = missing[0]
            raise PricesInvalid(f"{path.name}: has no price for {model} at {resolution}, {int(duration)} s")
        return cls(prices)

    def of(self, options: VideoOptions) -> int:
        """Return what a video is expected to cost, in micro-dollars."""
        return self.by_combination[options.model, options.resolution, options.duration]


def micros_of(usd: float | Decimal) -> int:
    """Return an amount of US dollars in micro-dollars."""
    return round(Decimal(str(usd)) * MICROS)


def _priced(entry: dict[str, Any]) -> tuple[_Combination, int]:
    amount = Decimal(str(entry["usd"]))
    if not 0 <= amount < MICROS:
        raise ValueError(f"{amount} is no price of a video")
    key = (Model(entry["model"]), Resolution(entry["resolution"]), Duration(entry["seconds"]))
    return key, micros_of(amount)
