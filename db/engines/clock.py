"""A clock that does not jump while a process runs, and the correction of rows after the machine's clock was set.

People, NTP and virtual machines set the wall clock of a machine. Leases and waits are durations, so they
follow `SteadyClock`, which counts seconds that really pass. After the wall clock was set, `Corrections` moves
rows and clock together, in one transaction: waits keep their length, and times that people see are right from
then on.
"""

import logging
import time
from collections.abc import Callable

from db.engines.bot_state import BotState
from db.engines.engine import Engine, Transaction

log = logging.getLogger(__name__)

JUMP_MS = 1000
"""The smallest difference that counts as a jump.

NTP corrects a clock slowly, in smaller steps, and the steady clock with it.
"""

Trusted = Callable[[float], bool]
"""A function that returns whether the clock has not been in doubt for at least so many seconds."""

NOTE_MS = 60_000
GAP_MS = 3_600_000
"""The gap between the last stored reading and a start after which the clock is in doubt.

The bot was down for long, or the clock is wrong; the two cannot be told apart at once.
"""

DOUBT_SECONDS = 60.0
"""How long after a gap or a jump no job counts as too old."""

LONG_DOUBT_SECONDS = 3600.0
"""How long after a gap or a jump no files and prompts are deleted for their age."""


def wall_clock() -> int:
    """Return the machine's time in epoch milliseconds."""
    return time.time_ns() // 1_000_000


def steady_clock() -> int:
    """Return milliseconds since an arbitrary moment, including time asleep if the system can measure it."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
    return time.monotonic_ns() // 1_000_000


class SteadyClock:
    """A clock in epoch milliseconds that starts at the wall clock's time and advances with steady time."""

    def __init__(
        self, *, wall: Callable[[], int] = wall_clock, steady: Callable[[], int] = steady_clock
    ) -> None:
        self._wall = wall
        self._steady = steady
        self.offset = wall() - steady()
        self._doubted_at: int | None = None

    def __call__(self) -> int:
        """Return the time in epoch milliseconds."""
        return self._steady() + self.offset

    def jump(self) -> int:
        """Return by how many milliseconds the wall clock differs from this clock."""
        return self._wall() - self()

    def doubt(self) -> None:
        """Record that ages may be wrong from now on."""
        self._doubted_at = self._steady()

    def trusted(self, seconds: float) -> bool:
        """Return whether nothing was in doubt for `seconds`, so that an age of that length is reliable."""
        return self._doubted_at is None or self._steady() - self._doubted_at >= seconds * 1000


class Corrections:
    """The correction of rows whose times come from `clock`, after the wall clock was set.

    Without a `clock`, the times of rows come from the database server, and only the process's clock is
    corrected.
    """

    def __init__(self, engine: Engine, clock: SteadyClock | None) -> None:
        self._engine = engine
        self._clock = clock
        self._facts = BotState(engine)
        self._noted_at = 0

    async def begin(self) -> None:
        """Continue from the last stored reading, so that a clock that was set back during downtime is noticed."""
        if self._clock is None:
            return
        last = int(await self._facts.get("clock") or self._clock())
        if self._clock() - last > GAP_MS:
            self._clock.doubt()
        self._clock.offset += max(0, last - self._clock())
        await self.follow(self._clock)

    async def follow(self, clock: SteadyClock) -> None:
        """If the wall clock was set, set `clock` and the rows to it."""
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
            clock.offset = before + by  # in the same transaction as the rows: the next body sees both changes

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

# A jump ahead makes no job older, or it would count as late, or as having waited too long.
_AHEAD = (
    """
    UPDATE jobs SET queued_at = queued_at + :by, submitted_at = submitted_at + :by
     WHERE state IN <under_way>
    RETURNING 1 AS n
    """,
)

# After a jump back, no time may lie in the future, or the row would be kept or blocked until then. A result that was
# sent keeps its age, or seems older: then its channel is searched before it is sent again.
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
