"""The pure decisions, each as one table."""

import pytest

from db.job import Reason
from hailuo.errors import (
    HailuoError,
    InvalidRequest,
    KeyRefused,
    Misconfigured,
    Moderated,
    NotSent,
    OutcomeUnknown,
    OutOfCredit,
    RateLimited,
    StillSubmitting,
    Unavailable,
)
from jobs.polling import PollPlan, first_look, next_look, remaining, spread_out
from jobs.retry import Fail, Quarantine, Requeue, after_submit_error, backoff, spread


@pytest.mark.parametrize(
    ("error", "attempt", "decision"),
    [
        (OutcomeUnknown(""), 1, Quarantine()),
        (StillSubmitting("", retry_after_seconds=5), 1, Quarantine()),
        (HailuoError("never seen before"), 1, Quarantine()),
        (NotSent(""), 1, Requeue(2)),
        (NotSent(""), 3, Requeue(8)),
        (NotSent(""), 100, Requeue(120)),
        (Unavailable(""), 1, Requeue(2)),
        (RateLimited(""), 1, Requeue(2)),
        (RateLimited("", retry_after_seconds=90), 1, Requeue(90)),
        (Moderated(""), 1, Fail(Reason.MODERATED)),
        (KeyRefused(""), 1, Fail(Reason.KEY_REFUSED)),
        (OutOfCredit(""), 1, Fail(Reason.OUT_OF_CREDIT)),
        (InvalidRequest(""), 1, Fail(Reason.REJECTED)),
        (Misconfigured(""), 1, Fail(Reason.REJECTED)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_follows_from_a_failed_submission(error, attempt, decision):
    assert after_submit_error(error, attempt=attempt, jitter=0) == decision


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 2), (2, 4), (5, 32), (7, 120), (30, 120), (10_000, 120)]
)
def test_waits_double_up_to_a_bound(attempt, seconds):
    assert backoff(attempt, jitter=0) == seconds


def test_a_wait_is_spread_by_a_quarter():
    assert (backoff(1, jitter=-1), backoff(1, jitter=1)) == (1.5, 2.5)


def test_the_providers_own_wish_is_never_undercut():
    assert backoff(1, jitter=-1, at_least=90) == 90


PLAN = PollPlan(first_seconds=15, interval_seconds=3, late_after_seconds=1200)


@pytest.mark.parametrize(("median", "seconds"), [(None, 15), (80, 40), (2, 3)])
def test_the_first_look_comes_at_half_the_measured_median(median, seconds):
    assert first_look(PLAN, median_seconds=median) == seconds


@pytest.mark.parametrize(
    ("elapsed", "remaining_seconds", "seconds"),
    [
        (20, None, 3),
        (90, None, 3),
        (20, 60, 10),
        (20, 12, 6),
        (20, 1, 3),
        (200, None, pytest.approx(6.67, abs=0.01)),
        (1100, None, 30),
        (90, 60, 10),
        (91, 60, pytest.approx(3.03, abs=0.01)),
        (1199.9, 5, 30),
        (1200, None, 300),
        (1200, 5, 300),
    ],
)
def test_looks_are_close_near_the_expected_time_and_rare_after_it(elapsed, remaining_seconds, seconds):
    wait = next_look(PLAN, elapsed_seconds=elapsed, expected_seconds=90, remaining_seconds=remaining_seconds)
    assert wait == seconds


@pytest.mark.parametrize(
    ("progress", "estimated", "seconds"),
    [
        (None, None, None),
        (0, None, None),
        (50, None, 30),
        (100, None, None),
        (None, 75, 45),
        (50, 45, 30),
        (99, None, 30 / 99),
        (1, None, None),
        (9, None, None),
        (9, 75, 45),
        (10, None, 270),
        (None, 30, None),
        (None, 29, None),
    ],
)
def test_a_task_reports_what_remains(progress, estimated, seconds):
    assert remaining(elapsed_seconds=30, progress=progress, estimated_seconds=estimated) == seconds


def test_looks_are_spread_by_fifteen_percent():
    assert (spread_out(100, -1), spread_out(100, 1)) == pytest.approx((85, 115))


def test_a_spread_reaches_from_one_end_to_the_other_and_no_further():
    drawn = [spread() for _ in range(1000)]
    assert -1 <= min(drawn) < -0.9
    assert 0.9 < max(drawn) <= 1


@pytest.mark.parametrize("attempt", [0, 1])
def test_no_failure_waits_less_than_the_first(attempt):
    assert backoff(attempt, jitter=0) == 2
