"""Limits and spending as text, as fields of forms, and as a chart.

A level is the scope of a limit: a member, a server, or the whole bot.
"""

import asyncio
import io
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import discord

from cogs.text.catalogue import Phrase, Refused, Words, plain_text
from cogs.text.job_pages import MAX_ALT_TEXT
from cogs.text.sentences import dollars, relative
from db.money.caps import Level, LevelCaps, Measure
from db.money.ledger import Spent
from hailuo.models import MICROS, micros_of
from jobs.money.accounts import Allowance, DayUse, LevelUse
from media.isolation.isolated import IsolatedFailed
from media.pictures.charts import Bar, draw_chart_isolated

log = logging.getLogger(__name__)


PACE = (Measure.ACTIVE, Measure.PER_DAY, Measure.COOLDOWN)
"""The limits on the number and the frequency of orders."""

MONEY = (Measure.MICROS_PER_DAY, Measure.MICROS_PER_MONTH)
"""The limits on spending."""

DAYS = 30
"""The number of days that the chart and the longest sum of spending cover."""

_CHART_SECONDS = 20
"""Time limit for drawing the chart, in seconds: other members' pictures may come first. The text is sent anyway."""

_WHOLE = re.compile(r"[0-9]{1,6}")
_AMOUNT = re.compile(r"[0-9]{1,6}([.,][0-9]{1,6})?")

Field = discord.ui.TextInput[Any]


def measure_name(words: Words, measure: Measure) -> str:
    """Return the name of a limit."""
    return words(f"measure-{measure.value}")


def figure(words: Words, measure: Measure, value: int | None) -> str:
    """Return the value of a limit as text, with its unit."""
    if value is None:
        return words("no-limit")
    if measure in MONEY:
        return dollars(words, value)
    return words("seconds", count=value // 1000) if measure is Measure.COOLDOWN else str(value)


def figure_lines(words: Words, caps: LevelCaps, chosen: LevelCaps, measures: Iterable[Measure]) -> list[str]:
    """Return a line for each limit: the value in force (`caps`), and the one that the server set (`chosen`), if any."""
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
    """Return a form field for each limit, filled in with the value that was set."""
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
    """Return the form fields, each under the name of its limit."""
    return [
        discord.ui.Label(text=measure_name(words, measure), component=field)
        for measure, field in fields.items()
    ]


def figures_read(fields: Mapping[Measure, Field]) -> dict[str, int | None]:
    """Parse the fields of a form; return the value of each limit, None for an empty field.

    Raises:
        Refused: a field does not hold a number.
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


def total(days: Sequence[DayUse]) -> Spent:
    """Return the number and the cost of the videos of all `days` together."""
    return Spent(n=sum(day.spent.n for day in days), micros=sum(day.spent.micros for day in days))


def spent_lines(words: Words, use: LevelUse, days: Sequence[DayUse]) -> list[str]:
    """Return lines with the spending of today, of this month and of all `days`."""
    spent = {"today": use.today, "month": use.month, "days": total(days)}
    return [
        words(f"spent-{period}", count=one.n, spent=dollars(words, one.micros), days=len(days))
        for period, one in spent.items()
    ]


def left_of(words: Words, use: LevelUse) -> list[str]:
    """Return lines with the orders and the money that are left, one for each limit that is set."""
    videos, caps = use.videos_left, use.caps
    left = [] if videos is None else [words("left-videos", count=videos)]
    if caps.micros_per_day is not None:
        rest = max(0, caps.micros_per_day - use.today.micros)
        left.append(
            words("left-of-day", left=dollars(words, rest), budget=dollars(words, caps.micros_per_day))
        )
    if caps.micros_per_month is not None:
        rest = max(0, caps.micros_per_month - use.month.micros)
        budget = dollars(words, caps.micros_per_month)
        left.append(words("left-of-month", left=dollars(words, rest), budget=budget))
    return left


def left_lines(words: Words, allowance: Allowance, levels: Iterable[Level]) -> list[str]:
    """Return lines with the orders and the money that are left at each level, and when the level's limits reset."""
    lines: list[str] = []
    for level in levels:
        if left := left_of(words, allowance.at(level)):
            when = relative(allowance.at(level).resets_at)
            lines += [*left, words(f"usage-resets-{level}", resets=when)]
    return lines or [words("usage-no-limit")]


def limits_line(words: Words, caps: LevelCaps) -> str:
    """Return all limits of a level in one line of text."""
    held = {measure: getattr(caps, measure) for measure in (*PACE, *MONEY)}
    said = [
        words("limit-in-short", setting=measure_name(words, measure), choice=figure(words, measure, value))
        for measure, value in held.items()
        if value is not None
    ]
    return " · ".join(said) or words("no-limit")


async def chart(
    words: Words, days: Sequence[DayUse], *, budget: int | None
) -> tuple[str, list[discord.File]]:
    """Draw the chart of spending; return a note about it and its file, with alternative text (no file on failure)."""
    bars = [Bar(day=day.day, amount=day.spent.micros / MICROS, count=day.spent.n) for day in days]
    try:
        async with asyncio.timeout(_CHART_SECONDS):
            picture = await draw_chart_isolated(bars, limit=None if budget is None else budget / MICROS)
    except (IsolatedFailed, OSError) as error:
        log.warning("a chart could not be drawn: %s", error or type(error).__name__)
        return words("chart-missing"), []
    file = discord.File(io.BytesIO(picture), filename="usage.png", description=_alt_text(words, days))
    return _chart_note(words, budget=budget), [file]


def _chart_note(words: Words, *, budget: int | None) -> str:
    note = words("chart-note", days=DAYS)
    return note if budget is None else words.joined([note, words("chart-line")])


def _alt_text(words: Words, days: Sequence[DayUse]) -> str:
    most, all_together = max(days, key=lambda day: day.spent.micros), total(days)
    said = words(
        "chart-alt",
        first=days[0].day,
        last=days[-1].day,
        count=all_together.n,
        spent=dollars(words, all_together.micros),
        day=most.day,
        most=dollars(words, most.spent.micros),
    )
    return plain_text(said, limit=MAX_ALT_TEXT)
