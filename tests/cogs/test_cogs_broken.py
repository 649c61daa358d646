"""When something of ours breaks: the member gets a reference, the log a traceback, nobody is left without a word."""

import contextlib
import re
import shutil
import sqlite3

import pytest

from tests.cogs.photos import photo


def reference_in(sentence):
    assert "went wrong on our side" in sentence
    return re.search(r"`([0-9a-f]{8})`", sentence)[1]


def was_logged(caplog, reference):
    (record,) = [record for record in caplog.records if reference in record.getMessage()]
    return record.exc_info is not None


@pytest.fixture
def broken(house):
    """Return a house that is going to break."""
    house.breaks = True
    return house


async def delivered_key(house):
    await house.video()
    await house.delivered()
    return house.rows()[0]["key"]


def spoil_rows(house):
    """Damage every order on disk, as a bad migration would."""
    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        database.execute("UPDATE jobs SET request_json = 'no order'")
        database.commit()


async def test_a_command_that_breaks_answers_with_a_reference_and_logs_the_traceback(broken, caplog):
    frames = broken.settings.data_dir / "frames"
    shutil.rmtree(frames, ignore_errors=True)
    frames.write_text("no folder")
    asked = await broken.video(image=("a.png", photo()))
    assert asked.ephemeral
    assert was_logged(caplog, reference_in(asked.response.content))
    assert broken.nothing_was_spent()


async def test_the_list_that_breaks_answers_too(broken, caplog):
    await delivered_key(broken)
    spoil_rows(broken)
    listed = await broken.ann.slash(broken.room, "jobs")
    assert was_logged(caplog, reference_in(listed.response.content))


async def test_a_choice_from_the_list_that_breaks_answers_privately_and_leaves_the_list(broken, caplog):
    key = await delivered_key(broken)
    listed = await broken.ann.slash(broken.room, "jobs")
    spoil_rows(broken)
    chosen = await broken.ann.select(listed.response, [key], custom_id="v1:pick:all:0")
    (answer,) = chosen.followups
    assert answer.ephemeral
    assert was_logged(caplog, reference_in(answer.content))
    assert "Your videos" in listed.response.content


async def test_back_that_breaks_answers_too(broken, caplog):
    key = await delivered_key(broken)
    listed = await broken.job_page(key)
    spoil_rows(broken)
    pressed = await broken.ann.click(listed.response, label="Back to the list")
    assert was_logged(caplog, reference_in(pressed.followups[0].content))


async def test_show_again_that_breaks_answers_too(broken, caplog):
    key = await delivered_key(broken)
    listed = await broken.job_page(key)
    video = broken.settings.data_dir / "videos" / broken.rows()[0]["video_file"]
    video.unlink()
    video.mkdir()
    pressed = await broken.ann.click(listed.response, label="Show again")
    assert was_logged(caplog, reference_in(pressed.response.content))


@pytest.mark.parametrize("press", ["cancel", "command"])
async def test_presses_and_commands_are_acknowledged_while_the_disk_is_busy(build_house, press):
    house = await build_house(settings={"max_running_jobs": 1}, render_seconds=60)
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    asked = await house.video()
    seen = []

    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        database.execute("BEGIN IMMEDIATE")

        def release_after_callback(_method, path):
            if path.endswith("/callback"):
                seen.append(path)
                database.rollback()

        house.strict.on_request = release_after_callback
        if press == "cancel":
            await house.ann.click(asked.response, label="Cancel")
        else:
            await house.video()
    assert len(seen) == 1
    assert house.rows()[1]["state"] == ("cancelled" if press == "cancel" else "queued")
