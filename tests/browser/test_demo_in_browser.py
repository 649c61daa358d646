"""The promise of the demo: a newcomer types `/video`, attaches a picture, and watches the video arrive."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from demo.studio import hills
from tests.browser.discord_window import BAR, PATIENCE_MS, DiscordWindow, is_halfway

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(400)]


def test_a_picture_typed_into_video_comes_back_as_a_playing_video(window: DiscordWindow, photograph):
    expect(window.public).to_contain_text("Welcome to Clapper Studio")

    window.start_command("video")
    window.fill("prompt", "the sun rises over the hills")
    window.attach("image", "hills.png", hills())
    window.choose("duration", "6")
    window.choose("resolution", "768p")
    window.choose("camera", "Push in", typed="push")
    photograph("demo-command")
    window.send()

    expect(window.private).to_have_count(1)
    statuses = window.watch_until(
        lambda: window.player.count() > 0,
        look=lambda: status_text(window),
        on_news=lambda text: photograph("demo-status") if is_halfway(text) else None,
    )
    assert any(BAR in text for text in statuses), f"no progress was ever shown: {statuses}"

    expect(window.public).to_have_count(2, timeout=PATIENCE_MS)
    expect(window.private.locator("a.mention")).to_have_text("#videos › 💬")
    assert play(window) > 1.0

    window.start_command("jobs")
    window.send()
    expect(window.private).to_have_count(2)
    expect(window.private.last).to_contain_text("Choose")
    assert window.complaints == []


def test_a_refusal_is_an_answer_in_private_and_the_page_goes_on(window: DiscordWindow):
    window.start_command("video")
    window.fill("prompt", "the sun rises over the hills")
    window.choose("resolution", "1080p")
    window.choose("duration", "10")
    window.attach("image", "hills.png", hills())
    window.send()
    expect(window.private).to_contain_text("1080p works with 6 seconds only")
    expect(window.verdict).to_have_text("Action completed")
    assert window.complaints == []


def test_a_picture_of_the_wrong_shape_is_shown_as_it_would_fit_and_one_press_goes_on(
    window: DiscordWindow, photograph
):
    window.start_command("video")
    window.fill("prompt", "the sun rises over the hills")
    window.attach("image", "panorama.png", panorama())
    window.send()
    offer = window.private.last
    expect(offer).to_contain_text("wider than 5:2", timeout=PATIENCE_MS)
    shown = offer.locator("img[alt*='fits']")
    expect(shown).to_have_js_property("complete", True)
    expect(shown).not_to_have_js_property("naturalWidth", 0, timeout=PATIENCE_MS)
    window.look_at(offer)
    photograph("picture-fit")
    window.press("Use this", under=offer)
    expect(offer).not_to_contain_text("wider than 5:2", timeout=PATIENCE_MS)
    expect(window.player).not_to_have_count(0, timeout=PATIENCE_MS)
    assert window.complaints == []


def panorama() -> bytes:
    """Return hills that are three times as wide as they are high."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(hills())) as picture:
        picture.crop(
            (
                0,
                picture.height // 2 - picture.width // 6,
                picture.width,
                picture.height // 2 + picture.width // 6,
            )
        ).save(file, "PNG")
    return file.getvalue()


def test_the_camera_offers_its_moves_before_anything_is_typed(window: DiscordWindow):
    window.start_command("video")
    window.add("camera")
    expect(window.page.locator(".command-suggestion", has_text="Push in")).to_be_visible()


def test_ctrl_c_ends_the_demo_with_success(window: DiscordWindow, demo):
    assert demo.stop() == 0


def test_ending_the_session_in_the_page_ends_the_demo_with_success(window: DiscordWindow, demo):
    window.page.locator(".session-menu summary").click()
    window.page.locator("#close").click()
    assert demo.process.wait(timeout=20) == 0


def status_text(window: DiscordWindow) -> str:
    """Return the text of the newest public message while it is a status, so not the welcome nor the result."""
    newest = window.public.last
    if window.public.count() < 2 or newest.locator("video").count():
        return ""
    return newest.locator(".message-content").inner_text()


def play(window: DiscordWindow) -> float:
    """Press *Play* and return how many seconds of the video have gone by a little later."""
    video = window.player.last
    expect(video).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)
    window.page.locator(".media-player-button", has_text="Play").last.click()
    window.page.wait_for_timeout(2_000)
    return video.evaluate("video => video.currentTime")
