"""The gateway's contract: limits, prices, error types, and the checks of the body of a submit call.

It is written independently of the client in `hailuo`, because the sandbox is used to test that client. Sources:
https://gccai.heqingsong.uk/en/api-reference/videos/minimax-hailuo-2.3/generation and the reference gateway's pages,
https://docs.apimart.ai/en/api-reference/videos/minimax-hailuo-2.3/generation.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hailuo.camera import moves_in

MODELS = ("MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast")
FAST_MODEL = "MiniMax-Hailuo-2.3-Fast"
DURATIONS = (6, 10)
RESOLUTIONS = ("768p", "1080p")
SHORT_SIDES: Mapping[str, int] = MappingProxyType(
    {"480p": 480, "512p": 512, "768p": 768, "1080p": 1080, "2k": 1440}
)
"""The short side of a video in pixels, by its resolution; the gateway has only those of `RESOLUTIONS`."""
MAX_PROMPT = 2000
"""The longest prompt, in code points, camera tokens included."""

PRICES_USD: Mapping[tuple[str, int], float] = MappingProxyType(
    {("768p", 6): 0.2928, ("768p", 10): 0.488, ("1080p", 6): 0.432}
)
"""The price of a video by resolution and seconds. A combination that is missing here is refused."""

CREDITS_PER_USD = 10

PICTURE_LIMIT_BYTES = 20_000_000
"""The size limit of a picture in bytes, exclusive, whether sent inline or uploaded."""
LARGE_PICTURE_BYTES = 30_000_000
LARGE_SIDES = range(256, 5761)
"""The limits of a frame of MiniMax-H3: its file's bytes, exclusive, and each side in pixels."""
MIN_SHORT_SIDE = 300
"""The limit of a first frame's short side in pixels: the side must be longer."""
MIN_RATIO = 2 / 5
MAX_RATIO = 5 / 2
"""The limits of a first frame's width divided by its height, both exclusive."""

BODY_LIMIT_BYTES = 33_554_432
FILE_LIFETIME_SECONDS = 86_400
UPLOAD_LIFETIME_SECONDS = 72 * 3600

ERROR_TYPES: Mapping[int, str] = MappingProxyType(
    {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "payment_required",
        403: "permission_error",
        404: "invalid_request_error",
        408: "timeout_error",
        409: "idempotency_error",
        413: "invalid_request_error",
        422: "invalid_request_error",
        429: "rate_limit_error",
        500: "server_error",
        502: "bad_gateway",
        503: "service_unavailable",
        504: "gateway_timeout",
    }
)

CODES: Mapping[int, int] = MappingProxyType(
    {400: 2013, 401: 1004, 402: 1008, 403: 2038, 404: 2013, 413: 2013, 422: 1026, 429: 1002}
)
"""MiniMax's code for each HTTP status; 1000, an internal error, for all others."""

_BRACKET = re.compile(r"\[[^\[\]]*\]|【[^【】]*】")


class Refused(Exception):
    """The provider refuses a call: with an HTTP status, an error message, an error type and MiniMax's code for it."""

    def __init__(
        self, status: int, message: str, *, type: str | None = None, code: int | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type or ERROR_TYPES[status]
        self.code = code or CODES.get(status, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """The valid order in the body of a submit call, of any protocol.

    first_frame_image, last_frame_image: the URL or data URI as it was sent. ratio: width to height, as `16:9`, if the
    order states one. sound: the video has a sound track. large_pictures: its frames keep the rules of MiniMax-H3.
    """

    model: str
    prompt: str
    duration: int
    resolution: str
    first_frame_image: str | None
    prompt_optimizer: bool
    fast_pretreatment: bool
    watermark: bool
    cost_usd: float
    last_frame_image: str | None = None
    ratio: str | None = None
    sound: bool = False
    large_pictures: bool = False

    @property
    def short_side(self) -> int:
        """Return the short side of the video in pixels."""
        return SHORT_SIDES[self.resolution]

    @property
    def moves(self) -> tuple[str, ...]:
        """Return the keys of the camera moves in the prompt, in order."""
        return tuple(move.value for move in moves_in(self.prompt))

    @property
    def caption(self) -> str:
        """Return the prompt without camera tokens; brackets with other words stay."""
        text = _BRACKET.sub(lambda found: "" if moves_in(found.group()) else found.group(), self.prompt)
        return " ".join(text.split())


def read_order(body: Any, *, fast_requires_image: bool = True) -> Order:
    """Check the decoded body of a submit call and return its order; ignore unknown fields, as the provider does.

    Raises:
        Refused: 400, with the broken rule.
    """
    if not isinstance(body, dict):
        raise Refused(400, "request body must be a JSON object")
    duration = optional(body, "duration", _is_duration, "must be the integer 6 or 10", default=6)
    resolution = optional(body, "resolution", _is_resolution, "must be 768p or 1080p", default="768p")
    if (resolution, duration) not in PRICES_USD:
        raise Refused(400, f"{resolution} does not support a duration of {duration} seconds")
    order = Order(
        model=required(body, "model", _is_model, f"must be one of {', '.join(MODELS)}"),
        prompt=required(body, "prompt", _is_prompt, f"must be a string of 1 to {MAX_PROMPT} characters"),
        duration=duration,
        resolution=resolution,
        cost_usd=PRICES_USD[resolution, duration],
        first_frame_image=optional(body, "first_frame_image", is_picture, "must be a URL or data URI"),
        prompt_optimizer=optional(body, "prompt_optimizer", is_boolean, "must be a boolean", default=True),
        fast_pretreatment=optional(body, "fast_pretreatment", is_boolean, "must be a boolean", default=False),
        watermark=optional(body, "watermark", is_boolean, "must be a boolean", default=False),
    )
    if fast_requires_image and order.model == FAST_MODEL and order.first_frame_image is None:
        raise Refused(400, f"first_frame_image is required for {FAST_MODEL}")
    return order


def required(body: dict[str, Any], name: str, valid: Callable[[Any], bool], rule: str) -> Any:
    """Return the field `name` of the body; raise Refused if it is absent or invalid."""
    if name not in body:
        raise Refused(400, f"{name} is required")
    return optional(body, name, valid, rule)


def optional(
    body: dict[str, Any], name: str, valid: Callable[[Any], bool], rule: str, *, default: Any = None
) -> Any:
    """Return the field `name` of the body, or `default` if it is absent; raise Refused if its value is invalid.

    null is a value like any other.
    """
    if name not in body:
        return default
    if not valid(body[name]):
        raise Refused(400, f"{name} {rule}")
    return body[name]


def _is_model(value: Any) -> bool:
    return isinstance(value, str) and value in MODELS


def _is_prompt(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= MAX_PROMPT


def _is_duration(value: Any) -> bool:
    return type(value) is int and value in DURATIONS


def _is_resolution(value: Any) -> bool:
    return isinstance(value, str) and value in RESOLUTIONS


def is_picture(value: Any) -> bool:
    """Return whether a value is an address or a data URI."""
    return isinstance(value, str) and value.startswith(("http://", "https://", "data:"))


def is_boolean(value: Any) -> bool:
    """Return whether a value is true or false."""
    return isinstance(value, bool)
