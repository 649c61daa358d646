"""The pure decisions, each as one table."""

import pytest

from db.jobs.job import Reason
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
from jobs.runtime.retry import Fail, Quarantine, Requeue, after_submit_error, backoff, spread
from jobs.steps.poller import PollPlan, first_poll, next_poll, remaining, spread_out
from tests.support.rows import each_row

LATE_SECONDS = 300
LONGEST_SECONDS = 30


@each_row(
    "error, attempt, decision",
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
)
def test_what_follows_from_a_failed_submission(error, attempt, decision):
    assert after_submit_error(error, attempt=attempt, jitter=0) == decision


@each_row("attempt, seconds", [(1, 2), (2, 4), (5, 32), (7, 120), (30, 120), (10_000, 120)])
def test_waits_double_up_to_a_bound(attempt, seconds):
    assert backoff(attempt, jitter=0) == seconds


def test_a_wait_is_spread_by_a_quarter():
    assert (backoff(1, jitter=-1), backoff(1, jitter=1)) == (1.5, 2.5)


def test_the_providers_own_wish_is_never_undercut():
    assert backoff(1, jitter=-1, at_least=90) == 90


@each_row("asked", [3601, 1e300, float("inf"), float("nan")])
def test_no_pause_is_longer_than_an_hour_whatever_is_asked_for(asked):
    assert backoff(1, jitter=0, at_least=asked) == 3600


PLAN = PollPlan(first_seconds=15, interval_seconds=3, late_after_seconds=1200)


@each_row("median, seconds", [(None, 15), (80, pytest.approx(36.8)), (2, 3)])
def test_the_first_poll_comes_at_nearly_half_of_the_measured_median(median, seconds):
    assert first_poll(PLAN, median_seconds=median) == seconds


def wait(elapsed, *, median=90, remaining_seconds=None):
    return next_poll(
        PLAN, elapsed_seconds=elapsed, median_seconds=median, remaining_seconds=remaining_seconds
    )


@each_row(
    "elapsed, seconds",
    [(0, 18.43), (45, 7.82), (81, 4.43), (90, 4.29), (180, 4.29), (225, 4.29), (450, 8.57), (1199, 22.84)],
)
def test_polls_draw_together_towards_the_median_and_become_rare_in_overtime(elapsed, seconds):
    assert wait(elapsed) == pytest.approx(seconds, abs=0.01)


@each_row("elapsed, seconds", [(15, 3), (90, 3), (225, 3), (450, 6), (1199, 15.99)])
def test_while_nothing_is_measured_polls_come_at_the_operators_interval(elapsed, seconds):
    assert wait(elapsed, median=None) == pytest.approx(seconds, abs=0.01)


@each_row("median, elapsed, seconds", [(9, 8, 3), (0.1, 1, 3), (900, 300, 105.7)])
def test_no_poll_comes_sooner_than_the_interval_or_later_than_the_longest(median, elapsed, seconds):
    assert wait(elapsed, median=median) == pytest.approx(min(LONGEST_SECONDS, seconds), abs=0.01)


@each_row(
    "elapsed, remaining_seconds, seconds",
    [(20, 60, 10), (20, 8, 8), (20, 1, 3), (90, 60, 10), (200, 1, 3), (450, 60, 10), (450, 1, 6)],
)
@each_row("median", [90, None])
def test_a_task_that_reports_progress_is_polled_when_it_should_be_done(
    elapsed, remaining_seconds, seconds, median
):
    assert wait(elapsed, median=median, remaining_seconds=remaining_seconds) == seconds


@each_row("remaining_seconds", [None, 5])
def test_a_late_task_is_polled_rarely(remaining_seconds):
    assert wait(1199.9, remaining_seconds=remaining_seconds) < 30
    assert wait(1200, remaining_seconds=remaining_seconds) == LATE_SECONDS


@each_row(
    "progress, estimated, seconds",
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


def test_polls_are_spread_by_fifteen_percent():
    assert (spread_out(100, -1), spread_out(100, 1)) == pytest.approx((85, 115))


def test_a_spread_reaches_from_one_end_to_the_other_and_no_further():
    drawn = [spread() for _ in range(1000)]
    assert -1 <= min(drawn) < -0.9
    assert 0.9 < max(drawn) <= 1


@each_row("attempt", [0, 1])
def test_no_failure_waits_less_than_the_first(attempt):
    assert backoff(attempt, jitter=0) == 2
