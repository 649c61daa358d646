"""The operator's page: running and waiting jobs, failures, spending, and what an operator decides; no prompts."""

from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path

from telemetry.markup import (
    Bar,
    DiscordStatus,
    FoundJob,
    Markup,
    Notice,
    PageFacts,
    ProviderStatus,
    ShownDay,
    ShownJob,
    ShownPause,
    act_form,
    alarm,
    bar_chart,
    card,
    joined,
    pairs,
    share_bar,
    span,
    table,
    tag,
    tile,
    void,
)
from telemetry.readiness import OK

FILES = {
    "/style.css": ("text/css", Path(__file__).with_name("page.css").read_text(encoding="utf-8")),
    "/icon.svg": ("image/svg+xml", Path(__file__).with_name("icon.svg").read_text(encoding="utf-8")),
}
"""The style sheet and the icon of the page, by their paths."""


def page(facts: PageFacts, notice: Notice | None = None) -> str:
    """Return the page as HTML, with the outcome of the last act."""
    foot = f"Provider, Discord and event loop are of this process alone. Clapper {facts.version}"
    said = [_said(notice)] if notice else []
    main = tag("main", *said, *_alarms(facts), _tiles(facts), _under_way(facts), _lower(facts), _acts(facts))
    return _document(facts.checks, _header(facts), main, tag("footer", foot))


def page_without_figures(checks: Mapping[str, str]) -> str:
    """Return the page for the case that the database cannot be read."""
    words = "The database does not answer, so nothing is known of the jobs. This page looks again by itself."
    why = _not_ready(checks) or alarm("bad", "No figures", tag("p", "The database was too slow this time."))
    return _document(
        checks, tag("header", tag("h1", "Clapper")), tag("main", why, card("Jobs", tag("p", words)))
    )


def job_page(reference: str, found: FoundJob | None, *, can_act: bool) -> str:
    """Return the page of the job that a user's reference names, with a field to look for another one."""
    asked = [_found(reference, found, can_act=can_act)] if reference else []
    field = void(
        "input", name="key", value=reference, size="24", maxlength="64", aria_label="Reference of a video"
    )
    find = tag("form", field, tag("button", "Find"), action="job", method="get", class_="acts")
    hint = tag("p", "A user finds it under Details: “Video 9ac0c2a1b3d4e5f6”.", class_="quiet")
    header = tag("header", tag("h1", "Clapper"), tag("a", "Back to the page", href="./"))
    return _document({}, header, tag("main", card("Find a job", find, hint), *asked))


_NOTICES = {
    Notice.PAUSED: "Paused everywhere. Running orders still arrive.",
    Notice.RESUMED: "Resumed.",
    Notice.NOT_PAUSED: "Nothing was paused.",
    Notice.SUBMITTED_AGAIN: "The job is queued and will be ordered again. It counts a second time.",
    Notice.GIVEN_UP: "The job has ended as failed. What it may have cost stays counted.",
    Notice.LIMIT: "Not queued: a limit is used up. Raise it, or wait until it resets.",
    Notice.NOT_UNKNOWN: "There is no job of unknown outcome with this reference: somebody has decided already.",
}


def _said(notice: Notice) -> Markup:
    return tag("p", _NOTICES[notice], class_="card notice", role="status")


def _found(reference: str, found: FoundJob | None, *, can_act: bool) -> Markup:
    if found is None:
        words = "No job has this reference. One of eight characters is of a fault: search the log for "
        return card("Not found", tag("p", words, tag("code", f"reference={reference}")))
    acts = []
    if found.is_unknown:
        advice = "Look into the provider's console first: ordered a second time, it may be charged twice."
        acts = [tag("p", advice), _decision(found) if can_act else _NEEDS_TOKEN]
    return card(f"Video {found.key}", pairs(*found.facts), *acts)


def _decision(found: FoundJob) -> Markup:
    given_up = act_form("give-up", "It was ordered: give up", job=found.key)
    if not found.may_be_submitted:
        return given_up
    return joined(act_form("submit-again", "It was not ordered: submit again", job=found.key), given_up)


_NEEDS_TOKEN = tag("p", "Deciding, pausing and resuming here need HEALTH_TOKEN.", class_="quiet")


def _acts(facts: PageFacts) -> Markup:
    find = tag("p", tag("a", "Find a job by its reference", href="job"))
    if not facts.can_act:
        return card("Operator", find, _NEEDS_TOKEN)
    everywhere = [pause for pause in facts.pauses if pause.everywhere]
    pause = [] if any(pause.by_operator for pause in everywhere) else [act_form("pause", "Pause everywhere")]
    resume = [act_form("resume", "Resume")] if everywhere else []
    return card("Operator", find, *pause, *resume)


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
    lines = (tag("li", tag("strong", pause.where), f": {pause.cause}", _since(pause)) for pause in pauses)
    return alarm("odd", "Nothing new is ordered", tag("ul", *lines))


def _since(pause: ShownPause) -> str:
    return "" if pause.seconds is None else f", since {span(pause.seconds)}"


def _not_ready(checks: Mapping[str, str]) -> Markup | None:
    broken = {name: said for name, said in checks.items() if said != OK}
    lines = (tag("li", tag("strong", name), f": {said}") for name, said in broken.items())
    return alarm("bad", "Not ready", tag("ul", *lines)) if broken else None


def _unknown(jobs: Sequence[ShownJob]) -> Markup:
    rows = [
        tag(
            "tr",
            tag("td", tag("a", tag("code", job.key), href=f"job?key={job.key}")),
            tag("td", job.note),
            tag("td", f"{span(job.age_seconds)} ago"),
        )
        for job in jobs
    ]
    advice = tag(
        "p",
        "May have been charged; never retried automatically. A moderator decides under the message, or you do: open the job, or run ",
        tag("code", "python bot.py jobs --state unknown"),
    )
    title = f"{len(jobs)} {'order' if len(jobs) == 1 else 'orders'} of unknown outcome"
    return alarm("odd", title, advice, table(("job", "why", "ordered"), rows))


def _tiles(facts: PageFacts) -> Markup:
    failed = sum(facts.failures.values())
    oldest = "nothing waits" if facts.oldest_seconds is None else f"oldest {span(facts.oldest_seconds)}"
    return tag(
        "section",
        tile("Waiting", str(facts.waiting), oldest),
        tile("Rendering", str(facts.running), f"of {facts.running_cap} at once"),
        tile("Delivered", str(facts.delivered), "last 24 h"),
        tile("Failed", str(failed), f"last 24 h; {facts.cancelled} cancelled"),
        tile("Spent today", f"${facts.spent_today_usd:.2f}", _of(facts)),
        class_="tiles",
    )


def _of(facts: PageFacts) -> str:
    """Return the limits that apply to today's orders, with the number of orders."""
    budget = "no budget" if facts.budget_usd is None else f"of ${facts.budget_usd:g}"
    cap = "" if facts.orders_cap is None else f" of {facts.orders_cap}"
    return f"{budget}, {facts.orders_today}{cap} ordered"


def _under_way(facts: PageFacts) -> Markup:
    if not facts.under_way:
        return card("Under way", tag("p", "Nothing at the moment.", class_="quiet"))
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
    return card("Under way", table(("job", "stage", "for", "age", "format"), rows))


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
    return card(title, chart, tag("p", f"{shown} in {len(days)} days", class_="quiet"), size="large")


def _priced(day: ShownDay) -> str:
    orders = f"{day.orders} ordered"
    return orders if day.usd is None else f"{day.usd:.2f} USD, {orders}"


def _failures(failures: Mapping[str, int]) -> Markup:
    if not failures:
        return card(
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
    shares = tag("table", tag("tbody", *rows))
    return card("Why videos failed", shares, tag("p", "last 24 h", class_="quiet"), size="small")


def _provider(status: ProviderStatus) -> Markup:
    calls = status.answers + status.failures
    share = "no calls" if not calls else f"{status.failures / calls:.1%} of {calls}"
    last = status.last_success_seconds
    return card(
        "Provider",
        pairs(
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
    return card(
        "Discord",
        pairs(
            ("Gateway", gateway),
            ("Waits for rate limits, 15 min", waits),
            ("Event loop lag", f"{lag_seconds * 1000:.0f} ms"),
        ),
    )
