"""Reads settings that are kept as JSON, whatever an older or newer program wrote there."""

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any, cast

Reader = Callable[[Any], Any]
"""Returns the value of one field. Raises ValueError or TypeError where it cannot be understood."""


def understood(kept: str | None, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the fields that are there and that their reader takes."""
    return read(as_object(kept), readers)


def read(values: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the same of an object that was parsed already."""
    if not isinstance(values, dict):
        raise TypeError(values)
    known = cast("dict[str, Any]", values)
    fields: dict[str, Any] = {}
    for name in readers.keys() & known.keys():
        with contextlib.suppress(ValueError, TypeError):
            fields[name] = readers[name](known[name])
    return fields


def flag(value: Any) -> bool:
    """Read a yes or no."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def text(value: Any) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def texts(values: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(map(text, values))


def whole(value: Any) -> int:
    """Read a figure of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(value)
    return value


def ids(values: Any) -> frozenset[int]:
    """Read Discord ids."""
    return frozenset(map(int, values))


def as_object(kept: str | None) -> dict[str, Any]:
    """Return the object that was kept, {} if there is none."""
    try:
        value = json.loads(kept or "{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
