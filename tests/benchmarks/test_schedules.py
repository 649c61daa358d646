"""The plan of looks beside the best schedule that there is, and the machinery that compares them."""

import asyncio

import pytest

from benchmarks.load import closed_loop
from benchmarks.optimal import Lengths, optimal_schedule
from benchmarks.policies import Fixed
from benchmarks.simulation import Crowd, simulate
from benchmarks.virtual_time import run_in_virtual_time
from jobs.steps.poller import PollPlan, first_poll, next_poll

LENGTHS = Lengths(median=90.0, sigma=0.45)


def looks_of_the_plan(median):
    plan = PollPlan()
    looks = [first_poll(plan, median_seconds=median)]
    while looks[-1] < 9 * median:
        looks.append(
            looks[-1]
            + next_poll(plan, elapsed_seconds=looks[-1], median_seconds=median, remaining_seconds=None)
        )
    return looks


def delay_and_polls(looks, lengths):
    delay = polls = before = 0.0
    for look in looks:
        ended = lengths.over_by(look) - lengths.over_by(before)
        delay += look * ended - (lengths.mass_by(look) - lengths.mass_by(before))
        polls += 1 - lengths.over_by(before)
        before = look
    return delay, polls


@pytest.mark.proof
def test_the_best_schedule_for_twelve_looks_is_the_known_one():
    best = optimal_schedule(12.0, LENGTHS)
    assert best.polls == pytest.approx(12.0, abs=0.1)
    assert best.delay == pytest.approx(2.83, abs=0.03)
    assert (best.delay, best.polls) == pytest.approx(delay_and_polls(best.looks, LENGTHS), abs=0.01)


@pytest.mark.parametrize("median", [90.0, pytest.param(150.0, marks=pytest.mark.proof)])
def test_the_plan_finds_results_nearly_as_soon_as_the_best_schedule_with_as_many_looks(median):
    lengths = Lengths(median=median, sigma=0.45)
    delay, polls = delay_and_polls(looks_of_the_plan(median), lengths)
    assert 12 <= polls <= 13
    assert delay <= 1.05 * optimal_schedule(polls, lengths).delay


@pytest.mark.proof
def test_a_look_every_ten_seconds_finds_results_five_seconds_late_in_the_simulation_too():
    crowd = Crowd(running=5, lengths=LENGTHS, per_second=10.0)
    seen = simulate(Fixed(10), crowd, seconds=20_000, warm_up=500, seed=1)
    assert seen.mean == pytest.approx(5, abs=0.5)
    assert seen.polls_per_job == pytest.approx(99.6 / 10 + 0.5, abs=0.5)


def test_the_shared_budget_is_kept_in_any_second_of_the_simulation():
    crowd = Crowd(running=60, lengths=LENGTHS, per_second=2.0)
    seen = simulate(Fixed(3), crowd, seconds=600, warm_up=100, seed=1)
    assert seen.busiest_second == 2
    assert seen.polls_per_second == pytest.approx(2, abs=0.01)


def test_virtual_time_passes_only_while_everything_sleeps():
    async def two_sleepers():
        loop = asyncio.get_running_loop()
        await asyncio.gather(asyncio.sleep(3600), asyncio.sleep(7200))
        return loop.time()

    assert run_in_virtual_time(two_sleepers) == pytest.approx(7200)


def test_virtual_time_says_so_where_nothing_will_ever_happen():
    async def forgotten():
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="never comes"):
        run_in_virtual_time(forgotten)


async def test_callers_make_as_many_calls_as_were_asked_for_and_never_more_at_once():
    numbers, at_once, most = [], 0, 0

    async def call(number):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        numbers.append(number)

    load = await closed_loop(call, callers=4, count=50)
    assert sorted(numbers) == list(range(50))
    assert (load.count, most) == (50, 4)
    assert load.p50_ms <= load.p99_ms
