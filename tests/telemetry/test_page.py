"""The operator's page: what it says, and that nothing of it is more than text."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from telemetry.markup import Bar, FoundJob, Markup, Notice, ShownDay, ShownPause, bar_chart, joined, span, tag
from telemetry.page import job_page, page, page_without_figures
from telemetry.readiness import OK
from tests.support.rows import each_row
from tests.telemetry.sample_facts import busy_day, job, quiet_day

HOSTILE = '<script>alert("x")</script>&'


class Reader(HTMLParser):
    """Keeps text and elements of a page; every element that needs an end must have one."""

    VOID = frozenset({"meta", "link", "input"})

    def __init__(self):
        super().__init__()
        self.words = []
        self.elements = []
        self._open = []

    def handle_starttag(self, name, attrs):
        self.elements.append((name, dict(attrs)))
        if name not in self.VOID:
            self._open.append(name)

    def handle_endtag(self, name):
        assert self._open.pop() == name

    def handle_data(self, text):
        self.words.append(text.strip())


def read(html):
    reader = Reader()
    reader.feed(html)
    assert reader._open == []
    return reader


def text_of(facts):
    return " ".join(filter(None, read(page(facts)).words))


@each_row(
    "words",
    [
        "ready",
        "Waiting 3 oldest 1 min 14 s",
        "Rendering 4 of 10 at once",
        "Spent today $5.90 of $10, 21 ordered",
        "Delivered 16 last 24 h",
        "Failed 6 last 24 h; 2 cancelled",
        "1 order of unknown outcome",
        "python bot.py jobs --state unknown",
        "ambiguous submit",
        "rendering late 21 min",
        "moderated 3",
        "Spend per day, USD",
        "Last good answer 2 s ago",
        "Errors, 15 min 1.2% of 417",
        "Balance $86.41 left, $13.59 used",
        "Gateway connected, 87 ms",
        "2, 1.3 s together",
        "Event loop lag 2 ms",
        "up 3 d 4 h",
    ],
)
def test_a_busy_day_is_told(words):
    assert words in text_of(busy_day())


@each_row(
    "words",
    [
        "Waiting 0 nothing waits",
        "Nothing at the moment.",
        "Nothing in the last 24 hours.",
        "Orders per day",
        "Spent today $0.00 no budget, 0 ordered",
        "Last good answer none yet",
        "Errors, 15 min no calls",
        "Balance not told",
        "Gateway none in this role",
        "Waits for rate limits, 15 min none",
    ],
)
def test_a_quiet_day_is_told_too(words):
    assert words in text_of(quiet_day())


def test_orders_of_unknown_outcome_stand_before_everything_else():
    text = text_of(busy_day())

    assert text.index("of unknown outcome") < text.index("Waiting")
    assert "unknown outcome" not in text_of(quiet_day())


def test_what_is_paused_is_an_alarm_with_its_cause():
    pause = ShownPause(where="everywhere", cause="outage", seconds=600)

    assert "Nothing new is ordered everywhere : outage, since 10 min" in text_of(busy_day(pauses=[pause]))
    assert "Nothing new" not in text_of(busy_day())


def test_a_check_that_fails_is_an_alarm_by_name():
    text = text_of(busy_day(checks={"database": OK, "gateway": "not connected"}))

    assert "not ready" in text
    assert "Not ready gateway : not connected" in text
    assert "database" not in text


@each_row("said, words", [("broke: OSError", "Not ready database : broke: OSError"), (OK, "No figures")])
def test_without_figures_the_page_says_why(said, words):
    text = " ".join(filter(None, read(page_without_figures({"database": said})).words))

    assert words in text
    assert "nothing is known of the jobs" in text


def test_whatever_is_handed_in_is_text():
    odd = job(1, "rendering", 1, 1, HOSTILE)
    html = page(busy_day(role=HOSTILE, under_way=[odd], failures={HOSTILE: 1}, checks={HOSTILE: HOSTILE}))

    assert "<script" not in html
    assert HOSTILE in read(html).words


def test_nothing_comes_from_elsewhere_and_nothing_is_styled_or_scripted_in_the_page():
    elements = read(page(busy_day())).elements

    assert {name for name, _ in elements} & {"script", "style", "img", "iframe"} == set()
    attributes = [attribute for _, found in elements for attribute in found.items()]
    assert [key for key, _ in attributes if key.startswith(("on", "style"))] == []
    leading = {value.partition("?")[0] for key, value in attributes if key in {"href", "src", "action"}}
    assert leading == {"icon.svg", "style.css", "job"}


def forms_of(html):
    return [
        form["action"] for name, form in read(html).elements if name == "form" and form["method"] == "post"
    ]


STOPPED = ShownPause(where="everywhere", cause="operator", seconds=None, everywhere=True, by_operator=True)
OUTAGE = ShownPause(where="everywhere", cause="outage", seconds=6, everywhere=True)
OF_A_SERVER = ShownPause(where="1 server", cause="by their managers", seconds=6)


@each_row(
    "pauses, can_act, forms",
    [
        ([], True, ["pause"]),
        ([OF_A_SERVER], True, ["pause"]),
        ([OUTAGE], True, ["pause", "resume"]),
        ([STOPPED], True, ["resume"]),
        ([STOPPED], False, []),
    ],
)
def test_the_page_offers_what_can_be_done_now_and_nothing_without_a_token(pauses, can_act, forms):
    assert forms_of(page(busy_day(pauses=pauses, can_act=can_act))) == forms


def test_what_came_of_an_act_is_said():
    assert all(
        len(read(page(quiet_day(), notice)).words) > len(read(page(quiet_day())).words) for notice in Notice
    )


def found(**changes):
    facts = {"facts": [("State", HOSTILE)], "is_unknown": True, "may_be_submitted": True}
    return FoundJob(key="9ac0c2a1b3d4e5f6", **facts | changes)


@each_row(
    "job, can_act, forms",
    [
        (found(), True, ["submit-again", "give-up"]),
        (found(may_be_submitted=False), True, ["give-up"]),
        (found(), False, []),
        (found(is_unknown=False), True, []),
        (None, True, []),
    ],
)
def test_a_job_of_unknown_outcome_can_be_decided_on_its_page(job, can_act, forms):
    html = job_page(HOSTILE, job, can_act=can_act)

    assert forms_of(html) == forms
    assert "<script" not in html


@each_row(
    "seconds, said",
    [
        (-1, "0 s"),
        (0.4, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h"),
        (3661, "1 h 1 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_length_of_time_is_said_in_two_units(seconds, said):
    assert span(seconds) == said


def test_only_what_was_made_here_is_markup():
    assert tag("p", "a < b", Markup("<b>c</b>"), class_='"x"') == (
        '<p class="&quot;x&quot;">a &lt; b<b>c</b></p>'
    )
    assert joined("<", Markup("<br>")) == "&lt;<br>"


def heights(chart):
    root = ElementTree.fromstring(chart)  # noqa: S314 - made a line above
    return [float(rect.attrib["height"]) for rect in root.iter("rect")]


@each_row(
    "prefix, values, top",
    [
        ("", (1, 2, 4), 4),
        ("", (0, 0), 4),
        ("", (1,), 4),
        ("", (3, 9), 12),
        ("", (34,), 40),
        ("", (101, 5), 120),
        ("$", (0.3, 7.9), 8),
        ("$", (9.5,), 12),
        ("$", (0.02,), 0.02),
    ],
)
def test_a_chart_ends_at_a_plain_figure_above_its_largest_bar(prefix, values, top):
    bars = [Bar(label="1", value=value, title="t") for value in values]
    chart = bar_chart(bars, title="orders", prefix=prefix)

    figures = [f"{prefix}{quarter * top / 4:g}" for quarter in range(5)]
    assert [figure for figure in figures if f">{figure}</text>" not in chart] == []
    assert heights(chart) == pytest.approx([value / top * 150 for value in values], abs=0.06)


def test_a_chart_without_bars_is_a_chart():
    assert heights(bar_chart([], title="nothing")) == []


def test_days_without_prices_show_orders():
    days = [ShownDay(day="2026-11-23", orders=5)]

    assert "2026-11-23: 5 ordered" in text_of(busy_day(days=days))
    assert not re.search(r"USD", text_of(busy_day(days=days)))
