"""What is asked for, the row that is made of it, and the ticket that is handed back."""

from dataclasses import dataclass

from db.admission import NewJob
from db.desk import Owner
from db.job import Job, Relation, Route
from hailuo.request import new_submit_key
from jobs.days import Days
from jobs.notifier import DIRECT_MESSAGE_BYTES
from jobs.order import Order


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for what, and where it shall appear. `picture` is a checked first frame (JPEG bytes)."""

    owner: Owner
    channel_id: int
    interaction_id: int
    order: Order
    picture: bytes | None
    spoiler: bool
    upload_limit: int  #: bytes per file that the destination takes
    private: bool = False  #: the result goes to direct messages
    may_direct: bool = True  #: it may go there where the channel cannot be posted to
    language: str = "en"
    parent_id: int | None = None
    relation: Relation | None = None
    frame_of: str | None = None  #: the kept first frame of another job, in place of `picture`
    wait_seconds: float = 0  #: how long it can surely be cancelled before it is ordered
    around: frozenset[int] = frozenset()  #: the channel of a thread, and the category of the channel
    role_ids: frozenset[int] = frozenset()  #: the roles of the asker there


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An accepted job. `expected_at` is epoch ms; `repeated` when this interaction had made it before."""

    job: Job
    place: int
    expected_at: int
    repeated: bool


def new_job(key: str, asked: Asked, *, frame: str | None, days: Days, price: int) -> NewJob:
    """Return the row of a new job; `frame` names its kept first frame, `price` is in micro-dollars."""
    return NewJob(
        key=key,
        guild_id=asked.owner.guild_id,
        channel_id=asked.channel_id,
        user_id=asked.owner.user_id,
        interaction_id=asked.interaction_id,
        request_json=asked.order.to_json(),
        format=asked.order.format,
        submit_key=new_submit_key(),
        first_frame=frame,
        spoiler=int(asked.spoiler),
        upload_limit=limit_of(asked.upload_limit, private=asked.private),
        route=Route.PRIVATE if asked.private else Route.CHANNEL,
        may_direct=int(asked.may_direct),
        language=asked.language,
        parent_id=asked.parent_id,
        relation=asked.relation,
        usage_day=days.guild.day,
        bot_day=days.bot.day,
        price_micros=price,
    )


def limit_of(of_place: int, *, private: bool) -> int:
    """Return how large a result may be: a private one goes to direct messages, wherever it was ordered."""
    return min(of_place, DIRECT_MESSAGE_BYTES) if private else of_place
