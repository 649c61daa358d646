"""The step that delivers: post the finished video to its channel, else send it to the requester by direct message."""

import logging
from collections.abc import Callable

from db.engines.engine import LeaseLost
from db.jobs.job import Job, JobState, Reason, Route
from db.store import JobStore
from hailuo.errors import HailuoError
from jobs.notify.notifier import (
    NONCE_SECONDS,
    BusyChannels,
    Delivery,
    LinkDelivery,
    Notifier,
    TooLarge,
    TryLater,
    Unreachable,
)
from jobs.orders.order import DIRECT_MESSAGE_BYTES, Order
from jobs.runtime.changes import StateListener
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.runtime.records import Effect, Kind, Recorder
from jobs.runtime.retry import (
    LONGEST_PAUSE_SECONDS,
    MAX_DAMAGED_FILES,
    MAX_DELIVERIES,
    backoff,
    spread,
    tried_enough,
)
from jobs.runtime.worker import Claimed, ignore_claim
from jobs.servers.preferences import Preferences
from jobs.steps.fetcher import Fetcher
from jobs.storage.files import JobFiles
from media.errors import BucketFailed, DownloadFailed, DownloadRefused, DownloadTooLarge, NotAVideo
from media.isolation.isolated import IsolatedFailed

log = logging.getLogger(__name__)

WORTH_SHOWING_SECONDS = 600.0
"""A link that expires sooner than this is not posted, because readers would come too late."""


LONGEST_LINK = 1500
"""Characters of the longest link that fits into a message."""


class Deliverer:
    """The step that posts finished videos. All tries of a result share one nonce, so that Discord posts it once."""

    def __init__(
        self,
        store: JobStore,
        *,
        fetcher: Fetcher,
        notifier: Notifier,
        files: JobFiles,
        preferences: Preferences,
        busy: BusyChannels,
        records: Recorder,
        changed: StateListener,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._fetcher = fetcher
        self._notifier = notifier
        self._files = files
        self._preferences = preferences
        self._busy = busy
        self._records = records
        self._changed = changed
        self._clock = clock

    async def step(self, claimed: Claimed = ignore_claim) -> bool:
        """Deliver the next video that is due; return False if none is due."""
        job = await self._store.claims.due_delivery()
        if job is None:
            return False
        claimed()
        failpoint(Failpoint.DELIVER_CLAIMED)
        with self._store.claims.keep(job):
            self._changed(await self._deliver(job), was=JobState.DELIVERING)
        failpoint(Failpoint.DELIVER_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many milliseconds the next delivery is due; None if none is."""
        return await self._store.claims.next_due(JobState.DELIVERING)

    async def _deliver(self, job: Job) -> Job:
        try:
            try:
                if self._may_already_be_posted(job):
                    return await self._look_before_sending(job)
                return await self._fetch_and_send(job)
            except (TooLarge, Unreachable) as refusal:
                return await self._after_refusal(job, refusal)
        except LeaseLost:
            raise
        except (
            TryLater,
            DownloadFailed,
            NotAVideo,
            IsolatedFailed,
            HailuoError,
            BucketFailed,
            OSError,
        ) as error:
            return await self._try_later(job, error)
        except Exception as error:
            # A boundary: after any error the paid video is kept and retried; at last its requester is notified.
            log.exception("delivery broke: job=%s", job.key)
            return await self._try_later(job, error)

    async def _after_refusal(self, job: Job, refusal: TooLarge | Unreachable) -> Job:
        """Handle a permanent refusal of a channel.

        First check whether an earlier attempt, or a retry inside discord.py, already posted the video.
        """
        try:
            message_id = await self._notifier.find_delivered(job)
        except Unreachable as error:
            if job.first_sent_at is not None:
                return await self._cannot_tell(job, error)
            message_id = None
        if message_id is not None:
            return await self._posted_before(job, message_id)
        if isinstance(refusal, TooLarge):
            return await self._give_up(job, Reason.TOO_LARGE, str(refusal))
        return await self._go_elsewhere(job, refusal)

    def _may_already_be_posted(self, job: Job) -> bool:
        """Return whether an earlier try may have posted the video, and Discord has forgotten its nonce."""
        since = job.first_sent_at
        return since is not None and self._clock() - since > NONCE_SECONDS * 1000

    async def _look_before_sending(self, job: Job) -> Job:
        try:
            message_id = await self._notifier.find_delivered(job)
        except Unreachable as error:
            return await self._cannot_tell(job, error)
        if message_id is None:
            return await self._fetch_and_send(job)
        return await self._posted_before(job, message_id)

    async def _cannot_tell(self, job: Job, error: Unreachable | TryLater) -> Job:
        log.warning("cannot tell whether it was posted: job=%s: %s", job.key, error)
        return await self._store.outcomes.unclear_delivery(job, detail=str(error))

    async def _posted_before(self, job: Job, message_id: int) -> Job:
        log.info("job was delivered before: job=%s message=%s", job.key, message_id)
        return await self._record(job, message_id, wants_notice=await self._wants_notice(job))

    async def _record(self, job: Job, message_id: int | None, *, wants_notice: bool) -> Job:
        effect = Effect.of(
            Kind.DELIVERED,
            job,
            message=message_id,
            notice=wants_notice and message_id is not None,
            channel=job.channel_id,
            route=job.route,
        )
        return await self._records.record(job, effect)

    async def _wants_notice(self, job: Job) -> bool:
        """Return whether the requester wants a direct message when a video is posted in a server."""
        if job.route is not Route.CHANNEL or not job.guild_id:
            return False
        return (await self._preferences.member_unlocked(job.user_id)).notify

    async def _fetch_and_send(self, job: Job) -> Job:
        """Fetch the video and post it; if Discord refuses its size, post a smaller copy, else the provider's link."""
        try:
            job = await self._fetcher.fetch(job)
            failpoint(Failpoint.DELIVER_STORED)
            # Read before posting: nothing may fail between the message and its record.
            wants_notice = await self._wants_notice(job)
            with self._busy.hold(job.channel_id):
                try:
                    message_id = await self._send(job)
                except TooLarge:
                    message_id = await self._send(await self._fetcher.shrink(job))
        except TooLarge:
            return await self._offer_link(await self._store.job_queries.by_id(job.id) or job)
        failpoint(Failpoint.DELIVER_SENT)
        return await self._record(job, message_id, wants_notice=wants_notice)

    async def _send(self, job: Job) -> int | None:
        video = await self._files.video_here(job.video_file or "")
        delivery = Delivery(job=job, order=Order.of(job), video=video, nonce=_nonce(job))
        await self._store.outcomes.sending(job)
        failpoint(Failpoint.DELIVER_SENDING)
        return await self._notifier.deliver(delivery)

    async def _offer_link(self, job: Job) -> Job:
        """Post the provider's own link, if it works for some time yet; the video file stays stored."""
        url, expires_at = job.result_url or "", job.result_expires_at or 0
        if len(url) > LONGEST_LINK or expires_at - self._clock() < WORTH_SHOWING_SECONDS * 1000:
            raise TooLarge(f"{job.video_bytes} bytes")
        link = LinkDelivery(job=job, order=Order.of(job), url=url, expires_at=expires_at, nonce=_nonce(job))
        wants_notice = await self._wants_notice(job)
        await self._store.outcomes.sending(job)
        message_id = await self._notifier.deliver_link(link)
        log.info("job delivered as a link: job=%s message=%s bytes=%s", job.key, message_id, job.video_bytes)
        return await self._record(job, message_id, wants_notice=wants_notice)

    async def _go_elsewhere(self, job: Job, error: Unreachable) -> Job:
        """Redirect the video to direct messages, if that is allowed, because its channel cannot be posted to."""
        if job.route is not Route.CHANNEL or not job.may_direct or not job.guild_id:
            return await self._give_up(job, Reason.UNDELIVERABLE, str(error))
        log.warning("channel cannot be posted to, sending directly: job=%s: %s", job.key, error)
        limit = min(job.upload_limit, DIRECT_MESSAGE_BYTES)
        return await self._store.outcomes.redirected(job, upload_limit=limit)

    async def _give_up(self, job: Job, reason: Reason, detail: str) -> Job:
        log.error("video kept, not delivered: job=%s reason=%s: %s", job.key, reason, detail)
        return await self._store.outcomes.undeliverable(job, reason=reason, detail=detail)

    async def _try_later(self, job: Job, error: Exception) -> Job:
        attempt = job.troubles + 1
        if isinstance(error, DownloadTooLarge | DownloadRefused):
            return await self._give_up(job, Reason.BAD_RESULT, str(error))
        if isinstance(error, NotAVideo) and attempt >= MAX_DAMAGED_FILES:
            return await self._give_up(job, Reason.BAD_RESULT, str(error))
        over = tried_enough(job.first_sent_at, now=self._clock(), troubles=job.troubles)
        if over or (job.first_sent_at is None and attempt >= MAX_DELIVERIES):
            return await self._stop_trying(job, error)
        log.warning("delivery failed, will try again: job=%s: %s", job.key, error)
        asked = getattr(error, "retry_after_seconds", None) or 0
        delay = backoff(attempt, jitter=spread(), at_least=asked, longest=LONGEST_PAUSE_SECONDS)
        return await self._store.outcomes.deliver_later(job, delay_ms=int(delay * 1000))

    async def _stop_trying(self, job: Job, error: Exception) -> Job:
        """Give up, after a last check whether a try has posted the video: a posted video is not undeliverable."""
        now = await self._store.job_queries.by_id(job.id) or job
        if now.video_file is None:
            return await self._give_up(job, Reason.BAD_RESULT, str(error))
        if now.first_sent_at is None:
            return await self._give_up(job, Reason.UNDELIVERABLE, str(error))
        try:
            message_id = await self._notifier.find_delivered(now)
        except (Unreachable, TryLater) as blind:
            return await self._cannot_tell(job, blind)
        if message_id is None:
            return await self._give_up(job, Reason.UNDELIVERABLE, str(error))
        return await self._posted_before(job, message_id)


def _nonce(job: Job) -> str:
    """Return the nonce of a job's result; it differs by destination, since Discord's memory may span channels."""
    return f"{job.key}-r" if job.route is Route.CHANNEL else f"{job.key}-rd"
