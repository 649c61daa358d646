"""Who may press what: people, where they stand when they press, and the jobs that they reach for."""

import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import discord
import simcord

from sandbox.faults import Fault, FaultName
from tests.sqlite_file import rows_in
from tests.support.house import House

SECRET_PROMPT = "a surprise that nobody else may read"
LONG_SECONDS = "600"
_KEPT_AS = {
    "waiting": "state = 'queued'",
    "delivered": "state = 'delivered'",
    "undeliverable": "state = 'failed' AND reason = 'undeliverable'",
    "unclear": "state = 'unknown'",
    "unclear too": "state = 'unknown'",
    "unwanted": "state = 'delivered'",
    "failed": "state = 'failed' AND reason = 'provider' AND charged = 0",
}
_AT_REST = (
    "lease_owner IS NULL AND status_message_id IS NULL AND state IN ('queued', 'delivered', 'failed', 'unknown')"
    " AND (reason IS NULL OR told_at IS NOT NULL) AND (state <> 'queued' OR attempt > 0)"
)


class Who(StrEnum):
    """People and the place from which they press."""

    OWNER = "the owner, here"
    MEMBER = "another member, here"
    MODERATOR = "a moderator, here"
    FOREIGN_MODERATOR_HERE = "a moderator of another server, here as a member"
    FOREIGN_MODERATOR = "a moderator of another server, there"
    OWNER_ELSEWHERE = "the owner, in another server"
    OWNER_DIRECT = "the owner, in direct messages"
    MEMBER_DIRECT = "another member, in direct messages"
    MODERATOR_DIRECT = "a moderator, in direct messages"


class Kept(StrEnum):
    """The owner's jobs, one for each thing that can be done to a job."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    UNCLEAR = "unclear"
    UNCLEAR_TOO = "unclear too"
    UNWANTED = "unwanted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Stand:
    """A person at a place. `room.guild` is None in direct messages."""

    actor: simcord.MemberActor
    room: simcord.ChannelHandle

    async def slash(self, name: str, **options: Any) -> simcord.InteractionResult:
        if self.room.guild is None:
            return await self.actor.user.slash(name, **options)
        return await self.actor.slash(self.room, name, **options)

    async def autocomplete(self, typed: str) -> list[dict[str, Any]]:
        if self.room.guild is None:
            return await self.actor.user.autocomplete("video", "camera", typed)
        return await self.actor.autocomplete(self.room, "video", "camera", typed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A house with Ann's jobs in it, all of them at rest, and everybody at their places."""

    house: House
    stands: dict[Who, Stand]
    keys: dict[Kept, str]
    shown: simcord.ResponseMessage  #: a message on which presses are forged

    async def press(self, who: Who, **data: Any) -> simcord.InteractionResult:
        stand = self.stands[who]
        return await self.house.forge(stand.actor, self.shown, room=stand.room, **data)

    def row(self, key: str) -> dict[str, Any]:
        (row,) = self.house.rows(f"key = '{key}'")
        return dict(row)

    def on_disk(self, key: str) -> tuple[Any, ...]:
        """Return all that a press could change: the row, its events, its money, and all counters."""
        path = self.house.settings.data_dir / "clapper.db"
        of_job = "WHERE job_id = (SELECT id FROM jobs WHERE key = :key)"
        events = rows_in(path, f"SELECT * FROM job_events {of_job} ORDER BY id", key=key)  # noqa: S608 - a constant
        ledger = rows_in(path, "SELECT * FROM ledger ORDER BY id")
        counters = rows_in(path, "SELECT * FROM counters ORDER BY scope, guild_id, user_id, period")
        return (self.row(key), events, ledger, counters)


def said_by_the_bot(house: House, since: int) -> list[tuple[str, str, str]]:
    """Return what the bot sent since a request, with what differs between any two interactions left out."""
    varying = re.compile(r"\d{5,}|(?<=/)sim\S+?(?=/|$)|(?<=\d/)[^/]+")
    sent = house.env.http_requests[since:]
    return [(request.method, varying.sub("#", request.path), str(request.json)) for request in sent]


@contextlib.asynccontextmanager
async def scene_in(house: House, *, direct: bool) -> AsyncIterator[Scene]:
    """Order Ann's jobs in the server, or in direct messages, and wait until nothing moves by itself any more."""
    stands = _stands(house)
    home = stands[Who.OWNER_DIRECT if direct else Who.OWNER]
    keys: dict[Kept, str] = {}
    asked = None
    for kept in Kept:
        asked = await _order(house, home, kept)
        keys[kept] = house.rows()[-1]["key"]
        await house.until_job(f"key = '{keys[kept]}' AND {_AT_REST} AND {_KEPT_AS[kept]}")
        house.env.backend.faults.clear()
    assert asked is not None
    assert asked.response is not None
    yield Scene(house=house, stands=stands, keys=keys, shown=asked.response)


async def _order(house: House, home: Stand, kept: Kept) -> simcord.InteractionResult:
    match kept:
        case Kept.WAITING:
            house.sandbox.faults.add(Fault(FaultName.RATE_LIMITED, LONG_SECONDS))
        case Kept.UNCLEAR | Kept.UNCLEAR_TOO:
            house.sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
        case Kept.UNDELIVERABLE:
            _close(house, f"/channels/{home.room.id}/messages", code=50013)
            _close(house, "/users/@me/channels", code=50007)
        case Kept.FAILED:
            house.sandbox.faults.add(Fault(FaultName.FAILS_PROVIDER))
        case Kept.DELIVERED | Kept.UNWANTED:
            pass
    return await home.slash("video", prompt=SECRET_PROMPT)


def _close(house: House, path: str, *, code: int) -> None:
    house.env.inject_error("POST", path, status=403, code=code, times=None)


def _stands(house: House) -> dict[Who, Stand]:
    elsewhere = house.another_server()
    assert elsewhere.guild is not None
    rights = discord.Permissions(manage_messages=True)
    judge, away = [
        guild.add_member(
            house.env.create_user(name), roles=[guild.create_role("Moderators", permissions=rights)]
        )
        for name, guild in (("judge", house.guild), ("away", elsewhere.guild))
    ]
    return {
        Who.OWNER: Stand(house.ann, house.room),
        Who.MEMBER: Stand(house.ben, house.room),
        Who.MODERATOR: Stand(judge, house.room),
        Who.FOREIGN_MODERATOR_HERE: Stand(house.guild.add_member(away.user), house.room),
        Who.FOREIGN_MODERATOR: Stand(away, elsewhere),
        Who.OWNER_ELSEWHERE: Stand(house.ann_in(elsewhere), elsewhere),
        Who.OWNER_DIRECT: Stand(house.ann, house.ann.user.dm_channel),
        Who.MEMBER_DIRECT: Stand(house.ben, house.ben.user.dm_channel),
        Who.MODERATOR_DIRECT: Stand(judge, judge.user.dm_channel),
    }
