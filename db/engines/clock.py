"""Time that does not jump within a process, and what becomes of rows when the machine's clock was set.

The wall clock of a machine is set by people, by NTP after a start and by a host after a pause. Leases and waits are
lengths: they follow `SteadyClock`, which counts seconds that really pass. When the wall clock was set, `Corrections`
moves rows and clock together, in one transaction: what waits keeps its wait, what is shown is right from then on.
"""

import logging
import time
from collections.abc import Callable

from db.engines.bot_state import BotState
from db.engines.engine import Engine, Transaction

log = logging.getLogger(__name__)

JUMP_MS = 1000
"""What is less is no jump: NTP moves a clock slowly, and steady time with it."""

Trusted = Callable[[float], bool]
"""Says whether no age was in doubt for so many seconds."""

NOTE_MS = 60_000
GAP_MS = 3_600_000
"""A start so long after the last reading was downtime, or a wrong clock: nobody can tell at once."""

DOUBT_SECONDS = 60.0
"""So long after a start of that kind, or a jump, nothing is called too old."""

LONG_DOUBT_SECONDS = 3600.0
"""So long files and words of before are not deleted for their age."""


def wall_clock() -> int:
    """Return now in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Return milliseconds since some moment; a machine that sleeps counts on, where its system can tell."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


class SteadyClock:
    """Epoch milliseconds that began with the wall clock and move with steady time."""

    def __init__(
        self, *, wall: Callable[[], int] = wall_clock, steady: Callable[[], int] = steady_clock
    ) -> None:
        self._wall = wall
        self._steady = steady
        self.offset = wall() - steady()
        self._doubted_at: int | None = None

    def __call__(self) -> int:
        """Return now in epoch milliseconds."""
        return self._steady() + self.offset

    def jump(self) -> int:
        """Return by how many milliseconds the wall clock was set since this one was brought to it."""
        return self._wall() - self()

    def doubt(self) -> None:
        """Note that ages may be wrong from here on."""
        self._doubted_at = self._steady()

    def trusted(self, seconds: float) -> bool:
        """Say whether nothing was in doubt for so long: an age seen then was seen before, under the same time."""
        return self._doubted_at is None or self._steady() - self._doubted_at >= seconds * 1000


class Corrections:
    """Keeps the rows of a database, whose time is `clock`, true to a wall clock that is set.

    Without a `clock` the time of the rows is their server's, and only the process follows.
    """

    def __init__(self, engine: Engine, clock: SteadyClock | None) -> None:
        self._engine = engine
        self._clock = clock
        self._facts = BotState(engine)
        self._noted_at = 0

    async def begin(self) -> None:
        """Go on from the last reading of the process before, so that a clock that was set back meanwhile is seen."""
        if self._clock is None:
            return
        last = int(await self._facts.get("clock") or self._clock())
        if self._clock() - last > GAP_MS:
            self._clock.doubt()
        self._clock.offset += max(0, last - self._clock())
        await self.follow(self._clock)

    async def follow(self, clock: SteadyClock) -> None:
        """If the wall clock was set, bring `clock` and the rows to it."""
        by = clock.jump()
        if abs(by) >= JUMP_MS:
            log.warning(
                "the clock of this machine was set by %+.0f s: leases and waits keep their length", by / 1000
            )
            clock.doubt()
            await self._move(clock, by)
        if self._clock is not None and abs(clock() - self._noted_at) >= NOTE_MS:
            self._noted_at = clock()
            await self._facts.set("clock", str(self._noted_at))

    async def _move(self, clock: SteadyClock, by: int) -> None:
        before = clock.offset
        if clock is not self._clock:
            clock.offset = before + by
            return

        async def body(transaction: Transaction) -> None:
            for sql in (*_WAITS, *(_AHEAD if by > 0 else _BACK)):
                await transaction.all(sql, by=by)
            clock.offset = before + by  # with the rows: the next body reads both as they are now

        try:
            await self._engine.write(body)
        except BaseException:
            clock.offset = before
            raise


_WAITS = (
    """
    UPDATE jobs SET next_at = next_at + :by, expected_at = expected_at + :by
     WHERE state IN <under_way>
        OR (reason IS NOT NULL AND told_at IS NULL) OR notice = 1
    RETURNING 1 AS n
    """,
    "UPDATE pauses SET since = since + :by, until_at = until_at + :by RETURNING 1 AS n",
)

# No job grows older by a jump: it would be late, or have waited too long, by nobody's fault.
_AHEAD = (
    """
    UPDATE jobs SET queued_at = queued_at + :by, submitted_at = submitted_at + :by
     WHERE state IN <under_way>
    RETURNING 1 AS n
    """,
)

# Nothing lies in the future, or it would be kept, blocked and counted until that has come. What was sent keeps its
# age, or seems older: then its channel is searched before it is sent again.
_BACK = (
    "UPDATE jobs SET first_sent_at = first_sent_at + :by WHERE state = 'delivering' RETURNING 1 AS n",
    "UPDATE jobs SET told_at = told_at + :by WHERE notice = 1 RETURNING 1 AS n",
    """
    UPDATE jobs SET created_at = CASE WHEN created_at > <dbnow> + :by THEN <dbnow> + :by ELSE created_at END,
                    queued_at = CASE WHEN queued_at > <dbnow> + :by THEN <dbnow> + :by ELSE queued_at END,
                    submitted_at = CASE WHEN submitted_at > <dbnow> + :by THEN <dbnow> + :by ELSE submitted_at END,
                    rendered_at = CASE WHEN rendered_at > <dbnow> + :by THEN <dbnow> + :by ELSE rendered_at END,
                    finished_at = CASE WHEN finished_at > <dbnow> + :by THEN <dbnow> + :by ELSE finished_at END
     WHERE created_at > <dbnow> + :by OR queued_at > <dbnow> + :by OR submitted_at > <dbnow> + :by
        OR rendered_at > <dbnow> + :by OR finished_at > <dbnow> + :by
    RETURNING 1 AS n
    """,
    "UPDATE counters SET last_at = <dbnow> + :by WHERE last_at > <dbnow> + :by RETURNING 1 AS n",
    "UPDATE erasures SET asked_at = <dbnow> + :by WHERE asked_at > <dbnow> + :by RETURNING 1 AS n",
    "UPDATE departures SET left_at = <dbnow> + :by WHERE left_at > <dbnow> + :by RETURNING 1 AS n",
)
