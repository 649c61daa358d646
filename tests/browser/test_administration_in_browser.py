"""What a manager and a member see of limits, money and moderation, with a picture of each."""

import contextlib
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.discord_window import PATIENCE_MS, DiscordWindow

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(400)]

PRICE = 292_800
VIDEOS = (0, 1, 3, 2, 0, 0, 4, 6, 5, 2, 1, 0, 3, 7, 9, 4, 2, 0, 1, 5, 8, 6, 3, 2, 0, 4, 6, 3, 5)
"""How many were made on each of the days before today."""


@pytest.fixture
def demo_options(tmp_path):
    """Return the options of a demo whose database can be looked into."""
    return ["--data-dir", str(tmp_path / "data")]


def test_usage_budget_refusal_and_moderation_can_be_read(window: DiscordWindow, tmp_path, photograph):
    order(window)
    expect(window.public.filter(has=window.page.locator("video"))).to_have_count(1, timeout=PATIENCE_MS)
    make_history(tmp_path / "data" / "clapper.db")
    look_at_usage(window, photograph)
    look_at_the_usage_of_the_server(window, photograph)
    look_at_moderation(window, photograph)
    be_refused(window, photograph)
    assert window.complaints == []


def order(window):
    window.start_command("video")
    window.fill("prompt", "the sun rises over the hills")
    window.send()


def make_history(path):
    """Let there be a month of videos before today; whoever ordered today's had a part in them."""
    with contextlib.closing(sqlite3.connect(path, timeout=10)) as database:
        ((guild_id, user_id),) = database.execute("SELECT DISTINCT guild_id, user_id FROM jobs")
        today = datetime.now(UTC).date()
        for before, count in enumerate(reversed(VIDEOS), start=1):
            day = (today - timedelta(days=before)).isoformat()
            shares = {("guild", 0): 2 * count, ("member", user_id): count, ("member", user_id + 1): count}
            database.executemany(
                "INSERT INTO counters (scope, guild_id, user_id, period, n, micros) VALUES (?, ?, ?, ?, ?, ?)",
                [(scope, guild_id, user, day, n, n * PRICE) for (scope, user), n in shares.items() if n],
            )
        database.commit()


def look_at_usage(window, photograph):
    window.run("usage")
    expect(window.private.last).to_contain_text("Your usage here")
    see_the_chart(window)
    photograph("usage")


def look_at_the_usage_of_the_server(window, photograph):
    open_part(window, "Usage")
    expect(window.private.last).to_contain_text("This server's usage")
    see_the_chart(window)
    photograph("admin-usage")


def open_part(window, label):
    window.run("admin")
    expect(window.private.last).to_contain_text("Your server at a glance")
    window.open_list("Choose what to see or change")
    window.pick("Choose what to see or change", label)


def see_the_chart(window):
    expect(window.private.last.locator("img[alt*='Spending by day']")).to_have_js_property(
        "naturalWidth", 900
    )


def look_at_moderation(window, photograph):
    open_part(window, "Moderation")
    expect(window.private.last).to_contain_text("This server's rules")
    window.press("Words and patterns", under=window.private.last)
    window.answer("words", "turnip\nbeetroot")
    window.answer("patterns", "c[a4]bb[a4]ge")
    window.submit()
    expect(window.private.last).to_contain_text("turnip, beetroot")
    window.press("Try a prompt", under=window.private.last)
    window.answer("prompt", "a C4bbage in the rain")
    window.submit()
    expect(window.private.last).to_contain_text("I'd refuse it here")
    photograph("admin-moderation")


def be_refused(window, photograph):
    open_part(window, "Budget")
    window.press("Member budget", under=window.private.last)
    window.answer("micros_per_day", "0.50")
    window.submit()
    expect(window.private.last).to_contain_text("US dollars a day: $0.50")
    order(window)
    expect(window.private.last).to_contain_text("doesn't cover this video")
    photograph("refused-budget")
