"""Downloads of finished videos, their checks, and their re-encoding so that they play everywhere and fit."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from db.jobs.job import Job
from db.store import JobStore
from jobs.notify.notifier import TooLarge
from jobs.providers import Providers
from jobs.runtime.failpoints import Failpoint, failpoint
from jobs.storage.files import JobFiles, VideoGone
from media.errors import DownloadFailed, DownloadSlow, NotAVideo
from media.isolation.tasks import probe_isolated
from media.transfer.download import Downloader
from media.video.facts import Way, plan
from media.video.plain import plays_plainly

log = logging.getLogger(__name__)

Fit = Callable[[Path, Path, int], Awaitable[int]]
"""A function that re-encodes a video so that it plays and, if possible, is below a limit; it returns the new size.

The arguments are the source, the target and the limit in bytes.
"""

SMALLER = 0.75
"""The size to aim for after a channel has refused a file, as a share of the file's size."""


class Fetcher:
    """The part of delivery that brings videos to this host's disk. A stored video is not downloaded again."""

    def __init__(
        self, store: JobStore, providers: Providers, *, downloader: Downloader, files: JobFiles, fit: Fit
    ) -> None:
        self._outcomes = store.outcomes
        self._providers = providers
        self._downloader = downloader
        self._files = files
        self._fit = fit

    async def fetch(self, job: Job) -> Job:
        """Bring the job's video to disk, re-encoded if it would not play or is too large; return the job.

        Raises:
            DownloadFailed, NotAVideo, IsolatedFailed, HailuoError: no usable video can be downloaded.
            TooLarge: the video is above the upload limit even if re-encoded.
            OSError: for example, the disk is full.
        """
        job, video, way = await self._on_disk(job)
        if way is Way.PASS and _size_of(video) <= job.upload_limit:
            return await self._with_file(job, video)
        return await self._fitted(job, job.upload_limit)

    async def shrink(self, job: Job) -> Job:
        """Make a smaller copy after the destination has refused the file's size; return the job with it.

        Raises:
            TooLarge: the video does not get smaller.
        """
        return await self._fitted(job, int((job.video_bytes or 0) * SMALLER))

    async def _fitted(self, job: Job, limit: int) -> Job:
        """Return the job with a re-encoded copy that fits; with the original if it fits and cannot be re-encoded."""
        original, copy = await self._files.best_video(job), await self._files.video_here(f"{job.key}-fit.mp4")
        if _size_of(copy) > limit:
            await self._reencode(job, original, copy, limit)
        for video in (copy, original):
            if _size_of(video) <= limit:
                return await self._with_file(job, video)
        raise TooLarge(f"{job.video_bytes} bytes")

    async def _reencode(self, job: Job, original: Path, copy: Path, limit: int) -> None:
        try:
            size = await self._fit(original, copy, limit)
        except NotAVideo as fault:
            log.warning("video stays as it came: job=%s: %s", job.key, fault)
        else:
            log.info("video re-encoded to fit: job=%s bytes=%s->%d", job.key, job.video_bytes, size)

    async def _with_file(self, job: Job, video: Path) -> Job:
        """Return the job with `video` as the file to post, which is put into the storage before the row names it."""
        size = _size_of(video)
        if (job.video_file, job.video_bytes) == (video.name, size):
            return job
        await self._files.keep_video(video.name)
        return await self._outcomes.downloaded(job, video_file=video.name, video_bytes=size)

    async def _on_disk(self, job: Job) -> tuple[Job, Path, Way]:
        """Return the job, its best copy, and how to make that copy play; download it if none is stored."""
        with contextlib.suppress(VideoGone):
            video = await self._files.best_video(job)
            return job, video, await _way_of(video)
        video = self._files.video(f"{job.key}.mp4")
        job, way = await self._downloaded(job, video)
        await self._files.keep_video(video.name)
        job = await self._outcomes.downloaded(job, video_file=video.name, video_bytes=_size_of(video))
        return job, video, way

    async def _downloaded(self, job: Job, path: Path) -> tuple[Job, Way]:
        """Download the video; if its link yields no usable video, try once more with a fresh link."""
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

    async def _download(self, job: Job, path: Path) -> Way:
        """Download and check the file; delete it if it is not a video."""
        await self._downloader.fetch(job.result_url or "", path)
        failpoint(Failpoint.DELIVER_DOWNLOADED)
        try:
            return await _way_of(path)
        except NotAVideo:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            raise

    async def _ask_for_new_link(self, job: Job) -> Job:
        """Return the job with its task's current link; return it unchanged if the task has no other link."""
        if job.provider_task_id is None:
            return job
        client = self._providers.client_of(job)
        task = await client.get_task(job.provider_task_id, api_url=job.provider_url)
        if task.video_url in (None, job.result_url):
            return job
        return await self._outcomes.new_link(job, result_url=task.video_url, expires_at=task.expires_at)


async def _way_of(video: Path) -> Way:
    """Return how to make a video play; an isolated process inspects it unless its index shows that it plays.

    Raises:
        NotAVideo, IsolatedFailed: the file is not a video, or cannot be inspected.
    """
    if await asyncio.to_thread(plays_plainly, video):
        return Way.PASS
    return plan(await probe_isolated(video))


def _size_of(video: Path) -> int:
    return video.stat().st_size if video.exists() else sys.maxsize
