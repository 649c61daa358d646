"""The first half of a delivery: the video on disk, checked, and small enough for where it goes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from db.job import Job
from db.store import JobStore
from jobs.failpoints import Beat, failpoint
from jobs.files import JobFiles
from jobs.notifier import TooLarge
from jobs.providers import Providers
from media.download import Downloader
from media.download_faults import DownloadFailed, DownloadSlow
from media.probe import NotAVideo, VideoFacts, probe

log = logging.getLogger(__name__)

Fit = Callable[[Path, Path, int], Awaitable[int]]
"""Re-encodes source to target, aiming at a limit in bytes; returns the size reached."""

SMALLER = 0.75
"""What is left of a file's size for the second try, when its channel refused the first."""


class Fetcher:
    """Brings videos to disk. What is there already is not fetched again."""

    def __init__(
        self, store: JobStore, providers: Providers, *, downloader: Downloader, files: JobFiles, fit: Fit
    ) -> None:
        self._outcomes = store.outcomes
        self._providers = providers
        self._downloader = downloader
        self._files = files
        self._fit = fit

    async def fetch(self, job: Job) -> Job:
        """Return the job with its video on disk.

        Raises:
            DownloadFailed, NotAVideo, HailuoError: it could not be had.
        """
        return await self._original_if_it_fits(await self._with_video(job))

    async def fit(self, job: Job) -> Job:
        """Return the job with a video that its destination should take.

        Raises:
            TooLarge: even re-encoded it is above the limit.
        """
        return await self._within(job, job.upload_limit)

    async def shrink(self, job: Job) -> Job:
        """Return the job with a smaller video than its destination has just refused.

        Raises:
            TooLarge: it does not get smaller.
        """
        return await self._within(job, int((job.video_bytes or 0) * SMALLER))

    async def _original_if_it_fits(self, job: Job) -> Job:
        """Go back from a smaller copy to the original, where a larger one is allowed."""
        original = await self._files.video_here(f"{job.key}.mp4")
        if job.video_file == original.name or not original.exists():
            return job
        size = original.stat().st_size
        if size > job.upload_limit:
            return job
        return await self._outcomes.downloaded(job, video_file=original.name, video_bytes=size)

    async def _with_video(self, job: Job) -> Job:
        if job.video_file and (await self._files.video_here(job.video_file)).exists():
            return job
        name = f"{job.key}.mp4"
        job, facts = await self._downloaded(job, self._files.video(name))
        await self._files.keep_video(name)
        return await self._outcomes.downloaded(job, video_file=name, video_bytes=facts.size_bytes)

    async def _downloaded(self, job: Job, path: Path) -> tuple[Job, VideoFacts]:
        """Fetch the video; where its link brings none, whatever is wrong with it, try once more by a fresh one."""
        try:
            return job, await self._download(job, path)
        except DownloadSlow:
            raise
        except (DownloadFailed, NotAVideo) as fault:
            fresh = await self._ask_for_new_link(job)
            if fresh.result_url == job.result_url:
                raise
            log.info("video fetched by a fresh link: job=%s: %s", job.key, fault)
        return fresh, await self._download(fresh, path)

    async def _download(self, job: Job, path: Path) -> VideoFacts:
        """Fetch and measure; what is no video is not kept, whatever somebody wrote into it."""
        await self._downloader.fetch(job.result_url or "", path)
        failpoint(Beat.DELIVER_DOWNLOADED)
        try:
            return await asyncio.to_thread(probe, path)
        except NotAVideo:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise

    async def _ask_for_new_link(self, job: Job) -> Job:
        """Return the job with the link that its task has now; as it is where there is no other."""
        if job.provider_task_id is None:
            return job
        client = self._providers.client_of(job)
        task = await client.get_task(job.provider_task_id, api_url=job.provider_url)
        if task.video_url in (None, job.result_url):
            return job
        return await self._outcomes.new_link(job, result_url=task.video_url, expires_at=task.expires_at)

    async def _within(self, job: Job, limit: int) -> Job:
        if (job.video_bytes or 0) <= limit:
            return job
        name = f"{job.key}-fit.mp4"
        original = await self._files.video_here(f"{job.key}.mp4")
        size = await self._fit(original, self._files.video(name), limit)
        log.info("video re-encoded to fit: job=%s bytes=%s->%d", job.key, job.video_bytes, size)
        if size > limit:
            raise TooLarge
        await self._files.keep_video(name)
        return await self._outcomes.downloaded(job, video_file=name, video_bytes=size)
