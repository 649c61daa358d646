"""The protocol by which jobs notify people. `cogs/` implements it for Discord.

NotifyError
 +-- TooLarge      the destination refused the size of the file
 +-- Unreachable   a retry is useless: the destination is gone, forbidden or locked
 +-- TryLater      a retry may work, and is safe
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
"""How long Discord is sure to remember a nonce; its documentation says "the past few minutes"."""


class NotifyError(Exception):
    """Raised if a message was not sent."""


class TooLarge(NotifyError):
    """Raised if the destination does not accept a file of this size."""


class Unreachable(NotifyError):
    """Raised if the destination cannot be posted to, and a retry will not change that."""


class TryLater(NotifyError):
    """Raised if, as far as is known, nothing was sent; repeating the call is safe."""

    def __init__(self, detail: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A finished video that is to be posted to the channel of its job."""

    job: Job
    order: Order
    video: Path
    nonce: str  #: at most 25 characters; the same for every try of one result


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDelivery:
    """A finished video that is too large for a message, as the provider's own link.

    The link works until `expires_at` (epoch ms).
    """

    job: Job
    order: Order
    url: str
    expires_at: int
    nonce: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """The content of a job's status message and of the private reply to its requester."""

    job: Job
    order: Order
    expected_at: int  #: epoch ms when the result is likely
    was_away: bool = False  #: this is the first update since a restart


@dataclass(frozen=True, slots=True, kw_only=True)
class Strikes:
    """Refusals of a member's orders by the provider's filter in the last day, and how many of them suspend."""

    count: int
    limit: int
    until_at: int | None  #: epoch ms: the end of the suspension


class Alert(StrEnum):
    """The kinds of alerts to the operator; each is sent once whenever its condition begins."""

    BALANCE = "balance"  #: the account is empty; nothing is ordered
    LOW_BALANCE = "low_balance"  #: the account will soon be empty
    KEY = "key"  #: the provider refuses the key; nothing is ordered
    OUTAGE = "outage"  #: the provider fails again and again; nothing is ordered for a while
    DATABASE = "database"  #: the database's file was deleted or replaced; nothing is ordered
    OVER = "over"  #: a pause or another alert is over; ordering goes on
    LATE = "late"  #: a paid result was found after a person had decided otherwise


class Notifier(Protocol):
    """Protocol of the messages to people. Every call is bounded in time and raises only `NotifyError`."""

    async def deliver(self, delivery: Delivery) -> int | None:
        """Post the video; return the message's id, or None if it was posted before and has been deleted since."""
        ...

    async def deliver_link(self, delivery: LinkDelivery) -> int | None:
        """Post a link instead of a video that is too large; return the same as `deliver`."""
        ...

    async def find_delivered(self, job: Job) -> int | None:
        """Return the message's id if the result was already posted to its destination, else None.

        Raises:
            Unreachable: the destination cannot be searched.
        """
        ...

    async def notify_ending(self, job: Job, strikes: Strikes | None = None) -> None:
        """Notify the requester how the job ended, and of their strikes, if `strikes` is given."""
        ...

    async def retract(self, job: Job) -> None:
        """Delete the message of a result; succeed if the message is already gone."""
        ...

    async def notify_paused(self, job: Job) -> None:
        """Notify the requester of a waiting job that ordering is paused."""
        ...

    async def alert(self, alert: Alert, *, detail: str) -> None:
        """Send an alert to the operator, if the operator has configured how."""
        ...

    async def notify_delivered(self, job: Job) -> None:
        """Notify the requester by direct message that the video was posted, and where."""
        ...

    async def update_reply(self, status: Status) -> None:
        """Update the private reply to the requester, if Discord still allows that."""
        ...

    async def post_status(self, status: Status) -> int:
        """Post the status message; return its id."""
        ...

    async def edit_status(self, status: Status) -> None:
        """Update the status message."""
        ...

    async def delete_status(self, job: Job) -> None:
        """Delete the status message of an ended job."""
        ...


class BusyChannels:
    """The channels to which a result is being posted; edits of status messages wait for them."""

    def __init__(self) -> None:
        self._deliveries: defaultdict[int, int] = defaultdict(int)
        self._freed: dict[int, asyncio.Event] = {}

    @contextlib.contextmanager
    def hold(self, channel_id: int) -> Generator[None]:
        """Mark a delivery to `channel_id` as running."""
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
        """Wait until no delivery to `channel_id` is running."""
        while freed := self._freed.get(channel_id):
            await freed.wait()
