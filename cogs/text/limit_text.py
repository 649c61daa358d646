"""Limits in words and in the fields of forms."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import discord

from cogs.text.catalogue import Phrase, Refused, Words
from cogs.text.escape import plain_text
from cogs.text.money import dollars
from db.money.caps import LevelCaps, Measure
from hailuo.prices import MICROS, micros_of

PACE = (Measure.ACTIVE, Measure.PER_DAY, Measure.COOLDOWN)
"""Limits of number and pace."""

MONEY = (Measure.MICROS_PER_DAY, Measure.MICROS_PER_MONTH)
"""Budgets."""

_WHOLE = re.compile(r"[0-9]{1,6}")
_AMOUNT = re.compile(r"[0-9]{1,6}([.,][0-9]{1,6})?")

Field = discord.ui.TextInput[Any]


def measure_name(words: Words, measure: Measure) -> str:
    """Return what a measure is called."""
    return words(f"measure-{measure.value}")


def figure(words: Words, measure: Measure, value: int | None) -> str:
    """Return a limit as it is read."""
    if value is None:
        return words("no-limit")
    if measure in MONEY:
        return dollars(words, value)
    return words("seconds", count=value // 1000) if measure is Measure.COOLDOWN else str(value)


def figure_lines(words: Words, caps: LevelCaps, chosen: LevelCaps, measures: Iterable[Measure]) -> list[str]:
    """Return a line for each limit in force, which says where it comes from."""
    return [_line(words, measure, caps, chosen) for measure in measures]


def _line(words: Words, measure: Measure, caps: LevelCaps, chosen: LevelCaps) -> str:
    name = measure_name(words, measure)
    held = getattr(caps, measure)
    mine = getattr(chosen, measure)
    value = figure(words, measure, held)
    if mine is None:
        return words("limit-of-the-operator", setting=name, choice=value)
    if mine == held:
        return words("setting-line", setting=name, choice=value)
    return words("limit-set-higher", setting=name, choice=value, chosen=figure(words, measure, mine))


def figure_fields(
    words: Words, chosen: LevelCaps, measures: Iterable[Measure], *, of_role: bool = False
) -> dict[Measure, Field]:
    """Return a field for each limit, filled in with what was chosen."""
    empty = words("limit-empty-of-role" if of_role else "limit-empty")
    return {
        measure: Field(
            custom_id=measure.value,
            required=False,
            max_length=13,
            default=_typed(measure, getattr(chosen, measure)),
            placeholder=empty,
        )
        for measure in measures
    }


def figure_labels(words: Words, fields: Mapping[Measure, Field]) -> list[discord.ui.Label[Any]]:
    """Return the fields with their names."""
    return [
        discord.ui.Label(text=measure_name(words, measure), component=field)
        for measure, field in fields.items()
    ]


def figures_read(fields: Mapping[Measure, Field]) -> dict[str, int | None]:
    """Return what was filled in, by the field of `LevelCaps`.

    Raises:
        Refused: one of them is no figure.
    """
    return {measure: _read(measure, field.value.strip()) for measure, field in fields.items()}


def _typed(measure: Measure, value: int | None) -> str | None:
    if value is None:
        return None
    if measure in MONEY:
        return f"{Decimal(value) / MICROS:f}"
    return str(value // 1000 if measure is Measure.COOLDOWN else value)


def _read(measure: Measure, typed: str) -> int | None:
    if not typed:
        return None
    if measure in MONEY:
        amount = typed.strip("$ ")
        if not _AMOUNT.fullmatch(amount):
            raise _no_figure(measure, typed)
        return micros_of(Decimal(amount.replace(",", ".")))
    if not _WHOLE.fullmatch(typed):
        raise _no_figure(measure, typed)
    return int(typed) * (1000 if measure is Measure.COOLDOWN else 1)


def _no_figure(measure: Measure, typed: str) -> Refused:
    name = Phrase(f"measure-{measure.value}")
    shown = plain_text(typed, limit=20)
    if measure in MONEY:
        return Refused("no-amount", setting=name, typed=shown)
    return Refused("no-whole-figure", setting=name, typed=shown)
