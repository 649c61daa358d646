"""Members' rights over their data (see, export, delete), and the deletion of data that is older than allowed."""

import asyncio
import json
import logging
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.jobs.job import Job
from db.operations.privacy import Holdings
from db.store import JobStore
from hailuo.models import MICROS
from jobs.notify.mod_log import ModLog
from jobs.notify.notifier import Notifier, NotifyError
from jobs.orders.order import Order, blank
from jobs.storage.files import JobFiles

log = logging.getLogger(__name__)

DAY_MS = 86_400_000
PSEUDONYM_AFTER_DAYS = 31
"""The days after which the rows of a member who requested deletion no longer name the member.

Until then the monthly limits and the daily refusals still count them; after that the rows stay for the bill
only.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """The days for which videos, prompts, and the data of servers that the bot has left are stored."""

    videos: float = 30
    prompts: float = 90
    after_leaving: float = 7


class PrivacyKeeper:
    """The keeper of members' data: it shows, exports and deletes it, and deletes data whose time is over."""

    def __init__(
        self,
        store: JobStore,
        *,
        files: JobFiles,
        notifier: Notifier,
        mod_log: ModLog,
        retention: Retention,
    ) -> None:
        self._store = store
        self._files = files
        self._notifier = notifier
        self._mod_log = mod_log
        self.retention = retention
        self._looked_at = 0  #: jobs up to this id have no outdated prompts

    async def holdings(self, user_id: int) -> Holdings:
        """Return what is stored about a member."""
        return await self._store.privacy.holdings(user_id)

    async def export(self, user_id: int, *, target: Path, most_bytes: int) -> None:
        """Write the stored data of a member to a zip file of at most `most_bytes`.

        The zip file has one JSON document, and pictures and videos while there is room.
        """
        jobs = await self._all_jobs(user_id)
        document = json.dumps(
            {
                "member": str(user_id),
                "settings": json.loads(await self._store.members.settings_of(user_id) or "{}"),
                "orders": [_exported(job) for job in jobs],
            },
            ensure_ascii=False,
            indent=2,
        )
        files = [path for job in jobs for path in await self._files_of(job)]
        await asyncio.to_thread(_zip, target, document, files, most_bytes)

    async def delete(self, user_id: int) -> None:
        """Delete a member's settings now, and each of the member's jobs as soon as it has ended."""
        await self._store.privacy.ask(user_id)
        await self._store.members.forget(user_id)
        log.info("a member asked to be forgotten")
        await self.fulfil()

    async def fulfil(self) -> None:
        """Process pending deletion requests: cancel waiting jobs, delete the words and files of ended ones."""
        for job in await self._store.privacy.waiting_of_askers():
            await self._store.job_queries.cancel(job.key, job.owner)
        while jobs := await self._store.privacy.ended_of_askers():
            for job in jobs:
                await self._erase(job)
                await self._retract(job)
        await self._store.privacy.forget_members(after_ms=PSEUDONYM_AFTER_DAYS * DAY_MS)

    async def left(self, guild_id: int) -> None:
        """Record that the bot has left a server, whose data is deleted after some days."""
        log.info("left a server: guild=%d", guild_id)
        await self._store.privacy.left(guild_id)

    async def returned(self, guild_id: int) -> None:
        """Record that the bot is back in a server, so that the server's data is kept."""
        await self._store.privacy.returned(guild_id)

    async def sweep(self) -> None:
        """Delete prompts that are older than allowed, and the data of servers that the bot has left."""
        after_ms = int(self.retention.after_leaving * DAY_MS)
        while jobs := await self._store.privacy.ended_of_left(after_ms=after_ms):
            for job in jobs:
                await self._erase(job)
        await self._store.privacy.forget_left(after_ms=after_ms)
        await self._sweep_words()

    async def _sweep_words(self) -> None:
        older_than_ms = int(self.retention.prompts * DAY_MS)
        while jobs := await self._store.privacy.outdated(
            older_than_ms=older_than_ms, after_id=self._looked_at
        ):
            for job in jobs:
                await self._erase(job)
            self._looked_at = jobs[-1].id

    async def _erase(self, job: Job) -> None:
        # With the same checks as for a deletion by its owner; a job that is open again is found the next time.
        erased = await self._store.privacy.erase(job.key, job.guild_id, user_id=job.user_id, blank=blank)
        if erased is not None:
            await self._files.remove_of(erased)

    async def _retract(self, job: Job) -> None:
        """Delete a job's result from its channel, and its entry from the moderators' log."""
        await self._mod_log.strike_out(job)
        try:
            await self._notifier.retract(job)
        except NotifyError as error:
            log.info("a message could not be deleted: job=%s: %s", job.key, error)

    async def _all_jobs(self, user_id: int) -> list[Job]:
        jobs: list[Job] = []
        while page := await self._store.privacy.jobs_of(user_id, after_id=jobs[-1].id if jobs else 0):
            jobs += page
        return jobs

    async def _files_of(self, job: Job) -> list[Path]:
        paths = [await self._files.frame_here(job.first_frame)] if job.first_frame else []
        if job.video_file:
            paths.append(await self._files.video_here(job.video_file))
        return [path for path in paths if path.exists()]


def _exported(job: Job) -> dict[str, Any]:
    order = Order.of(job)
    return {
        "key": job.key,
        "server": str(job.guild_id),
        "channel": str(job.channel_id),
        "state": job.state,
        "ordered_at": job.created_at,
        "ended_at": job.finished_at,
        "prompt": order.text,
        "request": order.request.to_json(),
        "first_frame": job.first_frame,
        "video": job.video_file,
        "usd": job.cost_micros / MICROS,
        "deleted_at": job.erased_at,
    }


def _zip(target: Path, document: str, files: Iterable[Path], most_bytes: int) -> None:
    """Write the document, then each file that still fits; `left-out.txt` in the zip file names the others."""
    left_out: list[str] = []
    target.parent.mkdir(parents=True, exist_ok=True)
    room = most_bytes - len(document.encode()) - 100_000
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("clapper.json", document)
        for path in files:
            size = path.stat().st_size
            if size > room:
                left_out.append(path.name)
                continue
            room -= size
            archive.write(path, f"files/{path.name}", zipfile.ZIP_STORED)
        if left_out:
            archive.writestr("left-out.txt", "\n".join(left_out))
