"""Step 6 of a job's life: bring the video to disk, check it, make it fit, post it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from db.errors import LeaseLost
from db.job import Job, JobState, Reason
from db.store import JobStore
from hailuo.client import HailuoClient
from hailuo.errors import HailuoError
from jobs.channels import BusyChannels
from jobs.failpoints import Beat, failpoint
from jobs.files import JobFiles
from jobs.notifier import Delivery, Notifier, TooLarge, TryLater, Unreachable
from jobs.order import Order
from jobs.retry import LONGEST_DELIVERY_SECONDS, MAX_DAMAGED_FILES, MAX_DELIVERIES, backoff, spread
from jobs.submitter import Changed
from media.download import Downloader
from media.download_faults import DownloadFailed, DownloadRefused, DownloadTooLarge, LinkExpired
from media.probe import NotAVideo, probe

log = logging.getLogger(__name__)

Fit = Callable[[Path, Path, int], Awaitable[int]]
"""Re-encodes source to target, aiming at a limit in bytes; returns the size reached."""

NONCE_SECONDS = 60.0
"""So long Discord surely remembers a nonce; it documents "the past few minutes"."""

SMALLER = 0.75
"""What is left of a file's size for the second try, when its channel refused the first."""


class Deliverer:
    """Posts finished videos. Every try of one result carries the same nonce."""

    def __init__(
        self,
        store: JobStore,
        client: HailuoClient,
        *,
        notifier: Notifier,
        downloader: Downloader,
        files: JobFiles,
        fit: Fit,
        busy: BusyChannels,
        changed: Changed,
        clock: Callable[[], int],
    ) -> None:
        self._store = store
        self._client = client
        self._notifier = notifier
        self._downloader = downloader
        self._files = files
        self._fit = fit
        self._busy = busy
        self._changed = changed
        self._clock = clock

    async def step(self) -> bool:
        """Deliver the video that is due; False when none is."""
        job = await self._store.claims.due_delivery()
        if job is None:
            return False
        failpoint(Beat.DELIVER_CLAIMED)
        with self._store.claims.keep(job):
            self._changed(await self._deliver(job))
        failpoint(Beat.DELIVER_RECORDED)
        return True

    async def next_due(self) -> int | None:
        """Return in how many ms the next delivery is due."""
        return await self._store.claims.next_due(JobState.DELIVERING)

    async def _deliver(self, job: Job) -> Job:
        try:
            if self._may_be_posted(job):
                return await self._look_before_sending(job)
            return await self._bring(job)
        except TooLarge:
            return await self._give_up(job, Reason.TOO_LARGE, f"{job.video_bytes} bytes")
        except Unreachable as error:
            return await self._give_up(job, Reason.UNDELIVERABLE, str(error))
        except LeaseLost:
            raise
        except (TryLater, DownloadFailed, NotAVideo, HailuoError) as error:
            return await self._try_later(job, error)
        except Exception as error:
            # The boundary: whatever went wrong with one paid video, it is kept and tried again, then told.
            log.exception("delivery broke: job=%s", job.key)
            return await self._try_later(job, error)

    def _may_be_posted(self, job: Job) -> bool:
        """Say whether an earlier try may have reached the channel, and Discord has forgotten its nonce."""
        since = job.first_sent_at
        return since is not None and self._clock() - since > NONCE_SECONDS * 1000

    async def _look_before_sending(self, job: Job) -> Job:
        try:
            message_id = await self._notifier.find_delivered(job)
        except Unreachable as error:
            log.warning("cannot tell whether it was posted: job=%s: %s", job.key, error)
            return await self._store.outcomes.unclear_delivery(job, detail=str(error))
        if message_id is None:
            return await self._bring(job)
        log.info("job was delivered before: job=%s message=%s", job.key, message_id)
        return await self._store.outcomes.delivered(job, message_id=message_id)

    async def _bring(self, job: Job) -> Job:
        job = await self._original_if_it_fits(await self._with_video(job))
        job = await self._within(job, job.upload_limit)
        return await self._post(job)

    async def _original_if_it_fits(self, job: Job) -> Job:
        """Go back from a smaller copy to the original, where a larger one is allowed."""
        original = self._files.video(f"{job.key}.mp4")
        if job.video_file == original.name or not original.exists():
            return job
        size = original.stat().st_size
        if size > job.upload_limit:
            return job
        return await self._store.outcomes.downloaded(job, video_file=original.name, video_bytes=size)

    async def _with_video(self, job: Job) -> Job:
        if job.video_file and self._files.video(job.video_file).exists():
            return job
        name = f"{job.key}.mp4"
        path = self._files.video(name)
        job = await self._download(job, path)
        failpoint(Beat.DELIVER_DOWNLOADED)
        facts = await asyncio.to_thread(probe, path)
        return await self._store.outcomes.downloaded(job, video_file=name, video_bytes=facts.size_bytes)

    async def _download(self, job: Job, path: Path) -> Job:
        try:
            await self._downloader.fetch(job.result_url or "", path)
        except LinkExpired:
            job = await self._ask_for_new_link(job)
            await self._downloader.fetch(job.result_url or "", path)
        return job

    async def _ask_for_new_link(self, job: Job) -> Job:
        task = await self._client.get_task(job.provider_task_id or "", api_url=job.provider_url)
        return await self._store.outcomes.new_link(job, result_url=task.video_url or job.result_url or "")

    async def _within(self, job: Job, limit: int) -> Job:
        if job.video_bytes is None or job.video_file is None or job.video_bytes <= limit:
            return job
        name = f"{job.key}-fit.mp4"
        size = await self._fit(self._files.video(f"{job.key}.mp4"), self._files.video(name), limit)
        log.info("video re-encoded to fit: job=%s bytes=%d->%d", job.key, job.video_bytes, size)
        if size > limit:
            raise TooLarge
        return await self._store.outcomes.downloaded(job, video_file=name, video_bytes=size)

    async def _post(self, job: Job) -> Job:
        failpoint(Beat.DELIVER_STORED)
        with self._busy.hold(job.channel_id):
            message_id = await self._send_smaller_if_refused(job)
        failpoint(Beat.DELIVER_SENT)
        log.info("job delivered: job=%s message=%s", job.key, message_id)
        return await self._store.outcomes.delivered(job, message_id=message_id)

    async def _send_smaller_if_refused(self, job: Job) -> int | None:
        try:
            return await self._send(job)
        except TooLarge:
            return await self._send(await self._within(job, int((job.video_bytes or 0) * SMALLER)))

    async def _send(self, job: Job) -> int | None:
        video = self._files.video(job.video_file or "")
        delivery = Delivery(job=job, order=Order.of(job), video=video, nonce=f"{job.key}-r")
        await self._store.outcomes.sending(job)
        failpoint(Beat.DELIVER_SENDING)
        return await self._notifier.deliver(delivery)

    async def _give_up(self, job: Job, reason: Reason, detail: str) -> Job:
        log.error("video kept, not delivered: job=%s reason=%s: %s", job.key, reason, detail)
        return await self._store.outcomes.undeliverable(job, reason=reason, detail=detail)

    async def _try_later(self, job: Job, error: Exception) -> Job:
        attempt = job.troubles + 1
        if isinstance(error, DownloadTooLarge | DownloadRefused):
            return await self._give_up(job, Reason.BAD_RESULT, str(error))
        if isinstance(error, NotAVideo) and attempt >= MAX_DAMAGED_FILES:
            return await self._give_up(job, Reason.BAD_RESULT, str(error))
        if attempt >= MAX_DELIVERIES:
            reason = Reason.UNDELIVERABLE if job.video_file else Reason.BAD_RESULT
            return await self._give_up(job, reason, str(error))
        log.warning("delivery failed, will try again: job=%s: %s", job.key, error)
        asked = getattr(error, "retry_after_seconds", None) or 0
        delay = backoff(attempt, jitter=spread(), at_least=asked, longest=LONGEST_DELIVERY_SECONDS)
        return await self._store.outcomes.deliver_later(job, delay_ms=int(delay * 1000))
