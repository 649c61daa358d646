"""`python bot.py generate PROMPT -o OUT`: one video from the terminal, ordered once, fetched and checked."""

import asyncio
import sys
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from console.endings import Ending, Stopped
from console.following import Following, fetch
from console.ordering import MAY_BE_CHARGED, Ordering
from console.progress import Shown, progress_on
from console.wish import Wish
from hailuo.client import HailuoClient
from jobs.steps.polling import PollPlan
from jobs.steps.stop_signals import StopSignals
from media.transfer.download import Downloader
from media.video.facts import VideoFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an errand is done with."""

    hailuo: AbstractAsyncContextManager[HailuoClient]
    downloader: AbstractAsyncContextManager[Downloader]
    plan: PollPlan
    uploads_pictures: bool


async def generate(wish: Wish, tools: Tools) -> Ending:
    """Order a video, or take up an order that was made before; put the file where it is wanted."""
    stop = StopSignals()
    stop.listen()
    errand = _Errand(wish, tools, stop)
    try:
        async with progress_on(sys.stderr) as shown:
            facts = await errand.run(shown)
    except Stopped as stopped:
        print(stopped, *([errand.to_go_on()] if stopped.goes_on else []), sep="\n", file=sys.stderr)
        return stopped.ending
    except asyncio.CancelledError:
        if not stop.asked.is_set():
            raise
        return errand.interrupted()
    print(f"{wish.output}: {_described(facts)}")
    return Ending.DONE


class _Errand:
    """One order on its way, and what is known of it."""

    def __init__(self, wish: Wish, tools: Tools, stop: StopSignals) -> None:
        self._wish = wish
        self._tools = tools
        self._stop = stop
        self._ordering: Ordering | None = None
        self._task_id = wish.task_id

    async def run(self, shown: Shown) -> VideoFacts:
        """Do all of it.

        Raises:
            Stopped: it went no further.
        """
        async with self._tools.hailuo as hailuo, self._tools.downloader as downloader:
            fresh = self._task_id is None
            task_id = self._task_id or await self._order(hailuo, shown)
            following = Following(hailuo, task_id, plan=self._tools.plan, fresh=fresh, shown=shown)
            try:
                async with asyncio.timeout(self._wish.timeout_seconds):
                    task = await following.until_done()
            except TimeoutError:
                raise Stopped(Ending.LATE, "The video is not done yet.", goes_on=True) from None
            return await fetch(
                downloader,
                following,
                task,
                output=self._wish.output,
                overwrite=self._wish.overwrite,
                shown=shown,
            )

    async def _order(self, hailuo: HailuoClient, shown: Shown) -> str:
        if self._wish.request is None:
            raise AssertionError("a wish has a request or a task")
        self._ordering = Ordering(
            hailuo, uploads_pictures=self._tools.uploads_pictures, shown=shown, stop=self._stop
        )
        self._task_id = await self._ordering.place(self._wish.request, self._wish.picture)
        shown.show(f"ordered: task {self._task_id}")
        if self._stop.asked.is_set():
            raise asyncio.CancelledError
        return self._task_id

    def interrupted(self) -> Ending:
        """Say what becomes of what is left alone, and return how it ended."""
        if self._ordering and self._ordering.open:
            print(f"Interrupted while ordering. {MAY_BE_CHARGED}", file=sys.stderr)
            return Ending.UNKNOWN
        left = self.to_go_on() if self._task_id else "Nothing was ordered."
        print(f"Interrupted. {left}", file=sys.stderr)
        return Ending.INTERRUPTED

    def to_go_on(self) -> str:
        """Return how to fetch the video later."""
        return (
            f"The order {self._task_id} goes on. Fetch its video with:\n"
            f"  python bot.py generate --task {self._task_id} -o {self._wish.output}"
        )


def _described(facts: VideoFacts) -> str:
    return (
        f"{facts.duration_seconds:.1f} s, {facts.width}x{facts.height}, {facts.codec}, "
        f"{facts.size_bytes / 1e6:.1f} MB"
    )
