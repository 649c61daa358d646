"""What can be asked of the provider: one frozen request that cannot be built wrong.

Fields, defaults and the rule of combinations are the provider's
(https://gccai.heqingsong.uk/en/api-reference/videos/minimax-hailuo-2.3/generation).
"""

import secrets
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

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
class VideoRequest:
    """One video to make.

    `prompt` is the text as it is sent, camera tokens included: build it with `compose_prompt`.
    `has_first_frame` says that a picture goes along; how it is sent is decided at submit time.

    Raises:
        RuleBroken: the provider would refuse this combination.
    """

    prompt: str
    model: Model = Model.HAILUO
    duration: Duration = Duration.SHORT
    resolution: Resolution = Resolution.P768
    has_first_frame: bool = False
    prompt_optimizer: bool = True
    fast_pretreatment: bool = False
    watermark: bool = False
    fast_requires_image: bool = True

    def __post_init__(self) -> None:
        if not self.prompt.strip():
            raise RuleBroken(Rule.PROMPT_EMPTY)
        if len(self.prompt) > MAX_PROMPT:
            raise RuleBroken(Rule.PROMPT_TOO_LONG, len(self.prompt))
        if self.resolution is Resolution.P1080 and self.duration is Duration.LONG:
            raise RuleBroken(Rule.LONG_AT_1080P)
        if self.model is Model.HAILUO_FAST and self.fast_requires_image and not self.has_first_frame:
            raise RuleBroken(Rule.FAST_WITHOUT_IMAGE)

    def body(self, first_frame_image: str | None = None) -> dict[str, Any]:
        """Return the JSON body of the submit call; `first_frame_image` is a public URL or a data URI."""
        body: dict[str, Any] = {
            "model": self.model.value,
            "prompt": self.prompt,
            "duration": int(self.duration),
            "resolution": self.resolution.value,
            "prompt_optimizer": self.prompt_optimizer,
            "fast_pretreatment": self.fast_pretreatment,
            "watermark": self.watermark,
        }
        if first_frame_image is not None:
            body["first_frame_image"] = first_frame_image
        return body

    def to_json(self) -> dict[str, Any]:
        """Return the request as plain JSON values, to be kept on a row."""
        return {
            "model": self.model.value,
            "prompt": self.prompt,
            "duration": int(self.duration),
            "resolution": self.resolution.value,
            "has_first_frame": self.has_first_frame,
            "prompt_optimizer": self.prompt_optimizer,
            "fast_pretreatment": self.fast_pretreatment,
            "watermark": self.watermark,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "VideoRequest":
        """Rebuild a request from `to_json`. Input rules about pictures were checked at admission."""
        return cls(
            prompt=data["prompt"],
            model=Model(data["model"]),
            duration=Duration(data["duration"]),
            resolution=Resolution(data["resolution"]),
            has_first_frame=data["has_first_frame"],
            prompt_optimizer=data["prompt_optimizer"],
            fast_pretreatment=data["fast_pretreatment"],
            watermark=data["watermark"],
            fast_requires_image=False,
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
