"""Building blocks of the operator's page: HTML elements, bar charts (SVG), and the data that the page shows."""

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Markup(str):
    """Text that is HTML already and must not be escaped again."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | int | float | None) -> Markup:
    """Return an HTML element with its children and attributes.

    Attributes that are None are left out. Underscores become hyphens; the last one of `class_` is dropped.
    """
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{html.escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{shown}>{joined(*children)}</{name}>")


def void(name: str, /, **attributes: str) -> Markup:
    """Return an HTML element that has no end tag."""
    return Markup(tag(name, **attributes).removesuffix(f"</{name}>"))


def joined(*children: str) -> Markup:
    """Return the children one after the other; plain text is escaped."""
    return Markup("".join(child if isinstance(child, Markup) else html.escape(child) for child in children))


WIDTH, HEIGHT = 640, 190

TOP, LEFT, BOTTOM = 12, 60, 28

GAP = 0.28
"""The part of the width for a bar that stays empty."""

LINES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of a chart: its label below, its value, and its tooltip."""

    label: str
    value: float
    title: str


def bar_chart(bars: Sequence[Bar], *, title: str, prefix: str = "") -> Markup:
    """Draw a bar chart as SVG. A `prefix`, such as `$`, stands before each figure of the axis; without one they are counts."""
    top = _top(max((bar.value for bar in bars), default=0), whole=not prefix)
    place = (WIDTH - LEFT) / max(1, len(bars))
    return tag(
        "svg",
        tag("title", title),
        *(_line(top * step / LINES, top, prefix) for step in range(LINES + 1)),
        *(_bar(bar, number, place, top) for number, bar in enumerate(bars)),
        class_="chart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
    )


def share_bar(share: float) -> Markup:
    """Return a horizontal bar that is filled to `share` (0 to 1)."""
    fill = tag("rect", class_="bar", width=round(share * 100, 1), height=10)
    return tag(
        "svg", fill, class_="chart", viewBox="0 0 100 10", preserveAspectRatio="none", aria_hidden="true"
    )


def _bar(bar: Bar, number: int, place: float, top: float) -> Markup:
    left = LEFT + number * place
    y = _height_of(bar.value, top)
    return tag(
        "g",
        tag("title", bar.title),
        tag(
            "rect",
            class_="bar",
            x=round(left + place * GAP / 2, 1),
            y=round(y, 1),
            width=round(place * (1 - GAP), 1),
            height=round(HEIGHT - BOTTOM - y, 1),
            rx=3,
        ),
        tag(
            "text",
            bar.label,
            class_="label",
            x=round(left + place / 2, 1),
            y=HEIGHT - 6,
            text_anchor="middle",
        ),
    )


def _line(value: float, top: float, prefix: str) -> Markup:
    y = round(_height_of(value, top), 1)
    return tag(
        "g",
        tag("line", class_="grid", x1=LEFT, x2=WIDTH, y1=y, y2=y),
        tag("text", f"{prefix}{round(value, 6):g}", class_="label", x=LEFT - 6, y=y + 4, text_anchor="end"),
    )


def _height_of(value: float, top: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _top(largest: float, *, whole: bool) -> float:
    """Return the upper end of the scale, chosen so that its quarters are round numbers (whole ones for counts)."""
    if largest <= 0:
        return LINES
    quarter = largest / LINES
    step = 10.0 ** max(math.floor(math.log10(quarter)), 0 if whole else -6)
    return LINES * next(plain * step for plain in (1, 2, 3, 5, 10) if plain * step >= quarter)


def tile(name: str, figure: str, below: str) -> Markup:
    """Return a card with one large figure."""
    return tag(
        "div",
        tag("h2", name),
        tag("p", figure, class_="figure"),
        tag("p", below, class_="quiet"),
        class_="card",
    )


def pairs(*named: tuple[str, str]) -> Markup:
    """Return a list of names, each with its value."""
    return tag("dl", *(joined(tag("dt", name), tag("dd", said)) for name, said in named))


def alarm(kind: str, title: str, *content: Markup) -> Markup:
    """Return a box that stands before everything else; `kind` is "bad" or "odd"."""
    return tag("section", tag("h2", title), *content, class_=f"alarm {kind}", role="alert")


def card(title: str, *content: Markup, size: str = "") -> Markup:
    """Return a box with a title."""
    return tag("section", tag("h2", title), *content, class_=f"card {size}".strip())


def table(heads: Sequence[str], rows: Sequence[Markup]) -> Markup:
    """Return a table that scrolls sideways where it is too wide."""
    head = tag(
        "thead", tag("tr", *(tag("th", name, class_="wide" if name == "format" else None) for name in heads))
    )
    return tag("div", tag("table", head, tag("tbody", *rows)), class_="scroll")


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def span(seconds: float) -> str:
    """Format a duration in its largest unit, and the next smaller one if it is not zero."""
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


def act_form(action: str, label: str, *, job: str = "") -> Markup:
    """Return a form of one button, which sends an act of the operator to the server."""
    key = [void("input", type="hidden", name="job", value=job)] if job else []
    return tag("form", *key, tag("button", label), action=action, method="post", class_="acts")


class Notice(StrEnum):
    """The outcomes of acts, which the page says after one."""

    PAUSED = "paused"
    RESUMED = "resumed"
    NOT_PAUSED = "not-paused"
    SUBMITTED_AGAIN = "submitted-again"
    GIVEN_UP = "given-up"
    LIMIT = "limit"
    NOT_UNKNOWN = "not-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundJob:
    """A job that was looked for by its reference."""

    key: str
    facts: Sequence[tuple[str, str]]  #: names with what is known
    is_unknown: bool  #: somebody must decide whether it was ordered
    may_be_submitted: bool  #: it can be submitted once more


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownJob:
    """A job as the operator's page shows it."""

    key: str
    format: str
    stage: str
    stage_seconds: float
    age_seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDay:
    """The orders of a day (YYYY-MM-DD), and their cost if it is known."""

    day: str
    orders: int
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPause:
    """A pause of ordering: where it applies, its cause, and how long it has lasted."""

    where: str
    cause: str
    seconds: float | None  #: None: nobody knows
    everywhere: bool = False
    by_operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """The state of the provider as this process saw it; its counts are those of the last 15 minutes."""

    last_success_seconds: float | None
    answers: int
    failures: int
    balance: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordStatus:
    """The connection to Discord as this process saw it; its waits are those of the last 15 minutes."""

    connected: bool | None  #: None: this role does not connect to the gateway
    latency_seconds: float | None
    waits: int
    waited_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """All data that the page shows, as of one moment."""

    at: datetime
    version: str
    role: str
    uptime_seconds: float
    checks: Mapping[str, str]
    waiting: int
    oldest_seconds: float | None
    running: int
    running_cap: int
    orders_today: int
    orders_cap: int | None
    spent_today_usd: float
    budget_usd: float | None
    pauses: Sequence[ShownPause]
    delivered: int
    under_way: Sequence[ShownJob]
    unknown: Sequence[ShownJob]
    failures: Mapping[str, int]
    cancelled: int  #: orders taken back, which are no failures
    days: Sequence[ShownDay]
    provider: ProviderStatus
    discord: DiscordStatus
    lag_seconds: float
    can_act: bool = False  #: a token guards the page, so that it takes orders
