"""The channels of the machine: what was posted there, a nonce that is forgotten, and people who are told."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass, field

from db.jobs.job import Job, Route
from jobs.notify.notifier import Alert, Delivery, LinkDelivery, NotifyError, Status, Strikes, TryLater
from tests.support.clock import FakeClock

NONCE_MEMORY_SECONDS = 120
"""Longer than the bot relies on, shorter than most of what can come between two tries."""


def target(job: Job) -> Hashable:
    """Return where the result of `job` goes now."""
    return job.channel_id if job.route is Route.CHANNEL else "direct messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One message with a video, or with a link to it."""

    id: int
    key: str
    target: Hashable
    nonce: str
    at: int


@dataclass
class Channels:
    """Implements `jobs.notify.notifier.Notifier`. Trouble is used up by the calls that meet it, or cleared."""

    clock: FakeClock
    results: list[Result] = field(default_factory=list)
    said: list[str] = field(
        default_factory=list
    )  #: keys of the jobs whose ending was told, since last emptied
    unheard: list[str] = field(default_factory=list)  #: likewise, but nobody could be reached
    refusals: list[type[NotifyError]] = field(default_factory=list)
    search_refusals: list[type[NotifyError]] = field(default_factory=list)
    loses_answer: bool = False

    def clear_up(self) -> None:
        """Let everything work again."""
        self.refusals.clear()
        self.search_refusals.clear()
        self.loses_answer = False

    async def deliver(self, delivery: Delivery) -> int | None:
        """Post the video, unless its nonce is still remembered there."""
        return self._take(delivery)

    async def deliver_link(self, delivery: LinkDelivery) -> int | None:
        """Post the link, likewise."""
        return self._take(delivery)

    async def find_delivered(self, job: Job) -> int | None:
        """Look through the channel."""
        _refuse(self.search_refusals)
        found = [
            result.id for result in self.results if (result.key, result.target) == (job.key, target(job))
        ]
        return found[0] if found else None

    async def notify_ending(self, job: Job, strikes: Strikes | None = None) -> None:
        """Hear of an ending."""
        try:
            _refuse(self.refusals)
        except NotifyError:
            self.unheard.append(job.key)
            raise
        self.said.append(job.key)

    async def notify_paused(self, job: Job) -> None:
        """Nobody of the machine hears of a pause before they order."""
        raise NotImplementedError

    async def alert(self, alert: Alert, *, detail: str) -> None:
        """The operator is not of the machine."""

    async def notify_delivered(self, job: Job) -> None:
        """Nobody of the machine wants notices."""
        raise NotImplementedError

    def twice(self) -> list[str]:
        """Return the jobs whose result stands twice in one place."""
        counts = Counter((result.key, result.target) for result in self.results)
        return [key for (key, _), times in counts.items() if times > 1]

    async def update_reply(self, status: Status) -> None:
        """Statuses are somebody else's business."""

    async def post_status(self, status: Status) -> int:
        """Return an id."""
        return 900 + status.job.id

    async def edit_status(self, status: Status) -> None:
        """See above."""

    async def delete_status(self, job: Job) -> None:
        """See above."""

    def _take(self, delivery: Delivery | LinkDelivery) -> int:
        _refuse(self.refusals)
        result = self._remembered(delivery) or self._post(delivery)
        if self.loses_answer:
            self.loses_answer = False
            raise TryLater("the answer was lost")
        return result.id

    def _remembered(self, delivery: Delivery | LinkDelivery) -> Result | None:
        since = self.clock() - NONCE_MEMORY_SECONDS * 1000
        for result in self.results:
            if (result.nonce, result.target) == (delivery.nonce, target(delivery.job)) and result.at >= since:
                return result
        return None

    def _post(self, delivery: Delivery | LinkDelivery) -> Result:
        job = delivery.job
        result = Result(
            id=5000 + len(self.results),
            key=job.key,
            target=target(job),
            nonce=delivery.nonce,
            at=self.clock(),
        )
        self.results.append(result)
        return result


def _refuse(refusals: list[type[NotifyError]]) -> None:
    if refusals:
        raise refusals.pop(0)("as it was asked to")
