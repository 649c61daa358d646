"""The operator's page, read only: running and waiting jobs, failures, spending; no prompts, no names of members."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path

from telemetry.markup import (
    Bar,
    DiscordStatus,
    Markup,
    PageFacts,
    ProviderStatus,
    ShownDay,
    ShownJob,
    ShownPause,
    bar_chart,
    joined,
    share_bar,
    tag,
    void,
)
from telemetry.readiness import OK

FILES = {
    "/style.css": ("text/css", Path(__file__).with_name("page.css").read_text(encoding="utf-8")),
    "/icon.svg": ("image/svg+xml", Path(__file__).with_name("icon.svg").read_text(encoding="utf-8")),
}
"""The style sheet and the icon of the page, by their paths."""


def page(facts: PageFacts) -> str:
    """Return the page as HTML."""
    foot = f"Provider, Discord and event loop are of this process alone. Clapper {facts.version}"
    main = tag("main", *_alarms(facts), _tiles(facts), _under_way(facts), _lower(facts))
    return _document(facts.checks, _header(facts), main, tag("footer", foot))


def page_without_figures(checks: Mapping[str, str]) -> str:
    """Return the page for the case that the database cannot be read."""
    words = "The database does not answer, so nothing is known of the jobs. This page looks again by itself."
    alarm = _not_ready(checks) or _alarm(
        "bad", "No figures", tag("p", "The database was too slow this time.")
    )
    return _document(
        checks, tag("header", tag("h1", "Clapper")), tag("main", alarm, _card("Jobs", tag("p", words)))
    )


_UNITS = ((86400, "d"), (3600, "h"), (60, "min"))


def span(seconds: float) -> str:
    """Format a duration in its largest unit, and the next smaller one if it is not zero."""
    whole = max(0, round(seconds))
    for number, (size, unit) in enumerate(_UNITS):
        if whole >= size:
            below, rest = _below(number, whole % size)
            return f"{whole // size} {unit}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def _document(checks: Mapping[str, str], *content: Markup) -> str:
    head = tag(
        "head",
        void("meta", charset="utf-8"),
        void("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", f"Clapper: {'ready' if _is_ready(checks) else 'not ready'}"),
        void("link", rel="icon", type="image/svg+xml", href="icon.svg"),
        void("link", rel="stylesheet", href="style.css"),
    )
    return f"<!doctype html>\n{tag('html', head, tag('body', *content), lang='en')}\n"


def _is_ready(checks: Mapping[str, str]) -> bool:
    return all(said == OK for said in checks.values())


def _header(facts: PageFacts) -> Markup:
    ready = _is_ready(facts.checks)
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
    unknown = _unknown(facts.unknown) if facts.unknown else None
    paused = _paused(facts.pauses) if facts.pauses else None
    return [alarm for alarm in (_not_ready(facts.checks), paused, unknown) if alarm]


def _paused(pauses: Sequence[ShownPause]) -> Markup:
    lines = (
        tag("li", tag("strong", pause.where), f": {pause.cause}, since {span(pause.seconds)}")
        for pause in pauses
    )
    return _alarm("odd", "Nothing new is ordered", tag("ul", *lines))


def _not_ready(checks: Mapping[str, str]) -> Markup | None:
    broken = {name: said for name, said in checks.items() if said != OK}
    lines = (tag("li", tag("strong", name), f": {said}") for name, said in broken.items())
    return _alarm("bad", "Not ready", tag("ul", *lines)) if broken else None


def _alarm(kind: str, title: str, *content: Markup) -> Markup:
    return tag("section", tag("h2", title), *content, class_=f"alarm {kind}", role="alert")


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
    advice = tag(
        "p",
        "May have been charged; never retried automatically. A moderator decides under the message, or you do: ",
        tag("code", "python bot.py jobs --state unknown"),
    )
    title = f"{len(jobs)} {'order' if len(jobs) == 1 else 'orders'} of unknown outcome"
    return _alarm("odd", title, advice, _table(("job", "why", "ordered"), rows))


def _tiles(facts: PageFacts) -> Markup:
    failed = sum(facts.failures.values())
    oldest = "nothing waits" if facts.oldest_seconds is None else f"oldest {span(facts.oldest_seconds)}"
    return tag(
        "section",
        _tile("Waiting", str(facts.waiting), oldest),
        _tile("Rendering", str(facts.running), f"of {facts.running_cap} at once"),
        _tile("Delivered", str(facts.delivered), "last 24 h"),
        _tile("Failed", str(failed), f"last 24 h; {facts.cancelled} cancelled"),
        _tile("Spent today", f"${facts.spent_today_usd:.2f}", _of(facts)),
        class_="tiles",
    )


def _of(facts: PageFacts) -> str:
    """Return the limits that apply to today's orders, with the number of orders."""
    budget = "no budget" if facts.budget_usd is None else f"of ${facts.budget_usd:g}"
    cap = "" if facts.orders_cap is None else f" of {facts.orders_cap}"
    return f"{budget}, {facts.orders_today}{cap} ordered"


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
    return _card(title, chart, tag("p", f"{shown} in {len(days)} days", class_="quiet"), size="large")


def _priced(day: ShownDay) -> str:
    orders = f"{day.orders} ordered"
    return orders if day.usd is None else f"{day.usd:.2f} USD, {orders}"


def _failures(failures: Mapping[str, int]) -> Markup:
    if not failures:
        return _card(
            "Why videos failed", tag("p", "Nothing in the last 24 hours.", class_="quiet"), size="small"
        )
    most = max(failures.values())
    rows = [
        tag(
            "tr",
            tag("td", reason.replace("_", " ")),
            tag("td", share_bar(count / most), class_="share"),
            tag("td", str(count), class_="number"),
        )
        for reason, count in sorted(failures.items(), key=lambda item: (-item[1], item[0]))
    ]
    table = tag("table", tag("tbody", *rows))
    return _card("Why videos failed", table, tag("p", "last 24 h", class_="quiet"), size="small")


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


def _card(title: str, *content: Markup, size: str = "") -> Markup:
    return tag("section", tag("h2", title), *content, class_=f"card {size}".strip())


def _table(heads: Sequence[str], rows: Sequence[Markup]) -> Markup:
    head = tag(
        "thead", tag("tr", *(tag("th", name, class_="wide" if name == "format" else None) for name in heads))
    )
    return tag("div", tag("table", head, tag("tbody", *rows)), class_="scroll")


def _below(number: int, rest: int) -> tuple[str, int]:
    if number + 1 < len(_UNITS):
        size, unit = _UNITS[number + 1]
        return unit, rest // size
    return "s", rest
