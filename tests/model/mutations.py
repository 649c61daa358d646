"""Ways to break a promise: each replaces one behaviour of the product, and says which words must show it."""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from db.jobs import admission, claims, outcomes
from db.jobs import job_queries as desk
from db.jobs import unknown_jobs as decisions
from db.jobs.job import Job
from db.money import caps, ledger
from db.money.caps import Level, Measure
from jobs.runtime import records
from jobs.runtime.retry import Requeue
from jobs.steps import deliverer, submitter

Patch = pytest.MonkeyPatch


@dataclass(frozen=True, slots=True)
class Mutation:
    """What is replaced, and what the machine says of it."""

    apply: Callable[[Patch], None]
    shown_by: str


def _rewrite(patch: Patch, module: object, name: str, old: str, new: str) -> None:
    """Replace a part of an SQL text that must be there: a mutant that changes nothing proves nothing."""
    sql = getattr(module, name)
    assert old in sql, f"{name} reads otherwise now"
    patch.setattr(module, name, sql.replace(old, new))


def requeue_stranded(patch: Patch) -> None:
    """An order of unknown outcome is simply sent again."""
    patch.setattr(outcomes, "_UNKNOWN_SUBMIT", outcomes._REQUEUE.replace(":delay_ms", "0"))


def requeue_ambiguous(patch: Patch) -> None:
    """Any error of the paid call is answered with the same call later."""
    patch.setattr(
        submitter, "after_submit_error", lambda _error, *, attempt, jitter: Requeue(attempt + jitter)
    )


def drop_fence(patch: Patch) -> None:
    """Whoever claimed a job may write about it for ever."""
    guarded = re.compile(r"WHERE id = :id AND fence = :fence.*")
    texts = [
        (name, sql) for name, sql in vars(outcomes).items() if isinstance(sql, str) and guarded.search(sql)
    ]
    assert texts
    for name, sql in texts:
        patch.setattr(outcomes, name, guarded.sub("WHERE id = :id", sql))


def omit(module: object, booking: str) -> Callable[[Patch], None]:
    """Return what omits one booking in one module."""

    async def nothing(_transaction: object, *_values: object, **_others: object) -> None:
        """Book nothing."""

    assert hasattr(module, booking)
    return lambda patch: patch.setattr(module, booking, nothing)


def refund_unknown(patch: Patch) -> None:
    """An order of unknown outcome is given back, as if it had surely cost nothing."""

    async def unknown(self: outcomes.Outcomes, job: Job, *, detail: str) -> Job:
        return await self._record(job, outcomes._UNKNOWN_SUBMIT, ledger.book_refund, detail=detail)

    patch.setattr(outcomes.Outcomes, "unknown", unknown)


def ignore_reported_cost(patch: Patch) -> None:
    """What the provider says that a video did cost is not booked."""
    _rewrite(
        patch,
        outcomes,
        "_RENDERED",
        "COALESCE(:cost_micros, price_micros)",
        "COALESCE(price_micros, :cost_micros)",
    )


def no_limit_on(measure: Measure) -> Callable[[Patch], None]:
    """Return what leaves one kind of limit out."""
    at_most = caps._at_most

    def without_it(limit: int | None, total: int, *, by: int, reached: tuple[Level, Measure]) -> None:
        if reached[1] is not measure:
            at_most(limit, total, by=by, reached=reached)

    return lambda patch: patch.setattr(caps, "_at_most", without_it)


def order_while_paused(patch: Patch) -> None:
    """A pause is looked at by nobody who orders."""

    async def open_to_all(_transaction: object, _row: object) -> None:
        """Refuse nothing."""

    patch.setattr(admission, "_require_not_paused_or_blocked", open_to_all)


def random_nonce(patch: Patch) -> None:
    """Every try of a delivery is a message of its own."""
    assert hasattr(deliverer, "_nonce")
    patch.setattr(deliverer, "_nonce", lambda _job: secrets.token_hex(8))


def blind_resend(patch: Patch) -> None:
    """Nobody looks at the channel before a late second try."""
    patch.setattr(deliverer, "NONCE_SECONDS", float("inf"))


def show_anything_again(patch: Patch) -> None:
    """The button works for any video. Reasons are of failed jobs alone, so both conditions are the guard."""
    _rewrite(patch, desk, "_DELIVER_AGAIN", "AND state = 'failed'", "")
    _rewrite(patch, desk, "_DELIVER_AGAIN", "AND reason IN ('undeliverable', 'too_large')", "")


def cancel_anything(patch: Patch) -> None:
    """What is with the provider can be cancelled too."""
    _rewrite(
        patch, desk, "_CANCEL", "AND state = 'queued'", "AND state IN ('queued', 'submitting', 'rendering')"
    )


def forget_that_it_was_told(patch: Patch) -> None:
    """An ending is told again and again."""
    _rewrite(patch, outcomes, "_TOLD", "told_at = <dbnow>, lease_owner = NULL", "next_at = <dbnow> + 60000")


def rescue_anything(patch: Patch) -> None:
    """A late answer brings back whatever has become of its job. The recorder looks, and the statement does."""
    fits = records._fits

    def fits_any_state(effect: records.Effect, now: Job) -> bool:
        if effect.kind is not records.Kind.ORDERED:
            return fits(effect, now)
        return (now.submit_key, now.order_number, now.erased_at) == (
            effect.submit_key,
            effect.order_number,
            None,
        )

    patch.setattr(records, "_fits", fits_any_state)
    _rewrite(patch, outcomes, "_RESCUE", "AND state = 'unknown' AND reason = 'ambiguous_submit'", "")


def no_lease(patch: Patch) -> None:
    """A claim keeps nobody away."""
    _rewrite(patch, claims, "_CLAIM_STRANDED", "AND next_at <= <dbnow>", "")


MUTATIONS = {
    "requeue_stranded": Mutation(requeue_stranded, "accepted POSTs"),
    "requeue_ambiguous": Mutation(requeue_ambiguous, "accepted POSTs"),
    "drop_fence": Mutation(drop_fence, "stale worker|illegal step|history|UNIQUE"),
    "no_refund_of_failures": Mutation(omit(outcomes, "book_refund"), "ledger of"),
    "no_refund_of_cancelled": Mutation(omit(desk, "book_refund"), "ledger of"),
    "no_refund_of_expired": Mutation(omit(admission, "book_refund"), "ledger of"),
    "refund_without_a_share": Mutation(omit(ledger, "give_back"), "counted for"),
    "refund_unknown": Mutation(refund_unknown, "ledger of"),
    "no_commit": Mutation(omit(outcomes, "book_commit"), "ledger of"),
    "no_settling": Mutation(omit(ledger, "settle"), "counted for"),
    "ignore_reported_cost": Mutation(ignore_reported_cost, "ledger of"),
    "no_budget_of_a_day": Mutation(no_limit_on(Measure.MICROS_PER_DAY), "kept: True"),
    "no_budget_of_a_month": Mutation(no_limit_on(Measure.MICROS_PER_MONTH), "kept: True"),
    "order_while_paused": Mutation(order_while_paused, "kept: True"),
    "random_nonce": Mutation(random_nonce, "stands twice"),
    "blind_resend": Mutation(blind_resend, "stands twice"),
    "show_anything_again": Mutation(show_anything_again, "history broken"),
    "cancel_anything": Mutation(cancel_anything, "cancelled: |history broken"),
    "free_second_try": Mutation(omit(decisions, "book_reserve"), "ledger of"),
    "forget_that_it_was_told": Mutation(forget_that_it_was_told, "told \\d+ times|no end"),
    "rescue_anything": Mutation(rescue_anything, "stale worker|history broken"),
    "no_lease": Mutation(no_lease, "before its lease had passed"),
}
