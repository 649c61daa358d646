"""Who may do what to whose job: one table. What is not one's own answers exactly like what does not exist."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from cogs.text.catalogue import LANGUAGES
from hailuo.camera import CameraMove
from tests.guarantees.people import SECRET_PROMPT, Kept, Scene, Who, said_by_the_bot, scene_in
from tests.support.house import was_accepted

ABSENT_KEY = "0" * 16
SAID = LANGUAGES.english


class Ends(StrEnum):
    """How a press can end: done, or with the message of this key."""

    DONE = "done"
    NO_SUCH_JOB = "no-such-job"
    NO_MODERATOR = "moderators-decide"
    NOTHING_TO_DECIDE = "decided-already"


DONE, ABSENT, RIGHTS, DECIDED = Ends.DONE, Ends.NO_SUCH_JOB, Ends.NO_MODERATOR, Ends.NOTHING_TO_DECIDE


@dataclass(frozen=True, slots=True)
class Action:
    """Something that can be done to a job: the press that asks for it, and how to see that it was done."""

    to: Kept
    press: Callable[[str], dict[str, Any]]
    was_done: Callable[[dict[str, Any], Any], bool]  #: given the row afterwards and the answer


def button(action: str) -> Callable[[str], dict[str, Any]]:
    return lambda key: {"component_type": 2, "custom_id": f"v1:{action}:{key}"}


def choice(key: str) -> dict[str, Any]:
    return {"component_type": 3, "custom_id": "v1:pick:all:0", "values": [key]}


ACTIONS = {
    "page": Action(Kept.DELIVERED, choice, lambda _, answer: SECRET_PROMPT in answer.content),
    "again": Action(Kept.DELIVERED, button("again"), lambda _, answer: len(answer.attachments) == 1),
    "post": Action(Kept.UNDELIVERABLE, button("again"), lambda row, _: row["state"] != "failed"),
    "cancel": Action(Kept.WAITING, button("cancel"), lambda row, _: row["state"] == "cancelled"),
    "resubmit": Action(Kept.UNCLEAR, button("resubmit"), lambda row, _: row["state"] != "unknown"),
    "give up": Action(Kept.UNCLEAR_TOO, button("giveup"), lambda row, _: row["state"] == "failed"),
    "delete": Action(Kept.DELIVERED, button("delete"), lambda _, answer: SECRET_PROMPT in answer.content),
    "erase": Action(Kept.UNWANTED, button("erase"), lambda row, _: row["erased_at"] is not None),
    "retry": Action(Kept.FAILED, button("retry"), lambda _, answer: was_accepted(answer.content)),
}

# fmt: off
COLUMNS = ("page", "again", "post", "cancel", "resubmit", "give up", "delete", "erase", "retry")
NOBODY  = (ABSENT, ABSENT,  ABSENT, ABSENT,   RIGHTS,     RIGHTS,    ABSENT,   ABSENT,  ABSENT)
JUDGE   = (ABSENT, ABSENT,  ABSENT, ABSENT,   DONE,       DONE,      DONE,     DONE,    ABSENT)
FOREIGN = (ABSENT, ABSENT,  ABSENT, ABSENT,   DECIDED,    DECIDED,   ABSENT,   ABSENT,  ABSENT)
OWNER   = (DONE,   DONE,    DONE,   DONE,     RIGHTS,     RIGHTS,    DONE,     DONE,    DONE)
# fmt: on
ORDERED_HERE = dict.fromkeys(Who, NOBODY) | {
    Who.OWNER: OWNER,
    Who.MODERATOR: JUDGE,
    Who.FOREIGN_MODERATOR: FOREIGN,
}
ORDERED_DIRECTLY = dict.fromkeys(Who, NOBODY) | {
    Who.OWNER_DIRECT: OWNER,
    Who.MODERATOR: FOREIGN,
    Who.FOREIGN_MODERATOR: FOREIGN,
}


@pytest.fixture(params=["server", "direct messages"])
async def table_and_scene(request, build_house):
    direct = request.param == "direct messages"
    async with scene_in(await build_house(), direct=direct) as scene:
        yield (ORDERED_DIRECTLY if direct else ORDERED_HERE), scene


@pytest.fixture
async def scene(build_house):
    async with scene_in(await build_house(), direct=False) as scene:
        yield scene


def refused_first(table):
    """Return the cells of a table, those that change nothing before those that do."""
    cells = [(who, name, ends) for who, row in table.items() for name, ends in zip(COLUMNS, row, strict=True)]
    return sorted(cells, key=lambda cell: cell[2] is DONE)


def answer_of(pressed):
    """Return the message that answers a press: one of its own, or the pressed message as it was changed."""
    return pressed.followups[0] if pressed.followups else pressed.response


async def ending_of(scene: Scene, who: Who, action: Action) -> Ends | str:
    """Press, and return how it ended; whatever is refused must have changed nothing on disk."""
    key = scene.keys[action.to]
    before = scene.on_disk(key)
    answer = answer_of(await scene.press(who, **action.press(key)))
    assert answer is not None
    refusals = {SAID(ends): ends for ends in Ends if ends is not Ends.DONE}
    if answer.content in refusals:
        assert answer.ephemeral
        assert scene.on_disk(key) == before
        return refusals[answer.content]
    done = action.was_done(scene.row(key), answer)
    return DONE if done else f"neither refused nor done: {answer.content}"


async def test_every_cell_of_the_table_ends_as_it_says(table_and_scene):
    table, scene = table_and_scene
    expected = {(who, name): ends for who, name, ends in refused_first(table)}
    seen = {(who, name): await ending_of(scene, who, ACTIONS[name]) for who, name, _ in refused_first(table)}
    assert {cell: ends for cell, ends in seen.items() if ends != expected[cell]} == {}


async def sent_after(scene, who, press):
    since = len(scene.house.env.http_requests)
    await scene.press(who, **press)
    return said_by_the_bot(scene.house, since)


async def test_what_is_not_one_s_own_answers_byte_for_byte_like_what_does_not_exist(table_and_scene):
    table, scene = table_and_scene
    compared = 0
    for who, name, ends in refused_first(table):
        if ends is DONE:
            continue
        action = ACTIONS[name]
        of_another = await sent_after(scene, who, action.press(scene.keys[action.to]))
        of_nobody = await sent_after(scene, who, action.press(ABSENT_KEY))
        assert of_another == of_nobody, (who, name)
        assert len(of_another) == 2, "an acknowledgement and an answer"
        compared += 1
    assert compared == sum(ends is not DONE for row in table.values() for ends in row)


async def test_lists_show_the_owner_s_jobs_to_the_owner_where_they_were_ordered(table_and_scene):
    table, scene = table_and_scene
    for who, stand in scene.stands.items():
        listed = await stand.slash("jobs")
        is_owner_at_home = table[who][0] is DONE
        assert listed.ephemeral
        if is_owner_at_home:
            options = listed.response.components[1]["components"][0]["options"]
            assert {option["value"] for option in options} == set(scene.keys.values())
        else:
            assert listed.response.content == SAID("jobs-empty"), who
            assert listed.response.components == [], who


async def test_the_camera_option_offers_everybody_the_same_and_nothing_of_anybody_s(scene):
    offered = {who: await stand.autocomplete("") for who, stand in scene.stands.items()}
    moves = [move.english for move in CameraMove]
    assert {tuple(choice["value"] for choice in choices) for choices in offered.values()} == {tuple(moves)}
    for stand in scene.stands.values():
        assert await stand.autocomplete(SECRET_PROMPT) == []


def forged_ids(key):
    """Return ids that no button of ours has, most of them made from one that has."""
    return [
        "v1:cancel:",
        f"v1:cancel:{key[:-1]}",
        f"v1:cancel:{key}0",
        f"v1:cancel:{key.upper()}Z",
        f"v1:cancel:{key}\n",
        f" v1:cancel:{key}",
        f"v2:cancel:{key}",
        f"v1:destroy:{key}",
        f"v0:never:{key}",
        "v0:never",
        "v0:undecided",
        f"v1:cancel:{key}' OR '1'='1",
        "v1:cancel:' OR 1=1 --",
        "v1:again:%",
        "v1:again:________________",
        "v1:resubmit:'; DROP TABLE jobs; --",
        f"v1:giveup:{key}\x00",
        "v1:cancel:" + "9" * 90,
        "x" * 100,
        "\u202e" * 100,
    ]


async def test_an_id_that_is_none_of_ours_reaches_nothing_and_nobody(scene):
    house = scene.house
    before = [scene.on_disk(key) for key in scene.keys.values()]
    since = len(house.env.http_requests)
    for kept in Kept:
        for custom_id in forged_ids(scene.keys[kept]):
            for who in (Who.OWNER, Who.MODERATOR):
                pressed = await scene.press(who, component_type=2, custom_id=custom_id)
                assert not pressed.acknowledged, custom_id
    assert said_by_the_bot(house, since) == []
    assert [scene.on_disk(key) for key in scene.keys.values()] == before


FORGED_CHOICES = (
    [],
    [""],
    [ABSENT_KEY],
    ["' OR '1'='1"],
    ["%"],
    ["________________"],
    ["x" * 100],
    ["\x00"],
    ["1; DROP TABLE jobs"],
    ["\ud800"],  # half an emoji, which no database takes
)


async def test_a_choice_that_was_not_offered_finds_nothing(scene):
    before = [scene.on_disk(key) for key in scene.keys.values()]
    for values in FORGED_CHOICES:
        for who in (Who.OWNER, Who.MODERATOR, Who.OWNER_DIRECT):
            answer = answer_of(
                await scene.press(who, component_type=3, custom_id="v1:pick:all:0", values=values)
            )
            assert answer.ephemeral
            assert answer.content == SAID("no-such-job"), values
    assert [scene.on_disk(key) for key in scene.keys.values()] == before
