"""The paid half of `python bot.py generate`: one order, sent again only if it surely did not arrive; how it can end."""

import asyncio
import contextlib
import tempfile
from collections.abc import Generator
from enum import IntEnum
from pathlib import Path
from typing import assert_never

from console.progress import Shown
from db.jobs.job import Reason
from hailuo.client import HailuoClient, first_frame_data_uri, may_blame_picture
from hailuo.errors import HailuoError, InvalidRequest
from hailuo.request import VideoRequest, new_submit_key
from jobs.runtime.retry import Fail, Quarantine, Requeue, after_submit_error
from jobs.runtime.worker import StopSignals


class Ending(IntEnum):
    """The exit codes, as docs/generate.md lists them."""

    DONE = 0
    FAILED = 1  #: network or disk: nothing was ordered, or what was ordered can be fetched later
    MISUSED = 2  #: settings or arguments
    REFUSED = 3  #: by the provider: its filter, the key, the credit or the request
    BROKEN = 4  #: ordered, and the provider made no video of it
    LATE = 5  #: ordered, and not done in time; it can be fetched later
    UNKNOWN = 6  #: it may have been ordered and charged
    INTERRUPTED = 130  #: by Ctrl-C


class Stopped(Exception):
    """The command ends here, with an exit code and a text. `goes_on`: the video can be fetched later."""

    def __init__(self, ending: Ending, words: str, *, goes_on: bool = False) -> None:
        super().__init__(words)
        self.ending = ending
        self.goes_on = goes_on


SUBMITS = 5
"""How often an order is sent at most."""

MAY_BE_CHARGED = (
    "Nobody can tell whether the video was ordered: it may have been charged, and is not ordered again by itself. "
    "Look into the provider's own list of tasks; a task that is there can be fetched with --task."
)

_REFUSALS = {
    Reason.MODERATED: "the provider's filter refused the prompt or the picture",
    Reason.KEY_REFUSED: "the provider refused the key (HAILUO_API_KEY)",
    Reason.OUT_OF_CREDIT: "there is no credit left on the provider's account",
    Reason.REJECTED: "the provider refused the request",
}


class Ordering:
    """Places one order. `open`: a submit call is in flight."""

    def __init__(
        self, hailuo: HailuoClient, *, uploads_pictures: bool, shown: Shown, stop: StopSignals
    ) -> None:
        self._hailuo = hailuo
        self._uploads = uploads_pictures
        self._shown = shown
        self._stop = stop
        self._submit_key = new_submit_key()
        self.open = False

    async def place(self, request: VideoRequest, picture: bytes | None) -> str:
        """Return the number of the provider's task.

        Raises:
            Stopped: there is none, or nobody knows.
        """
        with _file_of(picture) as path:
            for attempt in range(1, SUBMITS + 1):
                self._shown.show("ordering")
                try:
                    return await self._submit(request, path)
                except HailuoError as error:
                    delay = _delay_after(error, attempt)
                self._leave_if_asked()
                self._shown.show(f"not ordered, will try again in {delay:.0f} s")
                await asyncio.sleep(delay)
        raise AssertionError("the last attempt has an end")

    async def _submit(self, request: VideoRequest, path: Path | None) -> str:
        if path is None or self._uploads:
            return await self._post(request, await self._hailuo.upload_image(path) if path else None)
        embedded = await asyncio.to_thread(first_frame_data_uri, path)
        try:
            return await self._post(request, embedded)
        except InvalidRequest as refusal:
            if not may_blame_picture(embedded, refusal):
                raise
        uploaded = await self._hailuo.upload_image(path)
        self._submit_key = new_submit_key()  # another body
        return await self._post(request, uploaded)

    async def _post(self, request: VideoRequest, picture: str | None) -> str:
        # The first Ctrl-C waits for the answer, since nobody knows without it what was ordered; the second does not.
        self.open = self._stop.can_drain = True
        explaining = asyncio.create_task(self._explain_the_wait(), name="why it does not stop")
        try:
            task_id = await self._hailuo.submit(request, picture, submit_key=self._submit_key)
        except HailuoError:
            self.open = self._stop.can_drain = False
            raise
        finally:
            explaining.cancel()
        self.open = self._stop.can_drain = False
        return task_id

    async def _explain_the_wait(self) -> None:
        await self._stop.asked.wait()
        self._shown.show("waiting for the provider's answer, which names the task; Ctrl-C again leaves it")

    def _leave_if_asked(self) -> None:
        if self._stop.asked.is_set():
            raise asyncio.CancelledError


def _delay_after(error: HailuoError, attempt: int) -> float:
    """Return how long to wait before the next try.

    Raises:
        Stopped: there is none.
    """
    decision = after_submit_error(error, attempt=attempt, jitter=0)
    match decision:
        case Requeue(delay_seconds) if attempt < SUBMITS:
            return delay_seconds
        case Requeue():
            raise Stopped(Ending.FAILED, f"Nothing was ordered, in {attempt} tries: {words_of(error)}")
        case Fail(reason):
            raise Stopped(
                Ending.REFUSED, f"Nothing was ordered: {_REFUSALS[reason]}. It said: {words_of(error)}"
            )
        case Quarantine():
            raise Stopped(Ending.UNKNOWN, f"{MAY_BE_CHARGED} What happened: {words_of(error)}")
        case _:
            assert_never(decision)


def words_of(error: HailuoError) -> str:
    """Return the provider's words, without what could steer a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in error.detail)


@contextlib.contextmanager
def _file_of(picture: bytes | None) -> Generator[Path | None]:
    if picture is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="clapper-") as folder:
        path = Path(folder) / "first-frame.jpg"
        path.write_bytes(picture)
        yield path
