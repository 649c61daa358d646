"""A new order, the row that is made of it, and the receipt that is handed back."""

from dataclasses import dataclass, replace

from db.jobs.admission import NewJob, Requester
from db.jobs.job import Job, Relation
from hailuo.request import new_submit_key
from jobs.money.days import Days
from jobs.notify.notifier import DIRECT_MESSAGE_BYTES
from jobs.orders.order import Order


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
