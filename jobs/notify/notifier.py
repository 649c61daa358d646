"""How jobs reach people: one Protocol, which `cogs/` implements for Discord.

NotifyError
 +-- TooLarge      the destination refused the size of the file
 +-- Unreachable   there is no point in trying again: gone, forbidden, locked
 +-- TryLater      it may work later; the same call is safe to repeat
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from db.jobs.job import Job
from jobs.orders.order import Order

NONCE_SECONDS = 60.0
"""So long Discord surely remembers a nonce; it documents "the past few minutes"."""


class NotifyError(Exception):
    """A message did not go out."""


class TooLarge(NotifyError):
    """The destination takes no file of this size."""


class Unreachable(NotifyError):
    """The destination cannot be posted to, and trying again will not change that."""


class TryLater(NotifyError):
    """Nothing is known to have gone out; repeating the call is safe."""

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A finished video on its way to the channel of its job."""

    job: Job
    order: Order
    video: Path
    nonce: str  #: at most 25 characters; the same for every try of one result


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDelivery:
    """A finished video that no message can carry: the provider's own link, good until `expires_at` (epoch ms)."""

    job: Job
    order: Order
    url: str
    expires_at: int
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the status message of a job, and its requester's acknowledgement, say."""

    job: Job
    order: Order
    expected_at: int  #: epoch ms at which the result is likely
    was_away: bool = False  #: the first words after a restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Strikes:
    """Refusals by the provider's filter in the last day, beside how many suspend a member."""

    count: int
    limit: int
    until_at: int | None  #: epoch ms: the end of the suspension


class Alert(StrEnum):
    """What an operator is told, once each time that it begins."""

    BALANCE = "balance"  #: the account is empty; nothing is ordered
    LOW_BALANCE = "low_balance"  #: it soon will be
    KEY = "key"  #: the provider refuses the key; nothing is ordered
    OUTAGE = "outage"  #: the provider fails again and again; nothing is ordered for a while
    DATABASE = "database"  #: its file was deleted or replaced; nothing is ordered
    OVER = "over"  #: orders go out again
    LATE = "late"  #: something paid was found out after a person had decided otherwise


class Notifier(Protocol):
    """Speaks to people. Every call is bounded in time and raises `NotifyError` only."""

    async def deliver(self, delivery: Delivery) -> int | None:
        """Post the video; return its message id, None when it was posted before and deleted since."""
        ...

    async def deliver_link(self, delivery: LinkDelivery) -> int | None:
        """Post a link in place of a video that is too large; return as `deliver` does."""
        ...

    async def find_delivered(self, job: Job) -> int | None:
        """Return the message id of a result that is at its destination already, None when it is not there.

        Raises:
            Unreachable: nobody can look there.
        """
        ...

    async def notify_ending(self, job: Job, strikes: Strikes | None = None) -> None:
        """Tell the requester how the job ended, and how they stand with the provider's filter."""
        ...

    async def retract(self, job: Job) -> None:
        """Delete the message of a result; one that is gone already is as good."""
        ...

    async def notify_paused(self, job: Job) -> None:
        """Tell the requester of a waiting job that nothing is ordered for the moment."""
        ...

    async def alert(self, alert: Alert, *, detail: str) -> None:
        """Tell the operator, where they have said how."""
        ...

    async def notify_delivered(self, job: Job) -> None:
        """Tell the requester by direct message where the video was posted."""
        ...

    async def update_reply(self, status: Status) -> None:
        """Bring the requester's private acknowledgement up to date, where that is still possible."""
        ...

    async def post_status(self, status: Status) -> int:
        """Post the status message; return its id."""
        ...

    async def edit_status(self, status: Status) -> None:
        """Bring the status message up to date."""
        ...

    async def delete_status(self, job: Job) -> None:
        """Remove the status message of an ended job."""
        ...


class BusyChannels:
    """Channels with a result on its way: there, status edits step back."""

    def __init__(self) -> None:
        self._deliveries: defaultdict[int, int] = defaultdict(int)
        self._freed: dict[int, asyncio.Event] = {}

    @contextlib.contextmanager
    def hold(self, channel_id: int) -> Generator[None]:
        """Mark a delivery to `channel_id` as under way."""
        self._deliveries[channel_id] += 1
        freed = self._freed.setdefault(channel_id, asyncio.Event())
        try:
            yield
        finally:
            self._deliveries[channel_id] -= 1
            if not self._deliveries[channel_id]:
                del self._deliveries[channel_id], self._freed[channel_id]
                freed.set()

    async def wait_until_free(self, channel_id: int) -> None:
        """Wait until no delivery to `channel_id` is under way."""
        while freed := self._freed.get(channel_id):
            await freed.wait()
