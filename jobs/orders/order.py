"""What a member orders: the order as it is kept on the row, a new order and its receipt, and the rules that it has to keep."""

import json
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any

from db.jobs.admission import NewJob, Requester
from db.jobs.job import Job, Relation
from hailuo.camera import CameraMove
from hailuo.request import VideoRequest, new_submit_key
from jobs.money.limits import Days
from jobs.servers.guild_settings import GuildSettings
from jobs.servers.moderation import found_in

DIRECT_MESSAGE_BYTES = 10 * 1024 * 1024
"""What one file in a direct message may have."""


ERASED = "-"
"""The prompt of an order whose words were deleted: a request has to have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. `text` and `moves` are what the member typed and chose; `request.prompt` is what is sent."""

    request: VideoRequest
    text: str
    moves: tuple[CameraMove, ...] = ()
    first_frame_url: str | None = None  #: where the picture came from; used only where URLs are passed on
    joined_seconds: int | None = None  #: how long the clips are together, where several were joined

    def erased(self) -> "Order":
        """Return the order without what a person wrote or gave; its format stays."""
        request = replace(self.request, prompt=ERASED, has_first_frame=False)
        return Order(request=request, text="", joined_seconds=self.joined_seconds)

    @property
    def seconds(self) -> int:
        """Return how long the video is."""
        return self.joined_seconds or int(self.request.options.duration)

    @property
    def format(self) -> str:
        """Return the label that orders of about the same render time share."""
        options = self.request.options
        return f"{options.model}/{int(options.duration)}s/{options.resolution}"

    def to_json(self) -> str:
        """Return the order as the text of a row."""
        return json.dumps(
            {
                "request": self.request.to_json(),
                "text": self.text,
                "moves": [move.value for move in self.moves],
                "first_frame_url": self.first_frame_url,
                "joined_seconds": self.joined_seconds,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """Rebuild the order of a row."""
        data: dict[str, Any] = json.loads(text)
        return cls(
            request=VideoRequest.from_json(data["request"]),
            text=data["text"],
            moves=tuple(CameraMove(key) for key in data["moves"]),
            first_frame_url=data["first_frame_url"],
            joined_seconds=data.get("joined_seconds"),
        )

    @classmethod
    def of(cls, job: Job) -> "Order":
        """Return the order that `job` carries."""
        return cls.from_json(job.request_json)


def blank(request_json: str) -> str:
    """Return the order of a row without what a person wrote or gave."""
    return Order.from_json(request_json).erased().to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """What is ordered. `picture` is a checked first frame (JPEG bytes)."""

    requester: Requester
    order: Order
    picture: bytes | None = None
    parent_id: int | None = None
    relation: Relation | None = None
    frame_of: str | None = None  #: the kept first frame of another job, in place of `picture`


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An accepted job. `expected_at` is epoch ms; `repeated` when this interaction had made it before."""

    job: Job
    place: int
    expected_at: int
    repeated: bool


def new_job(key: str, new: NewOrder, *, frame: str | None, days: Days, price: int) -> NewJob:
    """Return the row of a new job; `frame` names its kept first frame, `price` is in micro-dollars."""
    requester = new.requester
    return NewJob(
        key=key,
        requester=replace(
            requester, upload_limit=limit_of(requester.upload_limit, private=requester.private)
        ),
        request_json=new.order.to_json(),
        format=new.order.format,
        submit_key=new_submit_key(),
        first_frame=frame,
        parent_id=new.parent_id,
        relation=new.relation,
        usage_day=days.guild.day,
        bot_day=days.bot.day,
        price_micros=price,
    )


def limit_of(of_place: int, *, private: bool) -> int:
    """Return how large a result may be: a private one goes to direct messages, wherever it was ordered."""
    return min(of_place, DIRECT_MESSAGE_BYTES) if private else of_place


class OrderRefused(Exception):
    """Nothing was made and nothing counted."""


class GuildNotAllowed(OrderRefused):
    """`guild_id` is not on the operator's list; 0 stands for direct messages."""

    def __init__(self, guild_id: int) -> None:
        super().__init__(f"guild {guild_id} is not allowed")
        self.guild_id = guild_id


class ChannelNotAllowed(OrderRefused):
    """`allowed` are channels of that server where orders are taken; empty: everywhere else."""

    def __init__(self, channel_id: int, *, allowed: frozenset[int]) -> None:
        super().__init__(f"channel {channel_id} is not allowed")
        self.channel_id = channel_id
        self.allowed = allowed


class WordsNotAllowed(OrderRefused):
    """`found` is the part of the prompt that is not wanted."""

    def __init__(self, found: str) -> None:
        super().__init__("the prompt holds words that are not wanted there")
        self.found = found


def require_allowed(new: NewOrder, rules: GuildSettings, *, allowed_guilds: Set[int]) -> None:
    """Check an order against the operator's and the server's rules. An empty list of servers allows all of them.

    Raises:
        OrderRefused: a rule forbids it.
    """
    guild_id = new.requester.owner.guild_id
    if allowed_guilds and guild_id not in allowed_guilds:
        raise GuildNotAllowed(guild_id)
    _require_channel(new, rules)
    found = found_in(new.order.text, words=rules.banned_words, patterns=rules.banned_patterns)
    if found is not None:
        raise WordsNotAllowed(found)


def _require_channel(new: NewOrder, rules: GuildSettings) -> None:
    here = {new.requester.channel_id} | new.requester.around
    allowed = not rules.allowed_channels or here & rules.allowed_channels
    if here & rules.denied_channels or not allowed:
        raise ChannelNotAllowed(new.requester.channel_id, allowed=rules.allowed_channels)
