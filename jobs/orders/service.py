"""The service that accepts orders, and cancels, deletes or repeats jobs. Plain reads go to the store directly."""

import logging
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from db.engines.engine import CommitUnknown
from db.jobs.admission import Paused
from db.jobs.job import Job, JobState, Owner, Route
from db.jobs.pages import Group
from db.money.caps import CapReached, Level, Measure
from db.settings.pauses import Cause
from db.store import JobStore
from jobs.money.estimates import Estimates
from jobs.money.limits import Days, KillSwitch, OrderPolicy, days_at, effective_limits, without_rate_limits
from jobs.orders.order import NewOrder, Receipt, blank, limit_of, new_job, require_allowed
from jobs.runtime.changes import StateListener
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.servers.guild_settings import GuildSettings
from jobs.servers.preferences import Preferences
from jobs.storage.files import JobFiles

log = logging.getLogger(__name__)


class JobService:
    """The actions on jobs that commands offer: order, cancel, delete, deliver again, decide on an unknown outcome."""

    def __init__(
        self,
        store: JobStore,
        *,
        files: JobFiles,
        preferences: Preferences,
        policy: OrderPolicy,
        switch: KillSwitch,
        running_cap: int,
        estimates: Estimates,
        changed: StateListener,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._files = files
        self._preferences = preferences
        self._policy = policy
        self._switch = switch
        self._running_cap = running_cap
        self._changed = changed
        self._clock = clock
        self._estimates = estimates

    async def submit(self, new: NewOrder) -> Receipt:
        """Accept an order and return its receipt. The job is committed by then, and a worker will submit it.

        Raises:
            CapReached: a limit is used up.
            Paused, Blocked, OrderRefused: ordering is paused, the member is blocked, or a rule forbids the
                order.
            FrameGone: the job that lends its first frame no longer has one.

        No job is made if one of these is raised.
        """
        rules = await self._require_allowed_now(new)
        key = secrets.token_hex(8)
        frame = await self._keep_frame(key, new)
        failpoint(Failpoint.ADMIT_ASKED)
        days = self._days(rules)
        price = self._policy.prices.of(new.order.request.options)
        limits = effective_limits(
            self._policy.caps, rules, guild_id=new.requester.owner.guild_id, role_ids=new.requester.role_ids
        )
        try:
            job = await self._store.admission.admit(
                new_job(key, new, frame=frame, days=days, price=price),
                caps=limits.caps,
                stride=limits.stride,
            )
        except CommitUnknown:  # the job may have been committed, and then needs its first frame
            raise
        except CapReached as reached:
            await self._forget_frame(frame)
            raise await self._with_time_to_wait(reached, days, new.requester.owner) from None
        except Exception:  # not CancelledError: the transaction commits even if the caller was cancelled
            await self._forget_frame(frame)
            raise
        failpoint(Failpoint.ADMIT_COMMITTED)
        if repeated := job.key != key:
            await self._forget_frame(frame)
        self._changed(job, was=job.state if repeated else None)
        return await self._receipt(job, repeated=repeated)

    async def require_admissible(self, new: NewOrder) -> None:
        """Raise what `submit` would raise now, before a picture is read for nothing. `submit` checks again."""
        rules = await self._require_allowed_now(new)
        days = self._days(rules)
        price = self._policy.prices.of(new.order.request.options)
        limits = effective_limits(
            self._policy.caps, rules, guild_id=new.requester.owner.guild_id, role_ids=new.requester.role_ids
        )
        job = new_job(secrets.token_hex(8), new, frame=None, days=days, price=price)
        try:
            await self._store.admission.require_admissible(job, caps=limits.caps)
        except CapReached as reached:
            raise await self._with_time_to_wait(reached, days, new.requester.owner) from None

    async def present(self, new: NewOrder, *, make: Callable[[Path], Awaitable[None]]) -> Receipt:
        """Accept a job whose video `make` writes here, for example joined videos.

        The provider gets no order, and no limit counts the job.
        """
        days = self._days(await self._preferences.guild(new.requester.owner.guild_id))
        key = secrets.token_hex(8)
        video = self._files.video(f"{key}.mp4")
        try:
            await make(video)
            await self._files.keep_video(video.name)
            job = await self._store.admission.admit_with_video(
                new_job(key, new, frame=None, days=days, price=0),
                video_file=video.name,
                video_bytes=video.stat().st_size,
            )
        except CommitUnknown:  # the job may have been committed, and then needs its video
            raise
        except Exception:  # not CancelledError: the transaction commits even if the caller was cancelled
            await self._files.remove_video(video.name)
            raise
        if repeated := job.key != key:
            await self._files.remove_video(video.name)
        self._changed(job, was=job.state if repeated else None)
        return await self._receipt(job, repeated=repeated)

    async def cancel(self, key: str, owner: Owner) -> Job | None:
        """Cancel a waiting job of its owner; return None if the owner has no such job that waits."""
        job = await self._store.job_queries.cancel(key, owner)
        if job is not None:
            self._changed(job, was=JobState.QUEUED)
        return job

    async def erase(self, job: Job, *, user_id: int | None) -> Job | None:
        """Delete the words, pictures, links and files of an ended job.

        Return the job as it was, or None if there is none that may be deleted. `user_id` limits the deletion
        to jobs of that member; None allows the jobs of all. The caller checks that the person may delete it.
        """
        erased = await self._store.privacy.erase(job.key, job.guild_id, user_id=user_id, blank=blank)
        if erased is not None:
            await self._files.remove_of(erased)
            log.info("job erased: job=%s by=%s", job.key, user_id or "a moderator")
        return erased

    async def deliver_again(
        self, job: Job, *, channel_id: int, upload_limit: int, private: bool = False
    ) -> Job | None:
        """Deliver a stored video again that could not be delivered, to `channel_id`; return None if it cannot be.

        With `private=True`, or if the job was private already, the video goes to direct messages, and the job
        stays private.
        """
        route = Route.PRIVATE if private or job.route is Route.PRIVATE else Route.CHANNEL
        limit = limit_of(upload_limit, private=route is Route.PRIVATE)
        again = await self._store.job_queries.deliver_again(
            job.key, job.owner, channel_id=channel_id, upload_limit=limit, route=route
        )
        if again is not None:
            self._changed(again, was=JobState.FAILED)
        return again

    async def submit_again(self, key: str, *, guild_id: int) -> Job | None:
        """Submit a job of unknown outcome again, as a moderator decided; return None if there is no such job.

        Raises:
            CapReached: a limit is used up; the job stays as it is.
        """
        rules = await self._preferences.guild(guild_id)
        days = self._days(rules)
        limits = effective_limits(self._policy.caps, rules, guild_id=guild_id, role_ids=frozenset())
        try:
            job = await self._store.unknown_jobs.submit_again(
                key,
                guild_id=guild_id,
                day=days.guild.day,
                bot_day=days.bot.day,
                caps=without_rate_limits(limits.caps),
            )
        except CapReached as reached:
            raise _resetting(reached, days) from None
        return self._noted(job)

    async def give_up(self, key: str, *, guild_id: int) -> Job | None:
        """End a job of unknown outcome, as a moderator decided; return None if there is no such job."""
        return self._noted(await self._store.unknown_jobs.give_up(key, guild_id=guild_id))

    def _noted(self, job: Job | None) -> Job | None:
        if job is not None:
            self._changed(job, was=JobState.UNKNOWN)
        return job

    async def video(self, job: Job) -> Path | None:
        """Return the stored file of a job's video; None if there is none."""
        path = await self._files.video_here(job.video_file) if job.video_file else None
        return path if path is not None and path.exists() else None

    async def expected_at(self, job: Job) -> int | None:
        """Estimate when a job will have its result (epoch ms); None once it has ended."""
        if job.state is JobState.QUEUED:
            expected = int(await self._estimates.expected(job.format) * 1000)
            return self._begins_at(job) + expected * self._rounds(
                await self._store.job_queries.queue_position(job)
            )
        return await self._estimates.ready_at(job, self._clock()) if job.finished_at is None else None

    async def _require_allowed_now(self, new: NewOrder) -> GuildSettings:
        """Return the server's settings, after checking that the order is allowed there now.

        Raises:
            OrderRefused: a rule forbids the order.
            Paused: the kill switch is on.
        """
        rules = await self._preferences.guild(new.requester.owner.guild_id)
        require_allowed(new, rules, allowed_guilds=self._policy.allowed_guilds)
        if self._switch.is_on:
            raise Paused(Cause.OPERATOR)
        return rules

    async def _receipt(self, job: Job, *, repeated: bool) -> Receipt:
        position = await self._store.job_queries.queue_position(job) if job.state is JobState.QUEUED else 0
        return Receipt(
            job=job,
            queue_position=position,
            expected_at=await self._ready_at(job, position),
            repeated=repeated,
        )

    async def _ready_at(self, job: Job, position: int) -> int:
        if job.state is JobState.DELIVERING:
            return self._clock()
        expected = int(await self._estimates.expected(job.format) * 1000)
        return self._begins_at(job) + expected * self._rounds(position)

    def _begins_at(self, job: Job) -> int:
        """Return when a job could be submitted (epoch ms), if no other job were before it."""
        return max(self._clock(), job.next_at) if job.state is JobState.QUEUED else self._clock()

    def _rounds(self, position: int) -> int:
        return 1 + max(0, position - 1) // self._running_cap

    async def _with_time_to_wait(self, reached: CapReached, days: Days, owner: Owner) -> CapReached:
        """Return the error with the time at which another order may pass, if that is known."""
        if reached.level is Level.MEMBER and reached.measure is Measure.ACTIVE:
            reached.resets_at = await self._next_done_at(owner)
        return _resetting(reached, days)

    async def _next_done_at(self, owner: Owner) -> int | None:
        """Estimate when the oldest of the member's open jobs is done (epoch ms); None if it is overdue."""
        open_jobs = await self._store.job_queries.page(owner, states=Group.UNDER_WAY)
        done_at = await self.expected_at(open_jobs.jobs[-1]) if open_jobs.jobs else None
        return done_at if done_at is not None and done_at > self._clock() else None

    async def _keep_frame(self, key: str, new: NewOrder) -> str | None:
        if new.picture is not None:
            return await self._files.keep_frame(key, new.picture)
        return await self._files.copy_frame(new.frame_of, key=key) if new.frame_of else None

    async def _forget_frame(self, frame: str | None) -> None:
        if frame is not None:
            await self._files.remove_frame(frame)

    def _days(self, rules: GuildSettings) -> Days:
        return days_at(self._clock(), zone=rules.time_zone)


def _resetting(reached: CapReached, days: Days) -> CapReached:
    reached.resets_at = reached.resets_at or days.resets_at(reached.level, reached.measure)
    return reached
