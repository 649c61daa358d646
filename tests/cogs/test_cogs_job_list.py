"""The list of `/jobs`: its groups and pages, each of which works after a restart and for its owner alone."""

import contextlib
import sqlite3

import pytest

from db.jobs.pages import Group
from sandbox.faults import Fault
from tests.support.house import public

ALL = "v1:pick:all:0"


def parts_of(listed):
    """Return the parts under a message by the beginning of their custom ids."""
    parts = [part for row in listed.response.components for part in row["components"]]
    return {":".join(part["custom_id"].split(":")[:2]): part for part in parts}


def videos_of(listed):
    """Return the names of the videos that a list shows."""
    return [option["label"] for option in parts_of(listed)["v1:pick"]["options"]]


def copies_on_disk(house, count):
    """Write `count` further rows like the oldest one, each with its number as its prompt."""
    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        names = [row[1] for row in database.execute("PRAGMA table_info(jobs)") if row[1] != "id"]
        changed = {
            "key": "printf('%016x', :n)",
            "interaction_id": ":n",
            "submit_key": "'s' || :n",
            "request_json": "json_set(request_json, '$.text', 'video ' || :n)",
            "message_id": "message_id + :n",
        }
        values = ", ".join(changed.get(name, name) for name in names)
        for number in range(1, count + 1):
            copy = f"INSERT INTO jobs ({', '.join(names)}) SELECT {values} FROM jobs WHERE id = 1"  # noqa: S608
            database.execute(copy, {"n": number})
        database.commit()


def change(house, sql):
    """Change the rows of all jobs."""
    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        database.execute(f"UPDATE jobs SET {sql}")  # noqa: S608
        database.commit()


@pytest.fixture
async def long_list(house):
    """Return a house in which Ann has 56 videos: 25, 25 and 6."""
    await house.video(prompt="video 0")
    await house.delivered()
    copies_on_disk(house, 55)
    return house


def numbered(first, last):
    return [f"video {number}" for number in range(first, last - 1, -1)]


async def test_the_list_holds_as_many_as_discord_takes_and_leads_to_older_ones(long_list):
    listed = await long_list.ann.slash(long_list.room, "jobs")
    assert videos_of(listed) == numbered(55, 31)
    assert set(parts_of(listed)) == {"v1:group", "v1:pick", "v1:jobs"}
    await long_list.ann.click(listed.response, label="Older")
    assert videos_of(listed) == numbered(30, 6)
    await long_list.ann.click(listed.response, label="Older")
    assert videos_of(listed) == numbered(5, 0)
    assert set(parts_of(listed)) == {"v1:group", "v1:pick", "v1:newer"}


async def test_the_text_shows_the_newest_five_and_says_where_the_others_are(long_list):
    listed = await long_list.ann.slash(long_list.room, "jobs")
    title, *lines, more = listed.response.content.splitlines()
    assert title == "**Your videos here**, newest first"
    assert [line.partition(" · ")[0] for line in lines] == [f"• {name}" for name in numbered(55, 51)]
    assert more == "-# The menu below has more."


async def test_each_line_has_the_state_the_age_and_the_way_to_the_message(house):
    await house.video(prompt="a **red** kite")
    (result,) = await house.delivered()
    row = house.rows()[0]
    listed = await house.ann.slash(house.room, "jobs")
    assert listed.response.content.splitlines()[1:] == [
        rf"• a \*\*red\*\* kite · **delivered** · <t:{row['created_at'] // 1000}:R> · {result.jump_url}"
    ]


async def test_newer_leads_back_the_same_way(long_list):
    listed = await long_list.ann.slash(long_list.room, "jobs")
    for label in ("Older", "Older", "Newer"):
        await long_list.ann.click(listed.response, label=label)
    assert videos_of(listed) == numbered(30, 6)
    await long_list.ann.click(listed.response, label="Newer")
    assert videos_of(listed) == numbered(55, 31)
    assert "v1:newer" not in parts_of(listed)


async def test_pages_work_after_a_restart(long_list):
    listed = await long_list.ann.slash(long_list.room, "jobs")
    await long_list.restart()
    await long_list.ann.click(listed.response, label="Older")
    await long_list.restart()
    await long_list.ann.click(listed.response, label="Newer")
    assert videos_of(listed) == numbered(55, 31)


async def test_back_leads_to_the_page_from_which_a_video_was_opened(long_list):
    listed = await long_list.ann.slash(long_list.room, "jobs")
    for label in ("Older", "Older", "Newer"):
        await long_list.ann.click(listed.response, label=label)
    pick = parts_of(listed)["v1:pick"]
    await long_list.ann.select(listed.response, [pick["options"][3]["value"]], custom_id=pick["custom_id"])
    assert "video 27" in listed.response.content
    await long_list.restart()
    await long_list.ann.click(listed.response, label="Back to the list")
    assert videos_of(listed) == numbered(30, 6)


async def test_each_group_shows_its_own_videos(build_house):
    house = await build_house(settings={"max_running_jobs": 1})
    await house.video(prompt="delivered one")
    await house.delivered()
    house.sandbox.faults.add(Fault.parse("moderated"))
    await house.video(prompt="failed one")
    await house.until_job("state = 'failed' AND told_at IS NOT NULL")
    listed = await house.ann.slash(house.room, "jobs")
    assert videos_of(listed) == ["failed one", "delivered one"]
    await house.ann.select(listed.response, ["delivered"], custom_id="v1:group")
    assert videos_of(listed) == ["delivered one"]
    assert [o["value"] for o in parts_of(listed)["v1:group"]["options"] if o["default"]] == ["delivered"]
    await house.ann.select(listed.response, ["failed"], custom_id="v1:group")
    assert videos_of(listed) == ["failed one"]
    await house.ann.select(listed.response, ["under_way"], custom_id="v1:group")
    assert "No videos match this filter" in listed.response.content
    assert set(parts_of(listed)) == {"v1:group"}


async def test_a_chosen_group_stays_chosen_over_pages_of_videos_and_restarts(long_list):
    change(long_list, "state = CASE WHEN id % 2 THEN 'delivered' ELSE 'failed' END")
    listed = await long_list.ann.slash(long_list.room, "jobs")
    await long_list.restart()
    await long_list.ann.select(listed.response, ["delivered"], custom_id="v1:group")
    await long_list.ann.click(listed.response, label="Older")
    assert videos_of(listed) == ["video 4", "video 2", "video 0"]
    pick = parts_of(listed)["v1:pick"]
    await long_list.ann.select(listed.response, [pick["options"][0]["value"]], custom_id=pick["custom_id"])
    await long_list.restart()
    await long_list.ann.click(listed.response, label="Back to the list")
    assert videos_of(listed) == ["video 4", "video 2", "video 0"]
    await long_list.ann.click(listed.response, label="Newer")
    assert len(videos_of(listed)) == 25
    assert set(videos_of(listed)) == {f"video {number}" for number in range(6, 56, 2)}


@pytest.mark.parametrize(
    ("custom_id", "more"),
    [
        ("v1:jobs:all:0", {"component_type": 2}),
        ("v1:jobs:all:999999999999999999", {"component_type": 2}),
        ("v1:newer:all:0", {"component_type": 2}),
        ("v1:group", {"component_type": 3, "values": ["delivered"]}),
    ],
)
async def test_a_forged_press_lists_the_presser_s_own_videos(house, custom_id, more):
    await house.video(prompt="my secret")
    await house.delivered()
    await house.video(house.ben, prompt="a video of ben")
    await house.delivered(count=2)
    listed = await house.ann.slash(house.room, "jobs")
    await house.forge(house.ben, listed.response, custom_id=custom_id, **more)
    assert videos_of(listed) == ["a video of ben"]


@pytest.mark.parametrize("values", [["everything"], [], ["all", "failed"]])
async def test_a_forged_group_is_refused_or_read_as_its_first(house, values):
    await house.video()
    await house.delivered()
    listed = await house.ann.slash(house.room, "jobs")
    forged = await house.forge(
        house.ann, listed.response, custom_id="v1:group", component_type=3, values=values
    )
    assert bool(forged.followups) is (values != ["all", "failed"])


async def test_cancelling_from_a_page_leads_back_to_the_page_of_the_list(build_house):
    house = await build_house(settings={"max_running_jobs": 1}, render_seconds=60)
    await house.video(house.ben)
    await house.until_job("state = 'rendering'")
    await house.video(prompt="never mind")
    listed = await house.ann.slash(house.room, "jobs")
    await house.ann.select(listed.response, ["under_way"], custom_id="v1:group")
    await house.ann.select(listed.response, [house.rows()[1]["key"]], custom_id="v1:pick:under_way:0")
    await house.restart()
    await house.ann.click(listed.response, label="Cancel")
    assert "Cancelled" in listed.response.content
    await house.ann.click(listed.response, label="Back to the list")
    assert "No videos match this filter" in listed.response.content


async def test_showing_a_private_video_again_shows_it_to_its_owner_alone(house):
    await house.video()
    (result,) = await house.delivered()
    change(house, "route = 'private'")
    listed = await house.ann.slash(house.room, "jobs")
    await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id=ALL)
    shown = await house.ann.click(listed.response, label="Show again")
    assert shown.ephemeral
    assert shown.response.attachments
    assert public(house.room) == [result]


async def test_a_private_video_that_never_arrived_goes_to_direct_messages_again(house):
    await house.video()
    (result,) = await house.delivered()
    change(
        house,
        "route = 'private', state = 'failed', reason = 'undeliverable', message_id = NULL, told_at = 1",
    )
    closed = house.closed_room(send_messages=False)
    listed = await house.ann.slash(closed, "jobs")
    await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id=ALL)
    shown = await house.ann.click(listed.response, label="Show again")
    assert "to your DMs" in shown.response.content
    await house.until_job("state = 'delivered'")
    (direct,) = house.direct()
    assert direct.attachments
    assert public(house.room) == [result]
    assert public(closed) == []


async def test_what_came_to_nothing_and_cost_nothing_can_be_tried_again_from_its_page_after_a_restart(house):
    house.sandbox.faults.add(Fault.parse("fails_provider"))
    await house.video(prompt="once more")
    failed = await house.until_job("state = 'failed' AND told_at IS NOT NULL")
    listed = await house.ann.slash(house.room, "jobs")
    await house.ann.select(listed.response, [failed["key"]], custom_id=ALL)
    await house.restart()
    pressed = await house.ann.click(listed.response, label="Try again · $0.29")
    assert pressed.ephemeral
    retried = await house.until_job("relation = 'retry'")
    assert (retried["parent_id"], retried["user_id"]) == (failed["id"], house.ann.id)


async def test_what_was_delivered_offers_no_second_try(house):
    await house.video()
    await house.delivered()
    listed = await house.ann.slash(house.room, "jobs")
    await house.ann.select(listed.response, [house.rows()[0]["key"]], custom_id=ALL)
    assert set(parts_of(listed)) == {"v1:again", "v1:jobs"}


def test_every_group_can_stand_in_a_custom_id():
    assert all(len(f"v1:cancel:{'0' * 16}:{group}:{'9' * 18}") <= 100 for group in Group)
