"""What was spent, in words and as a chart."""

import asyncio
import io
import logging
from collections.abc import Iterable, Sequence

import discord

from cogs.text.catalogue import Words
from cogs.text.escape import plain_text
from cogs.text.job_pages import MAX_ALT_TEXT
from cogs.text.limit_text import MONEY, PACE, figure, measure_name
from cogs.text.money import dollars
from cogs.text.timestamps import relative
from db.money.caps import Level, LevelCaps
from db.money.usage import Spent
from hailuo.prices import MICROS
from jobs.money.accounts import DayUse
from jobs.money.allowance import Allowance, LevelUse
from media.isolation.isolated import IsolatedFailed
from media.pictures.charts import Bar, draw_chart_isolated

log = logging.getLogger(__name__)

DAYS = 30
"""What the chart shows, and the longest of the sums."""

_CHART_SECONDS = 20
"""Strangers' pictures may be before it; the figures are worth more than the chart."""


def total(days: Sequence[DayUse]) -> Spent:
    """Return what was used on all of these days."""
    return Spent(n=sum(day.spent.n for day in days), micros=sum(day.spent.micros for day in days))


def spent_lines(words: Words, use: LevelUse, days: Sequence[DayUse]) -> list[str]:
    """Return what was used today, in this month and in the days of the chart."""
    spent = {"today": use.today, "month": use.month, "days": total(days)}
    return [
        words(f"spent-{period}", count=one.n, spent=dollars(words, one.micros), days=len(days))
        for period, one in spent.items()
    ]


def left_of(words: Words, use: LevelUse) -> list[str]:
    """Return how much may still be used, as far as there is a limit."""
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
    """Return how much may still be used at these levels, each with when it resets, and by which clock."""
    lines: list[str] = []
    for level in levels:
        if left := left_of(words, allowance.at(level)):
            when = relative(allowance.at(level).resets_at)
            lines += [*left, words(f"usage-resets-{level}", resets=when)]
    return lines or [words("usage-no-limit")]


def limits_line(words: Words, caps: LevelCaps) -> str:
    """Return the limits of a level in one line."""
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
    """Return a line about the chart of these days, and its picture, with the text that stands for it."""
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
