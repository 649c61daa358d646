"""The operator's page: what runs, what waits, what is odd. Read only; no prompt, no name of a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from telemetry.chart import Bar, bar_chart
from telemetry.markup import Markup, joined, tag, void
from telemetry.readiness import OK
from telemetry.spans import span

REFRESH_SECONDS = 15
STYLE_FILE = Path(__file__).with_name("page.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownJob:
    """A job, as far as it is the operator's business."""

    key: str
    format: str
    stage: str
    stage_seconds: float
    age_seconds: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDay:
    """What was ordered on a day (YYYY-MM-DD), and what it cost, where that is known."""

    day: str
    orders: int
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """What this process saw of the provider in the last quarter of an hour."""

    last_success_seconds: float | None
    answers: int
    failures: int
    balance: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordStatus:
    """What this process saw of Discord in the last quarter of an hour."""

    connected: bool | None  #: None: this role is not connected to the gateway
    latency_seconds: float | None
    waits: int
    waited_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Everything that the page shows, of one moment."""

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
    orders_cap: int
    delivered: int
    under_way: Sequence[ShownJob]
    unknown: Sequence[ShownJob]
    failures: Mapping[str, int]
    days: Sequence[ShownDay]
    provider: ProviderStatus
    discord: DiscordStatus
    lag_seconds: float


def page(facts: PageFacts) -> str:
    """Return the page as HTML."""
    head = tag(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        void("meta", http_equiv="refresh", content=str(REFRESH_SECONDS)),
        tag("title", f"Clapper: {'ready' if _is_ready(facts) else 'not ready'}"),
        void("link", rel="stylesheet", href="style.css"),
    )
    body = tag(
        "body",
        _header(facts),
        tag("main", *_alarms(facts), _tiles(facts), _under_way(facts), _lower(facts)),
        tag(
            "footer",
            f"This process alone: provider, Discord, event loop. The rest is of all. Clapper {facts.version}",
        ),
    )
    return f"<!doctype html>\n{tag('html', head, body, lang='en')}\n"


def _is_ready(facts: PageFacts) -> bool:
    return all(said == OK for said in facts.checks.values())


def _header(facts: PageFacts) -> Markup:
    ready = _is_ready(facts)
    moment = facts.at.astimezone(UTC)
    return tag(
        "header",
        tag("h1", "Clapper"),
        tag("span", "ready" if ready else "not ready", class_=f"pill {'good' if ready else 'bad'}"),
        tag("span", facts.role, class_="pill"),
        tag(
            "span",
            f"up {span(facts.uptime_seconds)} · ",
            tag("time", f"{moment:%H:%M:%S} UTC", datetime=moment.isoformat(timespec="seconds")),
            class_="quiet",
        ),
    )


def _alarms(facts: PageFacts) -> list[Markup]:
    alarms: list[Markup] = []
    if broken := {name: said for name, said in facts.checks.items() if said != OK}:
        lines = (tag("li", tag("strong", name), f": {said}") for name, said in broken.items())
        alarms.append(
            tag("section", tag("h2", "Not ready"), tag("ul", *lines), class_="alarm bad", role="alert")
        )
    if facts.unknown:
        alarms.append(_unknown(facts.unknown))
    return alarms


def _unknown(jobs: Sequence[ShownJob]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", tag("code", job.key)),
            tag("td", job.note),
            tag("td", f"{span(job.age_seconds)} ago"),
        )
        for job in jobs
    ]
    return tag(
        "section",
        tag("h2", f"{len(jobs)} of unknown outcome"),
        tag(
            "p",
            "May have been billed, and never repeated by the program. A moderator decides under the message, or you do: ",
            tag("code", "python bot.py jobs --state unknown"),
        ),
        _table(("job", "why", "ordered"), rows),
        class_="alarm odd",
        role="alert",
    )


def _tiles(facts: PageFacts) -> Markup:
    failed = sum(facts.failures.values())
    oldest = "nothing waits" if facts.oldest_seconds is None else f"oldest {span(facts.oldest_seconds)}"
    return tag(
        "section",
        _tile("Waiting", str(facts.waiting), oldest),
        _tile("With the provider", str(facts.running), f"of {facts.running_cap} at once"),
        _tile("Delivered", str(facts.delivered), "last 24 h"),
        _tile("Came to nothing", str(failed), "last 24 h"),
        _tile("Orders today", str(facts.orders_today), f"of {facts.orders_cap}"),
        class_="tiles",
    )


def _tile(name: str, figure: str, below: str) -> Markup:
    return tag(
        "div",
        tag("h2", name),
        tag("p", figure, class_="figure"),
        tag("p", below, class_="quiet"),
        class_="card",
    )


def _under_way(facts: PageFacts) -> Markup:
    if not facts.under_way:
        return _card("Under way", tag("p", "Nothing at the moment.", class_="quiet"))
    rows = [
        tag(
            "tr",
            tag("td", tag("code", job.key)),
            tag("td", tag("span", job.stage, class_=f"pill stage {job.stage}"), f" {job.note}"),
            tag("td", span(job.stage_seconds)),
            tag("td", span(job.age_seconds)),
            tag("td", job.format, class_="wide"),
        )
        for job in facts.under_way
    ]
    return _card("Under way", _table(("job", "stage", "for", "age", "format"), rows))


def _lower(facts: PageFacts) -> Markup:
    return tag(
        "div",
        _days(facts.days),
        _failures(facts.failures),
        _provider(facts.provider),
        _discord(facts.discord, facts.lag_seconds),
        class_="columns",
    )


def _days(days: Sequence[ShownDay]) -> Markup:
    priced = any(day.usd is not None for day in days)
    title = "Spend per day, USD" if priced else "Orders per day"
    bars = [
        Bar(
            label=day.day[8:].lstrip("0"),
            value=(day.usd or 0.0) if priced else float(day.orders),
            title=f"{day.day}: {_priced(day)}",
        )
        for day in days
    ]
    total = sum(day.usd or 0 for day in days) if priced else sum(day.orders for day in days)
    shown = f"{total:.2f} USD" if priced else str(total)
    chart = bar_chart(bars, title=title, prefix="$" if priced else "")
    return _card(title, chart, tag("p", f"{shown} in {len(days)} days", class_="quiet"), wide=True)


def _priced(day: ShownDay) -> str:
    orders = f"{day.orders} ordered"
    return orders if day.usd is None else f"{day.usd:.2f} USD, {orders}"


def _failures(failures: Mapping[str, int]) -> Markup:
    if not failures:
        return _card("What came to nothing", tag("p", "Nothing in the last 24 hours.", class_="quiet"))
    most = max(failures.values())
    rows = [
        tag(
            "tr",
            tag("td", reason.replace("_", " ")),
            tag("td", tag("meter", value=count, max=most, aria_label=reason)),
            tag("td", str(count), class_="number"),
        )
        for reason, count in sorted(failures.items(), key=lambda item: (-item[1], item[0]))
    ]
    return _card(
        "What came to nothing", tag("table", tag("tbody", *rows)), tag("p", "last 24 h", class_="quiet")
    )


def _provider(status: ProviderStatus) -> Markup:
    calls = status.answers + status.failures
    share = "no calls" if not calls else f"{status.failures / calls:.1%} of {calls}"
    last = status.last_success_seconds
    return _card(
        "Provider",
        _facts(
            ("Last good answer", "none yet" if last is None else f"{span(last)} ago"),
            ("Errors, 15 min", share),
            ("Balance", status.balance or "not told"),
        ),
    )


def _discord(status: DiscordStatus, lag_seconds: float) -> Markup:
    match status.connected:
        case None:
            gateway = "none in this role"
        case False:
            gateway = "not connected"
        case True:
            gateway = "connected"
    if status.latency_seconds is not None:
        gateway += f", {status.latency_seconds * 1000:.0f} ms"
    waits = "none" if not status.waits else f"{status.waits}, {status.waited_seconds:.1f} s together"
    return _card(
        "Discord",
        _facts(
            ("Gateway", gateway),
            ("Waits for rate limits, 15 min", waits),
            ("Event loop lag", f"{lag_seconds * 1000:.0f} ms"),
        ),
    )


def _facts(*pairs: tuple[str, str]) -> Markup:
    return tag("dl", *(joined(tag("dt", name), tag("dd", said)) for name, said in pairs))


def _card(title: str, *content: Markup, wide: bool = False) -> Markup:
    return tag("section", tag("h2", title), *content, class_="card wide" if wide else "card")


def _table(heads: Sequence[str], rows: Sequence[Markup]) -> Markup:
    head = tag(
        "thead", tag("tr", *(tag("th", name, class_="wide" if name == "format" else None) for name in heads))
    )
    return tag("div", tag("table", head, tag("tbody", *rows)), class_="scroll")
