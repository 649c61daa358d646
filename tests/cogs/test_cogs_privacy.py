"""`/privacy`: what is kept of a member, all of it in a file, and its end."""

import io
import json
import zipfile

import pytest

from tests.cogs.photos import photo
from tests.support.house import PROMPT, answer_to, public


async def ask(house, subcommand, actor=None, **where):
    """Run a subcommand of `/privacy`."""
    return await (actor or house.ann).slash(where.get("room", house.room), f"privacy {subcommand}")


def answer_text(pressed):
    """Return what an answer says."""
    return (pressed.response or answer_to(pressed)).content


async def test_what_is_kept_is_told_with_how_long(house):
    await house.video()
    await house.delivered()
    said = answer_text(await ask(house, "show"))
    assert "1 order with its prompt" in said
    assert "$0.29" in said
    assert "30 days" in said
    assert "90 days" in said


async def test_who_has_ordered_nothing_is_told_so(house):
    assert "no prompts" in answer_text(await ask(house, "show", house.ben))


async def test_all_of_it_comes_by_direct_message_and_nothing_of_others(house):
    await house.video(image=("kite.png", photo()))
    await house.video(house.ben, prompt="what ben wants")
    await house.delivered(count=2)

    assert "Sent" in answer_text(await ask(house, "export"))

    (message,) = [found for found in house.direct() if found.attachments]
    archive = zipfile.ZipFile(io.BytesIO(await message.attachments[0].read()))
    document = json.loads(archive.read("clapper.json"))
    assert [order["prompt"] for order in document["orders"]] == [PROMPT]
    assert len([name for name in archive.namelist() if name.startswith("files/")]) == 2
    assert b"what ben wants" not in archive.read("clapper.json")


async def deletes(house, word="DELETE", actor=None):
    """Fill in the form of `/privacy delete`."""
    form = await ask(house, "delete", actor)
    return await (actor or house.ann).submit_modal(form, {"word": word})


async def test_everything_of_a_member_goes_and_nothing_of_others(house):
    await house.video(image=("kite.png", photo()))
    await house.video(house.ben, prompt="what ben wants")
    await house.delivered(count=2)

    assert "Deleted" in answer_text(await deletes(house))

    mine, bens = house.rows()
    assert (mine["erased_at"] is not None, PROMPT in mine["request_json"]) == (True, False)
    assert (bens["erased_at"], "what ben wants" in bens["request_json"]) == (None, True)
    left = [
        path.name for folder in ("frames", "videos") for path in (house.settings.data_dir / folder).iterdir()
    ]
    assert [name for name in left if mine["key"] in name] == []
    (message,) = await house.until(
        lambda: seen if len(seen := public(house.room)) == 1 else None, "ben's video alone"
    )
    assert "what ben wants" in message.content


@pytest.mark.parametrize("word", ["", "delet", "no"])
async def test_without_the_word_nothing_is_deleted(house, word):
    await house.video()
    await house.delivered()
    assert "Nothing was deleted" in answer_text(await deletes(house, word or "-"))
    assert house.rows()[0]["erased_at"] is None


async def test_what_waits_is_cancelled_and_what_is_under_way_goes_when_it_has_ended(build_house):
    house = await build_house(settings={"max_running_jobs": 1}, render_seconds=60)
    await house.video()
    await house.until_job("state = 'rendering'")
    await house.video(prompt="it waits")

    said = answer_text(await deletes(house))

    assert "1 video is still running" in said
    running, waiting = house.rows()
    assert (waiting["state"], waiting["erased_at"] is not None) == ("cancelled", True)
    assert running["erased_at"] is None


async def test_the_form_works_after_a_restart(house):
    await house.video()
    await house.delivered()
    form = await ask(house, "delete")
    await house.restart()
    assert "Deleted" in answer_text(await house.ann.submit_modal(form, {"word": "delete"}))


CANARY = "zq-canary-of-a-prompt-7731"


async def test_after_that_neither_disk_nor_log_holds_what_was_written_and_never_a_key(house, caplog):
    caplog.set_level("DEBUG")
    key = house.settings.hailuo_api_key.get_secret_value()
    await house.video(prompt=f"a kite {CANARY}", image=("kite.png", photo()))
    await house.video(prompt=f"private {CANARY}", private=True)
    await house.until(lambda: len(house.rows("state = 'delivered'")) == 2, "two delivered videos")
    assert holders(house, CANARY) != []  # the search finds what is there
    assert await deletes(house)
    await house.until(lambda: len(house.rows("erased_at IS NOT NULL")) == 2, "two erased orders")

    assert holders(house, CANARY) == []
    assert holders(house, key) == []
    assert [record.getMessage() for record in caplog.records if key in record.getMessage()] == []
    told = [record for record in caplog.records if record.levelname != "DEBUG"]
    assert [record.getMessage() for record in told if CANARY in record.getMessage()] == []


def holders(house, text):
    """Return the files of the installation, the write-ahead log among them, that hold a text."""
    files = [path for path in house.settings.data_dir.rglob("*") if path.is_file()]
    return [path.name for path in files if text.encode() in path.read_bytes()]
