"""Lengths of time as people say them."""

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def span(seconds: float) -> str:
    """Return the largest unit that fits, and the next one where it tells something."""
    whole = max(0, round(seconds))
    for number, (size, unit) in enumerate(_UNITS):
        if whole >= size:
            below, rest = _below(number, whole % size)
            return f"{whole // size} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def _below(number: int, rest: int) -> tuple[str, int]:
    if number + 1 < len(_UNITS):
        size, unit = _UNITS[number + 1]
        return unit, rest // size
    return "s", rest
