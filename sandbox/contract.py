"""The provider's figures and error shape, written down independently of the client that they check.

Sources: https://gccai.heqingsong.uk/en/api-reference/videos/minimax-hailuo-2.3/generation and the reference
gateway's pages, https://docs.apimart.ai/en/api-reference/videos/minimax-hailuo-2.3/generation.
"""

from collections.abc import Mapping
from types import MappingProxyType

MODELS = ("MiniMax-Hailuo-2.3", "MiniMax-Hailuo-2.3-Fast")
FAST_MODEL = "MiniMax-Hailuo-2.3-Fast"
DURATIONS = (6, 10)
SHORT_SIDES: Mapping[str, int] = MappingProxyType({"768p": 768, "1080p": 1080})
MAX_PROMPT = 2000
"""Code points of a prompt, camera tokens included."""

PRICES_USD: Mapping[tuple[str, int], float] = MappingProxyType(
    {("768p", 6): 0.2928, ("768p", 10): 0.488, ("1080p", 6): 0.432}
)
"""What one video costs, by resolution and seconds. A combination that is missing here is refused."""

CREDITS_PER_USD = 10

PICTURE_LIMIT_BYTES = 20_000_000
"""A picture must be smaller than this, sent inline or uploaded."""
MIN_SHORT_SIDE = 300
"""The short side of a first frame must be longer than this."""
MIN_RATIO = 2 / 5
MAX_RATIO = 5 / 2
"""Width by height of a first frame lies strictly between these two."""

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
        429: "rate_limit_error",
        500: "server_error",
        502: "bad_gateway",
        503: "service_unavailable",
        504: "gateway_timeout",
    }
)


class Refused(Exception):
    """The provider says no: an HTTP status, its message and its `type` word."""

    def __init__(self, status: int, message: str, *, type: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type or ERROR_TYPES[status]
