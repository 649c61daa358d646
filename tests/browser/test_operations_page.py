"""The operator's page in Chromium: it is laid out in light and dark, on a screen and on a phone, and loads nothing else."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.served_page import served
from tests.telemetry.sample_facts import busy_day, quiet_day

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.timeout(120)]

SCREEN, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
TOKEN = "canary-token-0123456789"


@pytest.fixture
def open_page(browser):
    """Return a function that opens an address in a window of its own; what the browser complains of fails the test."""
    complaints, requested = [], []

    def open_at(url: str, *, dark: bool = False, size: dict = SCREEN) -> Page:
        page = browser.new_page(viewport=size, color_scheme="dark" if dark else "light")
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requested.append(request.url))
        page.goto(url)
        return page

    yield open_at
    assert complaints == []
    assert {url.partition("//")[2].partition(":")[0] for url in requested} <= {"127.0.0.1"}


def colours(page: Page) -> tuple[str, str]:
    """Return ground and ink of the page."""
    return tuple(
        page.evaluate("() => ['backgroundColor', 'color'].map(key => getComputedStyle(document.body)[key])")
    )


def brightness(colour: str) -> float:
    return sum(map(float, re.findall(r"[\d.]+", colour)[:3])) / 3


def test_a_busy_day_on_a_screen(open_page, keep):
    with served(busy_day()) as shown:
        page = open_page(shown.url)

        expect(page.locator("h1")).to_have_text("Clapper")
        expect(page.locator(".alarm")).to_contain_text("1 order of unknown outcome")
        expect(page.locator(".large rect.bar")).to_have_count(14)
        expect(page.get_by_role("row", name="rendering")).to_have_count(3)
        keep("operations-page", page.screenshot(full_page=True))


@pytest.mark.parametrize("dark", [False, True])
def test_light_and_dark_follow_the_reader_and_can_be_read(open_page, dark):
    with served(busy_day()) as shown:
        page = open_page(shown.url, dark=dark)
        ground, ink = map(brightness, colours(page))

    assert (ground < 60) is dark
    assert abs(ground - ink) > 150


@pytest.mark.parametrize("facts", [busy_day(), quiet_day()], ids=["busy", "quiet"])
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["screen", "phone"])
def test_nothing_stands_over_the_edge(open_page, facts, size):
    with served(facts) as shown:
        page = open_page(shown.url, size=size)
        over = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    assert over <= 0


def test_the_page_is_up_to_date_after_its_refresh(open_page):
    with served(busy_day()) as shown:
        page = open_page(shown.url)
        shown.facts = quiet_day()
        expect(page.get_by_text("nothing waits")).to_be_visible(timeout=30_000)


@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["screen", "phone"])
def test_the_operator_pauses_and_looks_for_a_job(open_page, keep, size):
    with served(busy_day(can_act=True), token=TOKEN) as shown:
        page = open_page(f"{shown.url}/?token={TOKEN}", size=size)
        page.get_by_role("button", name="Pause everywhere").click()
        expect(page.get_by_role("status")).to_contain_text("Paused everywhere")
        keep(f"operations-acts-{size['width']}", page.screenshot(full_page=True))
        assert shown.acts == 1

        page.get_by_role("link", name="Find a job").click()
        page.get_by_label("Reference of a video").fill("1a2b3c4d")
        page.get_by_role("button", name="Find").click()
        expect(page.locator("main")).to_contain_text("reference=1a2b3c4d")
        keep(f"operations-find-{size['width']}", page.screenshot(full_page=True))


def test_the_token_in_the_address_is_gone_once_the_page_is_open(open_page):
    with served(busy_day(), token=TOKEN) as shown:
        page = open_page(f"{shown.url}/?token={TOKEN}")

        expect(page.locator("h1")).to_have_text("Clapper")
        expect(page.locator(".figure").first).to_have_css("font-size", "30px")
        assert page.url == f"{shown.url}/"
        page.reload()
        expect(page.locator("h1")).to_have_text("Clapper")
        assert page.evaluate("() => document.cookie") == ""
