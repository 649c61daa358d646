"""The Retry-After header: how long the provider asks to wait."""

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

SHORTEST_SECONDS = 1.0
LONGEST_SECONDS = 600.0

_WHOLE_SECONDS = re.compile(r"[0-9]+")


def parse_retry_after(value: str | None, *, now: float) -> float | None:
    """Return the seconds to wait, 1..600, or None when the header is missing or makes no sense.

    Args:
        value: whole seconds or an HTTP date (RFC 9110, section 10.2.3).
        now: epoch seconds.
    """
    if value is None:
        return None
    text = value.strip()
    seconds = float(text) if _WHOLE_SECONDS.fullmatch(text) else _seconds_until(text, now)
    return None if seconds is None else min(max(seconds, SHORTEST_SECONDS), LONGEST_SECONDS)


def _seconds_until(date: str, now: float) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now
    except (ValueError, OverflowError):
        return None
