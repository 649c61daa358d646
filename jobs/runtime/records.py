"""Durable records of outside effects that cannot be repeated; each is retried until it is written.

A paid task, a posted video or a sent message is a fact even if the database is down. Its record goes into the
log first, then to the job's row. If the first try fails, it also goes into the journal, so that the next
start continues if this process ends. If the lease has passed meanwhile, the record is written by the key of
the order.
"""

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, TypeVar, assert_never

from db.engines.engine import LeaseLost, is_lasting
from db.jobs.guild_queries import LogPost
from db.jobs.job import Job, JobState, Reason
from db.jobs.outcomes import Accepted
from db.store import JobStore
from jobs.runtime.journal import Journal, Slot
from jobs.runtime.retry import backoff, spread

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 5.0
START_SECONDS = 10.0
"""How long a start waits for the journal's records; the rest is written while the steps already run."""

_TRIES_AGAINST_OTHERS = 3

T = TypeVar("T")

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """The kinds of outside effects."""

    ORDERED = "ordered"  #: the provider has accepted the task, and bills it
    DELIVERED = "delivered"  #: the video is posted
    STATUS = "status"  #: the status message is posted
    ENDING_NOTIFIED = "told"  #: the requester was notified how the job ended
    DELIVERY_NOTIFIED = "notified"  #: the requester was notified directly that the video is posted
    LOGGED = "logged"  #: the moderators' log shows the video


_EVEN_LATE = frozenset({Kind.ORDERED, Kind.DELIVERED})
"""Effects that count even if another worker has claimed the job meanwhile. That worker repeats the other effects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One outside effect, as the log and the journal show it. `values` are the fields that its record needs."""

    kind: Kind
    key: str
    job_id: int
    submit_key: str
    order_number: int
    values: dict[str, Any]

    @classmethod
    def of(cls, kind: Kind, job: Job, **values: str | float | None) -> "Effect":
        """Build the effect that happened to `job`."""
        return cls(
            kind=kind,
            key=job.key,
            job_id=job.id,
            submit_key=job.submit_key,
            order_number=job.order_number,
            values=values,
        )

    @classmethod
    def parse(cls, text: str) -> "Effect":
        """Parse the text of the journal, which is `json.dumps(asdict(effect))`.

        Raises:
            ValueError: the text is not an effect.
        """
        try:
            fields = json.loads(text)
            return cls(**fields | {"kind": Kind(fields["kind"])})
        except (TypeError, KeyError) as error:
            raise ValueError(text) from error

    def __str__(self) -> str:
        values = " ".join(f"{name}={value}" for name, value in self.values.items())
        return f"{self.kind}: job={self.key} submit_key={self.submit_key} {values}"


class Recorder:
    """Writes to a job's row what a step did outside, again and again until the database takes it.

    `alert_late` notifies the operator if a person has decided about the job in the meantime.
    """

    def __init__(
        self, store: JobStore, journal: Journal, *, alert_late: Callable[[str], Awaitable[None]]
    ) -> None:
        self._store = store
        self._journal = journal
        self._alert_late = alert_late

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Open the journal, and write the records that earlier processes could not write."""
        with self._journal.open() as texts:
            left = [asyncio.create_task(self._take_up(slot, texts[slot])) for slot in texts]
            if left:
                await asyncio.wait(left, timeout=START_SECONDS)
            try:
                yield
            finally:
                for task in left:
                    task.cancel()
                await asyncio.gather(*left, return_exceptions=True)

    async def record(self, job: Job, effect: Effect) -> Job:
        """Retry until the effect on `job`, which this step has claimed, is written; return the row.

        Raises:
            LeaseLost: the job has changed so that the effect no longer fits. The operator was alerted if that
                matters.
        """
        log.info("%s", effect)

        async def write() -> Job:
            try:
                return await self._apply(job, effect)
            except LeaseLost:
                if effect.kind not in _EVEN_LATE:
                    raise
            return await self._write_late(effect)

        return await self.until_written(write, effect=effect)

    async def until_written(
        self, write: Callable[[], Awaitable[T]], *, effect: Effect | None = None, slot: Slot | None = None
    ) -> T:
        """Call `write` until the database accepts it; return its result.

        Raises:
            LeaseLost: `write` raised it.
            Exception: a constraint of the database forbids the write.
        """
        for attempt in itertools.count(1):
            try:
                written = await write()
            except LeaseLost:
                self._journal.clear(slot)
                raise
            except BaseException as error:
                if is_lasting(error):
                    log.error("cannot be written: %s: %r", effect or "", error)  # noqa: TRY400 - raised again
                    self._journal.clear(slot)
                    raise
                if effect is not None and slot is None and attempt == 1:
                    slot = self._journal.keep(json.dumps(asdict(effect)))
                # A boundary: the effect has happened, so any error of the database leads to another try.
                if not isinstance(error, Exception):
                    raise
                log.error("not written yet, will try again: %s: %r", effect or "", error)  # noqa: TRY400
            else:
                self._journal.clear(slot)
                return written
            pause = backoff(attempt, jitter=spread(), first=FIRST_WAIT_SECONDS, longest=LONGEST_WAIT_SECONDS)
            await asyncio.sleep(pause)
        raise AssertionError("there is always another try")

    async def _take_up(self, slot: Slot, text: str) -> None:
        try:
            effect = Effect.parse(text)
        except ValueError:
            log.error("the journal holds what cannot be read: %s", text)  # noqa: TRY400 - the text is all there is
            self._journal.clear(slot)
            return
        log.warning("taken up from the journal: %s", effect)
        with contextlib.suppress(LeaseLost):
            await self.until_written(lambda: self._write_late(effect), effect=effect, slot=slot)

    async def _write_late(self, effect: Effect) -> Job:
        """Write the effect to the row as it is now, if the row is still in a state that the effect fits."""
        for _ in range(_TRIES_AGAINST_OTHERS):
            now = await self._store.job_queries.by_id(effect.job_id)
            if now is None or not _fits(effect, now):
                break
            with contextlib.suppress(LeaseLost):
                return await self._apply(now, effect)
        else:
            raise TimeoutError("others change it all the time")
        if effect.kind in _EVEN_LATE and not _is_written(effect, now):
            log.error("came after it was decided otherwise: %s", effect)
            await self._alert_late(str(effect))
        raise LeaseLost(str(effect))

    async def _apply(self, job: Job, effect: Effect) -> Job:
        outcomes, values = self._store.outcomes, effect.values
        match effect.kind:
            case Kind.ORDERED:
                order = Accepted(
                    provider_task_id=values["task"],
                    provider_url=values["url"],
                    provider_key_id=values["key_id"],
                )
                accept = outcomes.accepted if job.state is JobState.SUBMITTING else outcomes.rescued
                return await accept(job, order=order, first_poll_ms=values["first_poll_ms"])
            case Kind.DELIVERED:
                return await outcomes.delivered(job, message_id=values["message"], notice=values["notice"])
            case Kind.STATUS:
                await self._store.job_queries.set_status_message(job.id, values["message"])
                return job
            case Kind.ENDING_NOTIFIED:
                return await outcomes.notified(job)
            case Kind.DELIVERY_NOTIFIED:
                return await self._store.notices.done(job, told=True)
            case Kind.LOGGED:
                post = LogPost(channel_id=values["channel"], message_id=values["message"])
                await self._store.log_posts.posted(job, post)
                return job
            case _:
                assert_never(effect.kind)


def _fits(effect: Effect, now: Job) -> bool:
    """Return whether the row is in a state in which this effect can be written."""
    if (now.submit_key, now.order_number) != (effect.submit_key, effect.order_number):
        return False
    match effect.kind:
        case Kind.ORDERED:
            return now.state is JobState.SUBMITTING or _is_unknown(now, Reason.AMBIGUOUS_SUBMIT)
        case Kind.DELIVERED:
            destination = (effect.values["channel"], effect.values["route"])
            waits = now.state is JobState.DELIVERING or _is_unknown(now, Reason.AMBIGUOUS_DELIVERY)
            return waits and (now.channel_id, now.route) == destination
        case Kind.ENDING_NOTIFIED:
            ending = (effect.values["reason"], effect.values["finished"])
            return now.told_at is None and (now.reason, now.finished_at) == ending
        case Kind.DELIVERY_NOTIFIED:
            return now.notice == 1
        case Kind.STATUS | Kind.LOGGED:
            return now.erased_at is None
        case _:
            assert_never(effect.kind)


def _is_unknown(now: Job, reason: Reason) -> bool:
    return now.state is JobState.UNKNOWN and now.reason is reason and now.erased_at is None


def _is_written(effect: Effect, now: Job | None) -> bool:
    """Return whether the row already shows this effect."""
    if now is None or effect.kind is Kind.ORDERED:
        return now is not None and now.provider_task_id == effect.values["task"]
    return now.state is JobState.DELIVERED
