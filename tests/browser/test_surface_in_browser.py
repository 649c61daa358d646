"""What a member sees and presses, one after the other, in English and then in Chinese, with a picture of each."""

import pytest
from playwright.sync_api import Locator, expect

from demo.pictures import hills
from tests.browser.discord_window import PATIENCE_MS, DiscordWindow

pytestmark = [pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(240)]

PROMPT = "the sun rises over the hills"


def test_forms_sketches_buttons_lists_and_settings_work_in_english_and_in_chinese(
    window: DiscordWindow, photograph
):
    order_by_form(window, photograph)
    look_at_a_sketch(window, photograph)
    break_a_rule(window, photograph)
    result = wait_for_the_video(window, photograph)
    press_the_buttons(window, photograph, result)
    look_at_the_list(window, photograph)

    choose_chinese(window, photograph)
    continue_in_chinese(window, photograph, result)
    assert window.complaints == []


def order_by_form(window, photograph):
    window.run("studio")
    window.answer("prompt", PROMPT)
    window.hand_in("image", "hills.png", hills())
    photograph("studio")
    window.tick("6 seconds at 768p")
    photograph("studio-below")
    window.submit()
    expect(window.private.last).to_contain_text("6 s · 768p · Hailuo 2.3")
    photograph("queued")


def look_at_a_sketch(window, photograph):
    window.start_command("video")
    window.fill("prompt", PROMPT)
    window.choose("camera", "Push in", typed="push")
    window.attach("image", "hills.png", hills())
    window.choose("sketch", "True")
    window.send()
    sketch = window.private.last
    expect(sketch).to_contain_text("A sketch of the camera")
    expect(sketch.locator("video")).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)
    photograph("sketch")


def break_a_rule(window, photograph):
    window.start_command("video")
    window.fill("prompt", PROMPT)
    window.choose("duration", "10")
    window.choose("resolution", "1080p")
    window.send()
    refusal = window.private.last
    expect(refusal).to_contain_text("1080p goes with 6 seconds only")
    expect(refusal.get_by_role("button", name="10 s at 768p")).to_be_visible()
    photograph("refused")


def wait_for_the_video(window, photograph) -> Locator:
    result = window.public.filter(has=window.page.locator("video")).first
    expect(result).to_be_visible(timeout=PATIENCE_MS)
    expect(result.locator("video")).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)
    photograph("result")
    return result


def press_the_buttons(window, photograph, result):
    window.press("Details", under=result)
    expect(window.private.last).to_contain_text("Made by @Ann")
    photograph("details")
    window.press("Re-roll", under=result)
    expect(window.private.last).to_contain_text("It counts as 1 of your")
    photograph("reroll")
    window.press("Undo", under=window.private.last)
    expect(window.private.last).to_contain_text("Cancelled")
    window.press("Delete", under=result)
    expect(window.private.last).to_contain_text("Delete this video for good?")
    photograph("delete")


def look_at_the_list(window, photograph):
    window.run("jobs")
    expect(window.private.last).to_contain_text("Your videos here")
    window.open_list("Choose a video")
    photograph("jobs")
    window.page.keyboard.press("Escape")


def choose_chinese(window, photograph):
    window.run("settings")
    expect(window.private.last).to_contain_text("Your settings")
    photograph("settings")
    window.pick("Language", "简体中文")
    expect(window.private.last).to_contain_text("你的设置")
    photograph("settings-zh")


def continue_in_chinese(window, photograph, result):
    window.run("studio")
    expect(window.form).to_contain_text("视频里发生什么")
    photograph("studio-zh")
    window.cancel()
    window.press("Continue", under=result)
    window.answer("prompt", "鸟群飞过")
    photograph("continue-zh")
    window.submit()
    expect(window.private.last).to_contain_text("已排队")
    window.run("jobs")
    expect(window.private.last).to_contain_text("你在这里的视频")
    photograph("jobs-zh")
    expect(window.public.filter(has=window.page.locator("video"))).to_have_count(2, timeout=PATIENCE_MS)
    expect(window.public.last).to_contain_text("你的视频好了")
    photograph("result-zh")
