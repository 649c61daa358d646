"""What a member sees and presses, one after the other, in English and in Chinese, with a picture of each."""

import pytest
from playwright.sync_api import Locator, expect

from demo.studio import hills
from tests.browser.discord_window import PATIENCE_MS, DiscordWindow, is_halfway

pytestmark = [pytest.mark.proof, pytest.mark.browser, pytest.mark.process, pytest.mark.timeout(400)]

PROMPT = "the sun rises over the hills"
SUNRISE = "太阳从山丘后升起"


def test_forms_sketches_buttons_menus_and_lists_work(window: DiscordWindow, photograph):
    order_by_form(window, photograph)
    look_at_the_queue(window, photograph)
    look_at_a_sketch(window, photograph)
    break_a_rule(window, photograph)
    result = wait_for_the_video(window, photograph)
    press_the_buttons(window, photograph, result)
    use_the_menu_of_a_message(window, photograph, result)
    look_at_the_list(window, photograph)
    look_at_the_rest(window, photograph)
    assert window.complaints == []


def test_in_chinese_they_work_too(window: DiscordWindow, photograph):
    choose_chinese(window, photograph)
    order_in_chinese(window, photograph)
    result = watch_it_in_chinese(window, photograph)
    see_a_sketch_and_a_refusal_in_chinese(window, photograph)
    continue_in_chinese(window, photograph, result)
    look_at_the_list_in_chinese(window, photograph)
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


def look_at_the_queue(window, photograph):
    window.run("queue")
    expect(window.private.last).to_contain_text("@Ann · 6 s · 768p · Hailuo 2.3")
    photograph("queue")


def look_at_a_sketch(window, photograph):
    ask_for_a_sketch(window, PROMPT)
    expect(window.private.last).to_contain_text("Camera preview")
    see_it_play(window.private.last)
    photograph("sketch")


def ask_for_a_sketch(window, prompt):
    window.start_command("video")
    window.fill("prompt", prompt)
    window.choose("camera", "", typed="push")
    window.attach("image", "hills.png", hills())
    window.choose("sketch", "True")
    window.send()


def see_it_play(message):
    expect(message.locator("video")).to_have_js_property("readyState", 4, timeout=PATIENCE_MS)


def break_a_rule(window, photograph):
    ask_for_too_much(window, PROMPT)
    refusal = window.private.last
    expect(refusal).to_contain_text("1080p works with 6 seconds only")
    expect(refusal.get_by_role("button", name="10 s at 768p")).to_be_visible()
    photograph("refused")


def ask_for_too_much(window, prompt):
    window.start_command("video")
    window.fill("prompt", prompt)
    window.choose("duration", "10")
    window.choose("resolution", "1080p")
    window.send()


def wait_for_the_video(window, photograph) -> Locator:
    result = window.public.filter(has=window.page.locator("video")).first
    expect(result).to_be_visible(timeout=PATIENCE_MS)
    see_it_play(result)
    expect(window.public).to_have_count(2)
    photograph("result", of=result)
    return result


def press_the_buttons(window, photograph, result):
    window.press("Details", under=result)
    expect(window.private.last).to_contain_text("Made by @Ann")
    photograph("details")
    window.press("Re-roll · $0.29", under=result)
    expect(window.private.last).to_contain_text("About $0.")
    photograph("reroll")
    window.press("Undo", under=window.private.last)
    expect(window.private.last).to_contain_text("Cancelled")
    window.press("Remix", under=result)
    window.answer("prompt", "the moon rises over the hills")
    window.submit()
    expect(window.private.last).to_contain_text("About $0.")
    window.press("Undo", under=window.private.last)
    expect(window.private.last).to_contain_text("Cancelled")
    window.press("Delete", under=result)
    expect(window.private.last).to_contain_text("Delete this video permanently?")
    photograph("delete")


def use_the_menu_of_a_message(window, photograph, result):
    menu = window.open_menu(result)
    expect(menu.get_by_role("menuitem")).to_have_text(
        ["Animate this image", "Delete my video", "Report video", "Video details"]
    )
    photograph("menu", stay=True)
    menu.get_by_role("menuitem", name="Video details").click()
    expect(window.private.last).to_contain_text("Made by @Ann")
    window.choose_menu("Animate this image", result)
    expect(window.private.last).to_contain_text("This message has no picture")


def look_at_the_list(window, photograph):
    window.run("jobs")
    expect(window.private.last).to_contain_text("Your videos here")
    window.open_list("Choose a video")
    photograph("jobs")
    window.page.keyboard.press("Escape")


def look_at_the_rest(window, photograph):
    for command, said in (
        ("settings", "Your settings"),
        ("help", "Good to know"),
    ):
        window.run(command)
        expect(window.private.last).to_contain_text(said)
        photograph(command)


def choose_chinese(window, photograph):
    window.run("settings")
    expect(window.private.last).to_contain_text("Your settings")
    window.pick("Language", "简体中文")
    expect(window.private.last).to_contain_text("你的设置")
    photograph("settings-zh")


def order_in_chinese(window, photograph):
    window.run("studio")
    expect(window.form).to_contain_text("视频里发生什么")
    window.answer("prompt", SUNRISE)
    window.hand_in("image", "hills.png", hills())
    photograph("studio-zh")
    window.submit()
    expect(window.private.last).to_contain_text(SUNRISE)
    photograph("queued-zh")


def watch_it_in_chinese(window, photograph) -> Locator:
    window.watch_until(
        lambda: window.player.count() > 0,
        look=lambda: status_text(window),
        on_news=lambda text: photograph("status-zh") if is_halfway(text) else None,
    )
    result = window.public.filter(has=window.page.locator("video")).first
    expect(result).to_contain_text("你的视频好了")
    see_it_play(result)
    expect(window.public).to_have_count(2)
    photograph("result-zh", of=result)
    return result


def status_text(window) -> str:
    newest = window.public.last
    if window.public.count() < 2 or newest.locator("video").count():
        return ""
    return newest.locator(".message-content").inner_text()


def see_a_sketch_and_a_refusal_in_chinese(window, photograph):
    ask_for_a_sketch(window, SUNRISE)
    expect(window.private.last).to_contain_text("运镜预览")
    see_it_play(window.private.last)
    photograph("sketch-zh")
    ask_for_too_much(window, SUNRISE)
    expect(window.private.last).to_contain_text("1080p 只能配 6 秒")
    photograph("refused-zh")


def continue_in_chinese(window, photograph, result):
    window.press("接着拍", under=result)
    window.answer("prompt", "鸟群飞过")
    photograph("continue-zh")
    window.submit()
    expect(window.private.last).to_contain_text("已排队")
    photograph("undo-zh")
    expect(window.public.filter(has=window.page.locator("video"))).to_have_count(2, timeout=PATIENCE_MS)
    expect(window.public.last).to_contain_text("你的视频好了")


def look_at_the_list_in_chinese(window, photograph):
    window.run("jobs")
    expect(window.private.last).to_contain_text("你在这里的视频")
    window.open_list("选择一个视频")
    photograph("jobs-zh")
    window.page.keyboard.press("Escape")
    window.run("help")
    expect(window.private.last).to_contain_text("须知")
    photograph("help-zh")
