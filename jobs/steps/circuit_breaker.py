"""The circuit breaker: it pauses ordering if the account is empty, the key is refused or the provider fails.

It also suspends members whom the provider's filter refuses too often.
"""

import logging
from collections import deque
from collections.abc import Awaitable, Callable

from db.jobs.job import Job, Reason
from db.settings.pauses import STRIKES, Blocks, Cause, Pauses
from hailuo.errors import HailuoError, NotSent, OutcomeUnknown, StillSubmitting, Unavailable
from hailuo.provider import Balance
from jobs.notify.notifier import Alert, Notifier, NotifyError, Strikes, TryLater

log = logging.getLogger(__name__)

STRIKE_SECONDS = 24 * 3600.0
"""How long a refusal by the filter counts, and how long a suspension lasts."""

OUTAGE_AFTER = 5
"""The number of failed submissions in a row that counts as an outage."""

ALERTS_KEPT = 20
"""The maximum of unsent alerts in memory; beyond it, the oldest are dropped."""

MISSED_AT_ONCE = 3
"""The number of failures that ends a round of notifications, so that Discord is not called again and again."""

FIRST_OUTAGE_SECONDS, LONGEST_OUTAGE_SECONDS = 60.0, 1800.0
BALANCE_SECONDS = 900.0
"""How long an empty account pauses ordering; then an order tests whether the account was filled.

This is for providers that do not report a balance.
"""

AskBalance = Callable[[], Awaitable[Balance | None]]


class CircuitBreaker:
    """The guard that pauses ordering and suspends members, according to the outcomes of submissions.

    The count of failures is in memory, for this process only; pauses and suspensions are in the database, for
    all.
    """

    def __init__(
        self,
        pauses: Pauses,
        blocks: Blocks,
        notifier: Notifier,
        *,
        balance: AskBalance,
        key_id: str,
        strikes: int,
        low_balance: float,
    ) -> None:
        self._pauses = pauses
        self._blocks = blocks
        self._notifier = notifier
        self._balance = balance
        self._key_id = key_id
        self._strikes = strikes
        self._low_balance = low_balance
        self._failures = 0
        self._warned = False
        self._gone = False
        self._unheard: deque[tuple[Alert, str]] = deque(maxlen=ALERTS_KEPT)

    async def record_refusal(self, job: Job) -> None:
        """Pause ordering or count a strike, depending on the reason why the job failed."""
        match job.reason:
            case Reason.OUT_OF_CREDIT:
                await self._pause(Cause.BALANCE, Alert.BALANCE, seconds=BALANCE_SECONDS)
            case Reason.KEY_REFUSED:
                await self._pause(Cause.KEY, Alert.KEY)
            case Reason.MODERATED:
                await self._count_strike(job)
            case _:
                pass

    async def record_failure(self, error: HailuoError) -> None:
        """Count a failed submission; several in a row pause ordering for an outage, each time for longer."""
        if not isinstance(error, Unavailable | NotSent | OutcomeUnknown) or isinstance(
            error, StillSubmitting
        ):
            return
        self._failures += 1
        if self._failures < OUTAGE_AFTER:
            return
        self._failures = 0
        times = await self._pauses.times(Cause.OUTAGE)
        seconds = min(LONGEST_OUTAGE_SECONDS, FIRST_OUTAGE_SECONDS * 2**times)
        await self._pause(Cause.OUTAGE, Alert.OUTAGE, seconds=seconds)

    async def record_success(self) -> None:
        """Record a successful submission; lift pauses that failures caused."""
        self._failures = 0
        for cause in _LIFTED_BY_AN_ORDER & await self._pauses.causes():
            await self._lift(cause)

    async def check_balance(self) -> None:
        """Read the balance: alert once if it is low, and lift the pause once an empty account was filled.

        The pause for a refused key is lifted if the key is a different one now.
        """
        await self._forget_former_key()
        try:
            balance = await self._balance()
        except HailuoError as error:
            log.debug("no balance: %s", error)
            return
        if balance is None:
            return
        enough = balance.unlimited or (balance.remaining or 0) > 0
        if enough and any(pause.cause is Cause.BALANCE for pause in await self._pauses.standing()):
            await self._lift(Cause.BALANCE)
        await self._warn(balance)

    async def check_database(self) -> None:
        """Alert the operator if the database's file was deleted or replaced, and again when it is back."""
        gone = not await self._pauses.file_still_there()
        if gone == self._gone:
            return
        log.error(
            "the database's file %s", "was deleted or replaced: nothing is ordered" if gone else "is back"
        )
        self._gone = gone
        await self.alert(Alert.DATABASE if gone else Alert.OVER, Cause.DATABASE)

    async def notify_waiting(self) -> None:
        """Notify each requester of a waiting job once that ordering is paused; retry failed notifications later."""
        missed: list[Job] = []
        while len(missed) < MISSED_AT_ONCE and (job := await self._pauses.unnotified()) is not None:
            try:
                await self._notifier.notify_paused(job)
            except NotifyError as error:
                log.info("requester could not be told of the pause: job=%s: %s", job.key, error)
                missed += [job] if isinstance(error, TryLater) else []
        for job in missed:
            await self._pauses.not_notified(job)

    async def alert(self, alert: Alert, detail: str = "") -> None:
        """Send an alert to the operator, now or as soon as Discord accepts it."""
        self._unheard.append((alert, detail))
        await self.alert_again()

    async def alert_again(self) -> None:
        """Send the alerts that could not be sent before, oldest first."""
        while self._unheard:
            alert, detail = self._unheard[0]
            try:
                await self._notifier.alert(alert, detail=detail)
            except NotifyError as error:
                log.warning("the operator could not be alerted: alert=%s: %s", alert, error)
                if isinstance(error, TryLater):
                    return
            self._unheard.popleft()

    async def _forget_former_key(self) -> None:
        for pause in await self._pauses.standing():
            if pause.cause is Cause.KEY and pause.detail != self._key_id:
                await self._lift(Cause.KEY)

    async def _warn(self, balance: Balance) -> None:
        low = not balance.unlimited and (balance.remaining or 0) < self._low_balance
        if low and not self._warned:
            await self.alert(Alert.LOW_BALANCE, str(balance))
        self._warned = low

    async def strikes_after(self, job: Job) -> Strikes | None:
        """Return the strikes of the job's requester; None if the filter did not refuse this job."""
        if job.reason is not Reason.MODERATED or not self._strikes:
            return None
        refused = await self._count_strike(job)  # this may run before `record_refusal` has counted the strike
        until_at = await self._blocks.suspended_until(job.user_id)
        return Strikes(count=min(refused, self._strikes), limit=self._strikes, until_at=until_at)

    async def _count_strike(self, job: Job) -> int:
        refused = await self._blocks.refusals(job.user_id, within_ms=int(STRIKE_SECONDS * 1000))
        suspends = 0 < self._strikes <= refused
        if suspends and await self._blocks.block(job.user_id, cause=STRIKES, seconds=STRIKE_SECONDS):
            log.warning("member suspended for a day after %d refusals: user=%d", refused, job.user_id)
        return refused

    async def _pause(self, cause: Cause, alert: Alert, *, seconds: float | None = None) -> None:
        if await self._pauses.pause(cause, seconds=seconds, detail=self._key_id):
            log.error("ordering is paused: cause=%s", cause)
            await self.alert(alert)

    async def _lift(self, cause: Cause) -> None:
        if await self._pauses.lift(cause):
            log.warning("ordering goes on: cause=%s", cause)
            await self.alert(Alert.OVER, cause)


_LIFTED_BY_AN_ORDER = frozenset({Cause.OUTAGE, Cause.BALANCE, Cause.KEY})
