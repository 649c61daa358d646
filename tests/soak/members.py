"""What people do in the loopback Discord: members order, cancel and are heard twice; a moderator decides."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Coroutine

from tests.crash.ledgers import Rows
from tests.loopback_discord import (
    ANN,
    BEN,
    LOUNGE,
    MODERATOR,
    OWNER,
    SKETCHES,
    VIDEOS,
    Handle,
    LoopbackDiscord,
    Message,
    NotSendable,
    User,
)
from tests.loopback_discord.limits import walk
from tests.soak.plan import MEMBERS, Order
from tests.support.films import jpeg_of

PEOPLE = [
    ANN,
    BEN,
    *(User(1_200_000_000_000_000_000 + number, f"member{number}") for number in range(MEMBERS - 2)),
]
PLACES = [VIDEOS, LOUNGE, SKETCHES]
_PATIENCE_SECONDS = 10.0


class Members:
    """The people. What they do later, such as cancelling, goes on beside; `settle` waits for it."""

    def __init__(self, discord: LoopbackDiscord) -> None:
        self._discord = discord
        self._picture = jpeg_of(640, 480)
        self._beside: set[asyncio.Task[None]] = set()
        self.ordered = 0
        self.decided = 0

    async def order(self, order: Order) -> Handle:
        self.ordered += 1
        handle = await self._discord.slash(
            "video",
            user=PEOPLE[order.member],
            channel=PLACES[order.channel],
            options={"prompt": f"a kite over the sea, number {self.ordered}"},
            attachments={"image": ("beach.jpg", self._picture)} if order.picture else None,
        )
        if order.doubled:
            await self._discord.send_again(handle)
        if order.cancelled:
            self._go_on(self._cancel(handle, PEOPLE[order.member]))
        return handle

    async def decide(self, rows: Rows, *, again: bool) -> None:
        """Press a button under the oldest job that somebody has to decide about, if there is one.

        Jobs with a picture are left alone: theirs may be sent in another form under another key, so that a second
        payment that the moderator has agreed to could not be told from one that nobody has.
        """
        for job in undecided(rows):
            message = self.question(job)
            if job["first_frame"] is None and message is not None:
                await self.press(message, job, again=again)
                return

    def question(self, job: sqlite3.Row) -> Message | None:
        """Return the newest message that asks about a job and can still be answered."""
        wanted = _button(job, again=True)
        for message in reversed(self._discord.ledger.messages):
            if not message.deleted and any(
                part.get("custom_id") == wanted for part in walk(message.components)
            ):
                return message
        return None

    async def press(self, message: Message, job: sqlite3.Row, *, again: bool) -> None:
        """Decide, as a member with Manage Messages."""
        self.decided += 1
        button = _button(job, again=again)
        await self._discord.click(message, button, user=OWNER, member_permissions=MODERATOR)

    async def settle(self) -> None:
        await asyncio.gather(*self._beside)

    async def _cancel(self, handle: Handle, user: User) -> None:
        """Press *Cancel* where it is offered in time; a bot that was killed offers nothing."""
        with contextlib.suppress(TimeoutError, NotSendable):
            reply = await handle.original(
                _PATIENCE_SECONDS, lambda message: _cancel_button(message) is not None
            )
            await self._discord.click(reply, _cancel_button(reply) or "", user=user)

    def _go_on(self, doing: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(doing)
        self._beside.add(task)


def undecided(rows: Rows) -> list[sqlite3.Row]:
    """Return the jobs about which their moderators were asked, oldest first."""
    asked = (job for job in rows.jobs if job["state"] == "unknown" and job["told_at"] is not None)
    return [job for job in asked if job["reason"] == "ambiguous_submit"]


def _button(job: sqlite3.Row, *, again: bool) -> str:
    return f"v1:{'resubmit' if again else 'giveup'}:{job['key']}"


def _cancel_button(message: Message) -> str | None:
    found = (part.get("custom_id", "") for part in walk(message.components))
    return next((name for name in found if name.startswith("v1:cancel:")), None)
