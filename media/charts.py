"""A chart of days as a picture: a card of its own, which can be read on light and on dark ground alike.

No words stand in it, so that it is the same in every language; what it shows is said beside it.
"""

# pyright: reportUnknownMemberType=false
# matplotlib types some of its parameters loosely.

import asyncio
import io
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 900, 360
_DPI = 100
_GROUND, _INK, _FAINT = "#20242c", "#f2f4f8", "#5b6270"
_BAR, _NEWEST, _LIMIT = "#4cc2a6", "#ffc857", "#ff8f6b"
_FEWEST = 10
_LABELS = 7
"""Days that are named below."""

_drawer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="charts")
"""One at a time: the library shares its fonts, and a crowd of charts keeps no other thread from its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day, YYYY-MM-DD: what was spent, in dollars, and how many videos."""

    day: str
    amount: float
    count: int


async def draw_chart_apart(bars: Sequence[Bar], *, limit: float | None = None) -> bytes:
    """Do as `draw_chart` does, on a thread of its own."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_drawer, lambda: draw_chart(bars, limit=limit))


def draw_chart(bars: Sequence[Bar], *, limit: float | None = None) -> bytes:
    """Return a PNG with a bar for each day, the newest in another colour, and a line at `limit` dollars."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # a second of work that few processes need
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH / _DPI, HEIGHT / _DPI), dpi=_DPI, facecolor=_GROUND)
    figure.set_layout_engine("constrained", w_pad=0.18, h_pad=0.16)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    _draw_bars(axes, bars)
    _draw_axes(axes, bars, limit=_worth_showing(bars, limit))
    file = io.BytesIO()
    figure.savefig(file, format="png", facecolor=_GROUND)
    return file.getvalue()


def _draw_bars(axes: "Axes", bars: Sequence[Bar]) -> None:
    from matplotlib.patheffects import withStroke

    places = range(len(bars))
    halo = [withStroke(linewidth=3, foreground=_GROUND)]
    colours = [_BAR] * (len(bars) - 1) + [_NEWEST]
    axes.bar(places, [bar.amount for bar in bars], color=colours[-len(bars) :], width=0.72)
    for place, bar in zip(places, bars, strict=True):
        if bar.count:
            axes.annotate(
                _short(bar.count),
                (place, bar.amount),
                xytext=(0, 3),
                textcoords="offset points",
                ha="center",
                va="bottom",
                color=_INK,
                fontsize=10 if len(bars) > 14 else 13,
                path_effects=halo,
                zorder=5,
            )


def _draw_axes(axes: "Axes", bars: Sequence[Bar], *, limit: float | None) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_facecolor(_GROUND)
    axes.set_ylim(0, 1.18 * max([bar.amount for bar in bars] + [limit or 0]) or 1.0)
    spare = max(0, _FEWEST - len(bars)) / 2  # a bar alone is no wall
    axes.set_xlim(-0.8 - spare, max(len(bars), 1) - 0.2 + spare)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4))
    axes.yaxis.set_major_formatter(FuncFormatter(_dollars))
    named = _named(len(bars))
    axes.set_xticks(named, [bars[place].day[5:] for place in named])
    axes.tick_params(colors=_INK, labelsize=14, length=0)
    axes.grid(axis="y", color=_FAINT, linewidth=0.6, alpha=0.6)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if limit is not None:
        axes.axhline(limit, color=_LIMIT, linewidth=1.6, linestyle=(0, (5, 3)))


def _named(count: int) -> list[int]:
    """Return the places of the days that are named: the newest, and evenly back from it."""
    step = max(1, -(-count // _LABELS))
    return sorted(range(count - 1, -1, -step))


def _worth_showing(bars: Sequence[Bar], limit: float | None) -> float | None:
    """Leave out a limit that is so far above everything that the bars would shrink to nothing."""
    highest = max((bar.amount for bar in bars), default=0.0)
    return limit if limit is not None and limit <= 4 * highest else None


def _dollars(value: float, _place: int) -> str:
    return f"${value:,.2f}"


def _short(count: int) -> str:
    return str(count) if count < 1000 else f"{count / 1000:.0f}k"
