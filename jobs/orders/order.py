"""Orders: the order as a row stores it, a new order and its receipt, and the rules that an order must keep."""

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
"""The largest file that Discord takes in a direct message."""


ERASED = "-"
"""The prompt of an order whose words were deleted, because a request must have a prompt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order: the request to the provider, and what the member typed and chose.

    `text` and `moves` are as typed and chosen; `request.prompt` is what the provider gets.
    """

    request: VideoRequest
    text: str
    moves: tuple[CameraMove, ...] = ()
    first_frame_url: str | None = None  #: the picture's address; used only if the provider gets URLs
    joined_seconds: int | None = None  #: total length, if several videos were joined

    def erased(self) -> "Order":
        """Return a copy that keeps the format, without words, camera moves and pictures."""
        request = replace(self.request, prompt=ERASED, has_first_frame=False)
        return Order(request=request, text="", joined_seconds=self.joined_seconds)

    @property
    def seconds(self) -> int:
        """The length of the video in seconds."""
        return self.joined_seconds or int(self.request.options.duration)

    @property
    def format(self) -> str:
        """A label (model, duration, resolution) that orders of about the same render time share."""
        options = self.request.options
        return f"{options.model}/{int(options.duration)}s/{options.resolution}"

    def to_json(self) -> str:
        """Return the order as JSON for the job's row."""
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
        """Parse the order from the JSON of a job's row."""
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
        """Return the order of `job`."""
        return cls.from_json(job.request_json)


def blank(request_json: str) -> str:
    """Return the JSON of an order without words, camera moves and pictures; the format stays."""
    return Order.from_json(request_json).erased().to_json()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order that is not yet accepted, with its requester. `picture` is a checked first frame (JPEG bytes)."""

    requester: Requester
    order: Order
    picture: bytes | None = None
    parent_id: int | None = None
    relation: Relation | None = None
    frame_of: str | None = None  #: the stored first frame of another job, instead of `picture`


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to an accepted order: the job, its place in the queue, and when its result is likely.

    `expected_at` is epoch ms. `repeated` is True if the same Discord interaction had already made this job.
    """

    job: Job
    queue_position: int
    expected_at: int
    repeated: bool


def new_job(key: str, new: NewOrder, *, frame: str | None, days: Days, price: int) -> NewJob:
    """Build the row of a new job; `frame` names its stored first frame, `price` is in micro-dollars."""
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
    """Return the upload limit of a result in bytes; a private result must fit into a direct message."""
    return min(of_place, DIRECT_MESSAGE_BYTES) if private else of_place


class OrderRefused(Exception):
    """Raised if a rule of the operator or of the server forbids an order; no job was made and nothing was counted."""


class GuildNotAllowed(OrderRefused):
    """Raised if the server is not on the operator's list. `guild_id` 0 is direct messages."""

    def __init__(self, guild_id: int) -> None:
        super().__init__(f"guild {guild_id} is not allowed")
        self.guild_id = guild_id


class ChannelNotAllowed(OrderRefused):
    """Raised if the channel does not allow orders.

    `allowed` lists the channels that do; empty: all channels that are not denied.
    """

    def __init__(self, channel_id: int, *, allowed: frozenset[int]) -> None:
        super().__init__(f"channel {channel_id} is not allowed")
        self.channel_id = channel_id
        self.allowed = allowed


class WordsNotAllowed(OrderRefused):
    """Raised if the prompt has words that the server bans; `found` is that part of the prompt."""

    def __init__(self, found: str) -> None:
        super().__init__("the prompt holds words that are not wanted there")
        self.found = found


def require_allowed(new: NewOrder, rules: GuildSettings, *, allowed_guilds: Set[int]) -> None:
    """Check a new order against the operator's list of servers and the server's rules for channels and words.

    An empty list of servers allows all servers.

    Raises:
        OrderRefused: a rule forbids the order.
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
