"""Steps 2 and 3 of a job's life, and everything else a person may ask of their jobs."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.admission import Admitted, Caps, NewJob
from db.desk import Owner, Queue
from db.job import Job, JobState, Relation, Route
from db.store import JobStore
from jobs.estimates import Estimates
from jobs.failpoints import Beat, failpoint
from jobs.files import JobFiles
from jobs.order import Order
from jobs.submitter import Changed, new_submit_key

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """An accepted job. `expected_at` is epoch ms; `repeated` when this interaction had made it before."""

    job: Job
    place: int
    expected_at: int
    repeated: bool


class JobService:
    """What the commands may do."""

    def __init__(
        self,
        store: JobStore,
        *,
        files: JobFiles,
        caps: Caps,
        running_cap: int,
        estimates: Estimates,
        changed: Changed,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._files = files
        self._caps = caps
        self._running_cap = running_cap
        self._changed = changed
        self._clock = clock
        self._estimates = estimates

    async def submit(self, asked: Asked) -> Ticket:
        """Accept a job. When this returns, it is on disk and will be worked on.

        Raises:
            CapReached: a limit is used up; nothing was kept.
        """
        key = secrets.token_hex(8)
        frame = await self._keep_frame(key, asked.picture)
        failpoint(Beat.ADMIT_ASKED)
        try:
            admitted = await self._store.admission.admit(self._new_job(key, asked, frame), caps=self._caps)
        except Exception:  # not a cancelled caller: what was handed in is committed all the same
            self._forget_frame(frame)
            raise
        failpoint(Beat.ADMIT_COMMITTED)
        if admitted.repeated:
            self._forget_frame(frame)
        log.info("job queued: job=%s place=%d", admitted.job.key, admitted.place)
        self._changed(admitted.job)
        return await self._ticket(admitted, asked.order)

    async def cancel(self, key: str, owner: Owner) -> Job | None:
        """Cancel a job that still waits; None when there is none of the owner's that does."""
        job = await self._store.desk.cancel(key, owner)
        if job is not None:
            log.info("job cancelled: job=%s", job.key)
            self._changed(job)
        return job

    async def find(self, key: str, owner: Owner) -> Job | None:
        """Return the owner's job with this key."""
        return await self._store.desk.find(key, owner)

    async def newest(self, owner: Owner, *, limit: int = 25) -> list[Job]:
        """Return the owner's jobs in this guild, newest first."""
        return await self._store.desk.newest(owner, limit=limit)

    async def queue(self, guild_id: int) -> Queue:
        """Return what runs and waits in a guild."""
        return await self._store.desk.queue(guild_id)

    async def deliver_again(self, job: Job, *, channel_id: int, upload_limit: int) -> Job | None:
        """Send a kept, undeliverable video to `channel_id`; None when it cannot be."""
        owner = Owner(guild_id=job.guild_id, user_id=job.user_id)
        again = await self._store.desk.deliver_again(
            job.key, owner, channel_id=channel_id, upload_limit=upload_limit
        )
        if again is not None:
            self._changed(again)
        return again

    async def submit_again(self, key: str, *, guild_id: int) -> Job | None:
        """Send an order of unknown outcome again, as a moderator decided; None when there is none.

        Raises:
            CapReached: a limit is used up; the job stays as it is.
        """
        job = await self._store.decisions.submit_again(
            key, guild_id=guild_id, day=self._today(), caps=self._caps
        )
        return self._noted(job)

    async def give_up(self, key: str, *, guild_id: int) -> Job | None:
        """End a job of unknown outcome, as a moderator decided; None when there is none."""
        return self._noted(await self._store.decisions.give_up(key, guild_id=guild_id))

    def _noted(self, job: Job | None) -> Job | None:
        if job is not None:
            log.info("job decided: job=%s state=%s", job.key, job.state)
            self._changed(job)
        return job

    def video(self, job: Job) -> Path | None:
        """Return the kept file of a job's video, None when it is gone."""
        path = self._files.video(job.video_file) if job.video_file else None
        return path if path is not None and path.exists() else None

    async def expected_at(self, job: Job) -> int | None:
        """Return when the result of a job is likely (epoch ms), None once it has ended."""
        if job.state is JobState.QUEUED:
            expected = int(await self._estimates.expected(job.format) * 1000)
            return self._clock() + expected * self._rounds(await self._store.desk.place(job))
        return await self._estimates.ready_at(job, self._clock()) if job.finished_at is None else None

    def day_ends_at(self) -> int:
        """Return when today's caps begin anew (epoch ms)."""
        today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
        return int((today + timedelta(days=1)).timestamp() * 1000)

    async def _ticket(self, admitted: Admitted, order: Order) -> Ticket:
        expected = int(await self._estimates.expected(order.format) * 1000)
        return Ticket(
            job=admitted.job,
            place=admitted.place,
            expected_at=self._clock() + expected * self._rounds(admitted.place),
            repeated=admitted.repeated,
        )

    def _rounds(self, place: int) -> int:
        return 1 + max(0, place - 1) // self._running_cap

    def _new_job(self, key: str, asked: Asked, frame: str | None) -> NewJob:
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
            upload_limit=asked.upload_limit,
            route=Route.PRIVATE if asked.private else Route.CHANNEL,
            may_direct=int(asked.may_direct),
            language=asked.language,
            parent_id=asked.parent_id,
            relation=asked.relation,
            usage_day=self._today(),
        )

    async def _keep_frame(self, key: str, picture: bytes | None) -> str | None:
        return None if picture is None else await asyncio.to_thread(self._files.save_frame, key, picture)

    def _forget_frame(self, frame: str | None) -> None:
        if frame is not None:
            self._files.remove_frame(frame)

    def _today(self) -> str:
        return self._now().date().isoformat()

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock() / 1000, UTC)
