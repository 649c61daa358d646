"""The demo on a wide screen: the operator's page stands beside the channel and follows what happens in it."""

import pytest
from playwright.sync_api import expect

from demo.studio import hills
from tests.browser.discord_window import PATIENCE_MS, DiscordWindow, is_halfway

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(400)]

WIDE = {"width": 1680, "height": 900}


@pytest.fixture
def wide_window(browser, demo):
    """Open the demo's address in a wide Chromium."""
    window = DiscordWindow(browser.new_page(viewport=WIDE))
    window.open(demo.url)
    return window


def test_the_operator_sees_a_job_from_its_order_to_its_video(wide_window, keep):
    window, page = wide_window, wide_window.page
    operator = page.frame_locator("iframe.operators-page")
    expect(operator.locator("header")).to_contain_text("ready")
    expect(operator.locator("main")).to_contain_text("Nothing at the moment.")

    window.start_command("video")
    window.fill("prompt", "the sun rises over the hills")
    window.attach("image", "hills.png", hills())
    window.send()
    expect(operator.locator(".stage.rendering")).to_be_visible(timeout=PATIENCE_MS)
    window.watch_until(
        lambda: window.player.count() > 0,
        look=lambda: window.public.last.locator(".message-content").inner_text(),
        on_news=lambda text: keep("demo-operator", page.screenshot()) if is_halfway(text) else None,
    )

    delivered = operator.locator(".card", has_text="Delivered")
    expect(delivered.locator(".figure")).to_have_text("1", timeout=PATIENCE_MS)
    expect(operator.locator("main")).not_to_contain_text("the sun rises")
    assert window.complaints == []


def test_on_a_narrow_screen_it_is_a_link(window: DiscordWindow):
    expect(window.page.locator("iframe.operators-page")).to_be_hidden()
    link = window.page.get_by_role("link", name="Operator's page")
    with window.page.context.expect_page() as opened:
        link.click()
    expect(opened.value.locator("h1")).to_have_text("Clapper")
