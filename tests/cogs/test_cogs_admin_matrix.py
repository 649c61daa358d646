"""Who may do what on `/admin`: every part of it, every button and select, every form, for everybody who could try."""

import contextlib
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord
import pytest
import simcord
from simcord import InteractionResult, interactions

from cogs.admin._cog import ADMIN_FORMS, ADMIN_ITEMS
from cogs.admin.home import Part
from cogs.results.moderators import BlockButton
from cogs.text.catalogue import LANGUAGES
from sandbox.faults import Fault, FaultName
from tests.cogs.managers import admin_in_spite_of_discord, manager_of, moderator_of
from tests.support.house import House

REFUSED = LANGUAGES.english("managers-decide")
BUTTON, SELECT, USERS, ROLES, CHANNELS = 2, 3, 5, 6, 8


class Who(StrEnum):
    """People and the place from which they try."""

    MANAGER = "a manager, here"
    MEMBER = "a member, here"
    MODERATOR = "a moderator who may not manage the server, here"
    FOREIGN_HERE = "a manager of another server, here as a member"
    FOREIGN_THERE = "a manager of another server, there"
    DIRECT = "a manager, in direct messages"


REFUSED_ONES = (Who.MEMBER, Who.MODERATOR, Who.FOREIGN_HERE, Who.DIRECT)


@dataclass
class Scene:
    """A server with a job that waits and one of unknown outcome, and everybody at their places."""

    house: House
    stands: dict[Who, tuple[simcord.MemberActor, simcord.ChannelHandle]]
    keys: dict[str, str]
    shown: simcord.ResponseMessage

    def id_of(self, custom_id: str) -> str:
        """Fill in what only this scene knows."""
        return custom_id.format(ann=self.house.ann.id, role=self.house.guild.default_role.id, **self.keys)

    def on_disk(self) -> list[Any]:
        """Return everything that a manager could change in the server."""
        path = self.house.settings.data_dir / "clapper.db"
        here = {"here": self.house.guild.id}
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return [
                database.execute(
                    f"SELECT * FROM {table} WHERE guild_id = :here ORDER BY 1, 2",  # noqa: S608 - our own tables
                    here,
                ).fetchall()
                for table in ("guilds", "blocks", "pauses", "audit", "jobs")
            ]

    async def command(self, who: Who) -> InteractionResult:
        """Run the command."""
        actor, room = self.stands[who]
        return await admin_in_spite_of_discord(self.house, actor, room=room)

    async def press(self, who: Who, press: dict[str, Any]) -> InteractionResult:
        """Press a button, or choose in a select, that was never shown."""
        actor, room = self.stands[who]
        data = press | {"custom_id": self.id_of(press["custom_id"])}
        if "values" in press:
            data["values"] = [self.id_of(value) for value in press["values"]]
        shown = self.shown if who is not Who.FOREIGN_THERE else (await self.command(who)).response
        return await self.house.forge(actor, shown, room=room, **data)

    async def send_off(self, who: Who, custom_id: str, fields: dict[str, str]) -> InteractionResult:
        """Send a form off that was never opened; its field "member" is a select of members, which names Ann."""
        actor, room = self.stands[who]
        backend = self.house.env.backend
        ann = {"id": str(self.house.ann.id), "username": "ann", "discriminator": "0", "avatar": None}
        labels = [
            {"type": 18, "component": {"custom_id": name} | self._field(name, value)}
            for name, value in fields.items()
        ]
        record, event = interactions.base_payload(
            backend,
            type=5,
            channel_id=room.id,
            guild_id=room.guild.id if room.guild else None,
            user_id=actor.id,
            data={
                "custom_id": f"{self.id_of(custom_id)}:00000000",
                "components": labels,
                "resolved": {"users": {ann["id"]: ann}},
            },
        )
        backend.emit("INTERACTION_CREATE", event)
        await self.house.env.settle()
        return InteractionResult(self.house.env, record)

    def _field(self, name: str, value: str) -> dict[str, Any]:
        return (
            {"type": USERS, "values": [self.id_of(value)]}
            if name == "member"
            else {"type": 4, "value": value}
        )


@pytest.fixture
async def scene(house):
    """Return a scene in which nothing moves by itself."""
    mia = manager_of(house)
    elsewhere = house.another_server()
    rights = elsewhere.guild.create_role("Managers", permissions=discord.Permissions(manage_guild=True))
    zed = elsewhere.guild.add_member(house.env.create_user("zed"), roles=[rights])
    house.sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
    await house.video()
    unknown = (await house.until_job("state = 'unknown' AND told_at IS NOT NULL"))["key"]
    house.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, "600"))
    asked = await house.video()
    waiting = (await house.until_job("state = 'queued' AND attempt > 0 AND lease_owner IS NULL"))["key"]
    return Scene(
        house=house,
        stands={
            Who.MANAGER: (mia, house.room),
            Who.MEMBER: (house.ben, house.room),
            Who.MODERATOR: (moderator_of(house), house.room),
            Who.FOREIGN_HERE: (house.guild.add_member(zed.user), house.room),
            Who.FOREIGN_THERE: (zed, elsewhere),
            Who.DIRECT: (mia, mia.user.dm_channel),
        },
        keys={"waiting": waiting, "unknown": unknown},
        shown=asked.response,
    )


def button(custom_id):
    return {"component_type": BUTTON, "custom_id": custom_id}


def choice(custom_id, *values, kind=SELECT):
    return {"component_type": kind, "custom_id": custom_id, "values": list(values)}


PRESSES = [
    button("v1:adm:home"),
    *(choice("v1:adm:parts", part) for part in Part),
    button("v1:adm:pause:1"),
    button("v1:adm:pause:0"),
    *(
        button(f"v1:adm:limits:{kind}:{level}")
        for kind in ("limits", "budget")
        for level in ("member", "guild")
    ),
    choice("v1:adm:roles", "{role}", kind=ROLES),
    button("v1:adm:rolelist"),
    *(button(f"v1:adm:role:{action}:{{role}}") for action in ("favour", "unfavour", "plain")),
    button("v1:adm:rolelimits:{role}"),
    choice("v1:adm:channels:allowed", "1", kind=CHANNELS),
    choice("v1:adm:channels:denied", "1", kind=CHANNELS),
    choice("v1:adm:log", kind=CHANNELS),
    choice("v1:adm:unblock", "{ann}"),
    button("v1:adm:people:block"),
    button("v1:adm:people:unblock"),
    *(button(f"v1:server:{rule}:1") for rule in ("others_images", "spoiler_everywhere", "spoiler_here")),
    button("v1:adm:moderation:words"),
    button("v1:adm:moderation:try"),
    button("v1:adm:queue:0"),
    choice("v1:adm:waiting", "{waiting}"),
    button("v1:adm:cancel:{waiting}"),
    button("v1:adm:unknown:0"),
    choice("v1:adm:undecided", "{unknown}"),
    button("v1:adm:decide:resubmit:{unknown}"),
    button("v1:adm:decide:giveup:{unknown}"),
    button("v1:adm:export"),
    button("v1:adm:audit:0"),
    button("v1:block:{waiting}"),
]

FORMS = {
    "v1:adm:limits:limits:member": {"active": "9", "per_day": "9", "cooldown_ms": "9"},
    "v1:adm:limits:limits:guild": {"active": "9", "per_day": "9", "cooldown_ms": "9", "zone": "UTC"},
    "v1:adm:limits:budget:member": {"micros_per_day": "9", "micros_per_month": "9"},
    "v1:adm:limits:budget:guild": {"micros_per_day": "9", "micros_per_month": "9"},
    "v1:adm:rolelimits:{role}": {"active": "9", "per_day": "9"},
    "v1:adm:ban": {"words": "kite", "patterns": "k.te"},
    "v1:adm:try": {"prompt": "kite"},
    "v1:adm:block": {"member": "{ann}", "days": "2"},
    "v1:adm:unblock": {"member": "{ann}"},
}


def said_in(result):
    """Return what an interaction was answered with: answers of its own, or else the message that it changed."""
    answers = list(result.followups) or ([result.response] if result.response else [])
    return "\n".join(answer.content for answer in answers)


def test_no_part_button_select_or_form_is_left_out():
    pressed = [
        press["custom_id"].format(ann=1, role=1, waiting="0" * 16, unknown="0" * 16) for press in PRESSES
    ]
    for item in (*ADMIN_ITEMS, BlockButton):
        pattern = item.__discord_ui_compiled_template__
        assert any(pattern.fullmatch(custom_id) for custom_id in pressed), item
    for form in ADMIN_FORMS:
        sent = [f"{custom_id.format(role=1)}:00000000" for custom_id in FORMS]
        assert any(form.template.fullmatch(custom_id) for custom_id in sent), form


@pytest.mark.parametrize("who", REFUSED_ONES)
async def test_the_command_is_refused_to_whoever_may_not_manage_the_server(scene, who):
    before = scene.on_disk()
    asked = await scene.command(who)
    assert asked.ephemeral
    assert asked.response.content == REFUSED
    assert asked.response.components == []
    assert scene.on_disk() == before


@pytest.mark.parametrize("who", REFUSED_ONES)
async def test_every_press_is_refused_to_whoever_may_not_manage_the_server(scene, who):
    before = scene.on_disk()
    for press in PRESSES:
        pressed = await scene.press(who, press)
        assert said_in(pressed) == REFUSED, press
        assert pressed.modal is None, press
    assert scene.on_disk() == before


@pytest.mark.parametrize("who", REFUSED_ONES)
async def test_every_form_is_refused_to_whoever_may_not_manage_the_server(scene, who):
    before = scene.on_disk()
    for custom_id, fields in FORMS.items():
        sent = await scene.send_off(who, custom_id, fields)
        assert REFUSED in said_in(sent), custom_id
    assert scene.on_disk() == before


async def test_a_manager_of_another_server_reaches_only_that_one(scene):
    before = scene.on_disk()
    assert REFUSED not in said_in(await scene.command(Who.FOREIGN_THERE))
    for press in PRESSES:
        said = said_in(await scene.press(Who.FOREIGN_THERE, press))
        assert REFUSED not in said, press
        assert "Hailuo" not in said, press
    for custom_id, fields in FORMS.items():
        assert REFUSED not in said_in(await scene.send_off(Who.FOREIGN_THERE, custom_id, fields)), custom_id
    assert scene.on_disk() == before


async def test_a_manager_of_the_server_is_refused_nothing(scene):
    assert REFUSED not in said_in(await scene.command(Who.MANAGER))
    for press in PRESSES:
        pressed = await scene.press(Who.MANAGER, press)
        assert pressed.acknowledged, press
        assert REFUSED not in said_in(pressed), press
    for custom_id, fields in FORMS.items():
        assert REFUSED not in said_in(await scene.send_off(Who.MANAGER, custom_id, fields)), custom_id
    entries = await scene.house.env.bot.store.audit.page(scene.house.guild.id, limit=11)
    assert len(entries) == 11
    assert {entry.user_id for entry in entries} == {scene.stands[Who.MANAGER][0].id}


async def test_discord_offers_the_command_to_managers_only(scene):
    for who, (actor, room) in scene.stands.items():
        if room.guild is not None:
            offered = "admin" in actor.available_commands(room)
            assert offered == (who in {Who.MANAGER, Who.FOREIGN_THERE}), who
