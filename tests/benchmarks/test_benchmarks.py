"""The benchmarks at their smallest: their figures exist and add up; how good they are is for `make bench` to say."""

import importlib
import re

import pytest

from benchmarks import acknowledgement, admission, claims, end_to_end, fairness, footprint, naive, polling
from benchmarks.__main__ import NAMES
from benchmarks.report import Bar, Report, Table

pytestmark = pytest.mark.proof


def rows_of(report, number):
    return {row[0]: row[1:] for row in report.tables[number].rows}


def as_number(cell):
    return float(cell.replace(",", ""))


@pytest.mark.parametrize("name", NAMES)
def test_make_bench_runs_modules_that_return_a_report(name):
    assert importlib.import_module(f"benchmarks.{name}").main.__annotations__["return"] is Report


def test_a_bar_says_whether_it_was_met_missed_or_not_measured():
    met = Bar(what="p99", figure=40, bound=150, unit="ms")
    missed = Bar(what="rate", figure=1999, bound=2000, at_least=True)
    unknown = Bar(what="rate", figure=None, bound=2000)
    assert [bar.met for bar in (met, missed, unknown)] == [True, False, None]
    assert [str(bar).split()[0] for bar in (met, missed, unknown)] == ["met", "MISSED", "NOT"]


def test_a_report_prints_tables_bars_notes_and_what_is_missing():
    table = Table(title="rates", columns=("", "per second"), rows=[("ours", "12"), ("theirs", "9")])
    text = str(
        Report(name="x", tables=[table], bars=[Bar(what="b", figure=1, bound=2)], notes=["n"], missing=["m"])
    )
    assert re.search(r"ours +12\ntheirs +9", text)
    assert all(part in text for part in ("== x ==", "bar: met", "note: n", "NOT TAKEN: m"))


@pytest.mark.parametrize("postgres", [False, True])
async def test_admissions_are_measured_on_both_engines_with_and_without_old_jobs(postgres):
    report = await admission.measure(callers=(1, 4), old_jobs=30, rounds=1, peers=False, postgres=postgres)
    rows = rows_of(report, 1)
    assert len(rows) == (4 if postgres else 2)
    assert report.missing == []
    for cells in rows.values():
        per_second, _, p50, p99, *_ = map(as_number, cells)
        assert per_second > 0
        assert p50 <= p99


async def test_claims_are_measured_until_nothing_is_left_to_claim(monkeypatch):
    monkeypatch.setattr(claims, "JOBS", 12)
    report = await claims.measure(workers=(1, 3), old_jobs=5, rounds=1, peers=False, postgres=False)
    rows = rows_of(report, 1)
    assert len(rows) == 3
    assert all(as_number(cells[0]) > 0 for cells in rows.values())


@pytest.mark.process
async def test_every_command_of_a_burst_is_counted():
    report = await acknowledgement.measure({3: 1})
    [cells] = report.tables[1].rows
    p50, p99, most, missing, acknowledged, queued, *processor = map(as_number, cells[1:])
    assert p50 <= p99 <= most <= acknowledged <= queued
    assert missing == 0
    assert all(used > 0 for used in processor)


@pytest.mark.process
async def test_jobs_from_end_to_end_are_all_delivered():
    report = await end_to_end.measure(jobs=10, under_way=4, rounds=1)
    [cells] = report.tables[1].rows
    per_second, seconds, bot, around, calls, before, most = map(as_number, cells[1:])
    assert min(per_second, seconds, bot, around) > 0
    assert calls >= 3
    assert before <= most


@pytest.mark.process
async def test_a_bot_at_rest_is_watched_with_and_without_jobs():
    report = await footprint.measure(running=20, rounds=1, watch_seconds=0.2, orders=(2, 3))
    without, with_jobs = rows_of(report, 0).values()
    assert as_number(without[1]) > 0
    assert as_number(with_jobs[0]) > 0
    assert without[3] == "-"
    assert len(report.bars) == 4
    assert "by 3 orders" in report.tables[1].title


@pytest.mark.process
def test_polling_is_simulated_for_every_policy_and_delivered_for_real():
    report = polling.measure(crowds={3: 1500.0}, warm_up=300.0, deliveries=1)
    rows = rows_of(report, 1)
    assert len(rows) == 7
    for mean, _, p50, p95, polls_per_job, per_second, busiest, jobs in rows.values():
        assert as_number(mean) > 0
        assert as_number(p50) <= as_number(p95)
        assert as_number(polls_per_job) >= 1
        assert as_number(per_second) <= as_number(busiest) <= polling.BUDGET
        assert as_number(jobs) > 10
    assert "1 videos" in report.tables[2].title


@pytest.mark.parametrize("postgres", [False, True])
async def test_fairness_counts_the_members_among_the_first_that_are_served(postgres):
    report = await fairness.measure(queued_by_one=20, others=5, old_jobs=5, postgres=postgres)

    assert {row[:3] for row in rows_of(report, 1).values()} == {("6", "6", "1")}
    assert [bar.met for bar in report.bars] == [True] * (2 if postgres else 1)


@pytest.mark.process
async def test_both_bots_do_the_same_jobs_and_their_polls_and_processor_time_are_counted():
    cost, own, polls, left = await naive.at_work(jobs=3, under_way=3, warm_up=0)
    assert min(cost.ours, cost.naive, own.ours, own.naive) > 0
    assert cost.ours >= own.ours
    assert min(polls.ours, polls.naive) >= 1
    assert left.naive == 0
    assert [line.bar().what for line in (cost, left)] == [f"{cost.what}, to the naive bot", left.what]
