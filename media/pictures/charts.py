"""Draws a bar chart of daily spending as a PNG that can be read on light and dark backgrounds.

The chart contains no words, so it is the same in every language; the message that shows it explains it.
"""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from media.isolation.isolated import IsolatedTask, run_isolated

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 900, 360
_MARGIN, _FLOOR = 18, 319
"""The empty margin and the height of the baseline, in pixels: bars stand on it, dates are written below it."""

_GROUND, _INK, _GRID = "#20242c", "#f2f4f8", "#434955"
_BAR, _NEWEST, _LIMIT = "#4cc2a6", "#ffc857", "#ff8f6b"
_LETTERS = 18
_COUNT_LETTERS = (18, 14, 11)
"""The font sizes for the counts above the bars: the largest is used at which neighbours do not touch."""

_FEWEST = 10
_LABELS = 7
"""The most dates that are written below the bars."""

_DASH, _GAP = 11, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of the chart: a day (YYYY-MM-DD), the amount spent, in dollars, and the number of videos."""

    day: str
    amount: float
    count: int


async def draw_chart_isolated(bars: Sequence[Bar], *, limit: float | None = None) -> bytes:
    """Run `draw_chart` in an isolated process, so that this process loads no picture library; return the PNG.

    Raises:
        IsolatedFailed, OSError: the chart could not be drawn.
    """
    return await run_isolated(_CHART, json.dumps([[asdict(bar) for bar in bars], limit]).encode())


def draw_chart(bars: Sequence[Bar], *, limit: float | None = None) -> bytes:
    """Draw a PNG with a bar for each day, the newest in another colour, and a line at `limit` dollars, if useful."""
    from PIL import Image, ImageDraw  # in the isolated process alone

    picture = Image.new("RGB", (WIDTH, HEIGHT), _GROUND)
    _Chart(ImageDraw.Draw(picture), bars, limit=_worth_showing(bars, limit)).draw()
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def draw_ordered(data: bytes) -> bytes:
    """Run `draw_chart` inside an isolated process, with its arguments in JSON; return the PNG."""
    bars, limit = json.loads(data)
    return draw_chart([Bar(**bar) for bar in bars], limit=limit)


_CHART = IsolatedTask(
    work="media.pictures.charts:draw_ordered", memory_bytes=64 * 1024**2, cpu_seconds=5, seconds=15
)


class _Chart:
    """A chart on a canvas: it converts amounts and days to pixels and draws each part."""

    def __init__(self, canvas: "ImageDraw", bars: Sequence[Bar], *, limit: float | None) -> None:
        self.canvas, self.bars, self.limit = canvas, bars, limit
        self.highest = 1.18 * max([bar.amount for bar in bars] + [limit or 0]) or 1.0
        self.ticks = {amount: f"${amount:,.2f}" for amount in round_amounts(self.highest)}
        self.left = _MARGIN + round(self._widest(self.ticks.values(), _LETTERS)) + 6
        self.spare = max(0, _FEWEST - len(bars)) / 2  # keeps a few bars from growing as wide as the chart
        self.pitch = (WIDTH - _MARGIN - self.left) / (max(len(bars), 1) + 0.6 + 2 * self.spare)

    def draw(self) -> None:
        """Draw all parts of the chart, from back to front."""
        self._draw_amounts()
        self._draw_bars()
        self._draw_limit()
        self._draw_counts()
        self._draw_days()

    def _draw_amounts(self) -> None:
        for amount, label in self.ticks.items():
            y = self._height(amount)
            self.canvas.line((self.left, y, WIDTH - _MARGIN, y), _GRID)
            self._write((self.left - 6, y), label, anchor="rm")

    def _draw_bars(self) -> None:
        for place, bar in enumerate(self.bars):
            left, top = round(self._middle(place) - 0.36 * self.pitch), self._height(bar.amount)
            colour = _NEWEST if place == len(self.bars) - 1 else _BAR
            if top < _FLOOR:
                right = left + round(0.72 * self.pitch) - 1
                self.canvas.rectangle((left, top, right, _FLOOR - 1), colour)

    def _draw_limit(self) -> None:
        if self.limit is None:
            return
        y = self._height(self.limit)
        for x in range(self.left, WIDTH - _MARGIN - _DASH, _DASH + _GAP):
            self.canvas.line((x, y, x + _DASH, y), _LIMIT, width=2)

    def _draw_counts(self) -> None:
        counts = {place: _short(bar.count) for place, bar in enumerate(self.bars) if bar.count}
        fitting = (size for size in _COUNT_LETTERS if self._widest(counts.values(), size) < self.pitch - 1)
        letters = next(fitting, _COUNT_LETTERS[-1])
        for place, count in counts.items():
            above = (self._middle(place), self._height(self.bars[place].amount) - 5)
            self._write(above, count, anchor="ms", letters=letters, halo=2)

    def _draw_days(self) -> None:
        for place in _named(len(self.bars)):
            self._write((self._middle(place), _FLOOR + 6), self.bars[place].day[5:], anchor="ma")

    def _write(
        self, at: tuple[float, float], text: str, *, anchor: str, letters: int = _LETTERS, halo: int = 0
    ) -> None:
        self.canvas.text(
            at, text, _INK, anchor=anchor, font_size=letters, stroke_width=halo, stroke_fill=_GROUND
        )

    def _widest(self, texts: Iterable[str], letters: int) -> float:
        return max((self.canvas.textlength(text, font_size=letters) for text in texts), default=0)

    def _height(self, amount: float) -> int:
        return round(_FLOOR - (_FLOOR - _MARGIN) * amount / self.highest)

    def _middle(self, place: int) -> float:
        return self.left + (place + 0.8 + self.spare) * self.pitch


def round_amounts(highest: float) -> list[float]:
    """Return up to six round amounts in dollars for the axis, evenly spaced from 0 to `highest`, in whole cents."""
    step = next(
        factor * 10.0**power
        for power in range(-2, 20)
        for factor in (1, 2, 5)
        if highest / (factor * 10.0**power) < 6
    )
    return [step * place for place in range(int(highest / step) + 1)]


def _named(count: int) -> list[int]:
    """Return the indices of the days that get a date label: the newest, and evenly spaced ones before it."""
    step = max(1, -(-count // _LABELS))
    return sorted(range(count - 1, -1, -step))


def _worth_showing(bars: Sequence[Bar], limit: float | None) -> float | None:
    """Return `limit`, or None if it is more than four times the highest bar: the bars would become too small."""
    highest = max((bar.amount for bar in bars), default=0.0)
    return limit if limit is not None and limit <= 4 * highest else None


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.0f}k"
