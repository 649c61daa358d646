"""Deaths in the moments of doubt; as long proofs one at every beat, at every pair of beats, and takeovers: `make crash`."""

import asyncio

import pytest

from jobs.runtime.failpoints import Failpoint
from sandbox.faults import Fault, FaultName
from tests.crash.mutants import SHOWN_BY, Mutant
from tests.crash.plans import Ending, Run, controls, pairs, single, singles, takeovers
from tests.crash.stage import live_to_the_end, open_stage, play, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

AT_ONCE = 3
IN_DOUBT = (Failpoint.ADMIT_COMMITTED, Failpoint.SUBMIT_ORDERED, Failpoint.DELIVER_SENT)
"""Done outside, or promised, and not known to the row, or not said."""

PARTS = 4
"""No test takes longer than a minute."""


async def played(runs, folder):
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, run: Run):
        place = folder / str(number)
        place.mkdir()
        async with turn:
            return await play(run, place)

    return await asyncio.gather(*(one(number, run) for number, run in enumerate(runs)))


def assert_nothing_is_broken(verdicts):
    broken = [f"{verdict.run}: {'; '.join(verdict.broken)}" for verdict in verdicts if verdict.broken]
    assert not broken, "\n".join(broken)


def assert_all_died_as_planned(verdicts):
    assert [str(verdict.run) for verdict in verdicts if verdict.deaths < len(verdict.run.beats)] == []


async def test_a_death_in_a_moment_of_doubt_breaks_no_promise(tmp_path):
    verdicts = await played(map(single, IN_DOUBT), tmp_path)
    assert_nothing_is_broken(verdicts)
    assert_all_died_as_planned(verdicts)


async def test_a_second_paid_call_would_be_seen(tmp_path):
    mutant = Mutant.REQUEUE_SUBMITTING
    [run] = SHOWN_BY[mutant]
    verdict = await play(run, tmp_path, mutant=mutant)
    assert "2 accepted POSTs for one job" in verdict.broken


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
async def test_no_single_death_breaks_a_promise(tmp_path, part):
    verdicts = await played([*controls(), *singles()][part::PARTS], tmp_path)
    assert_nothing_is_broken(verdicts)
    assert_all_died_as_planned(verdicts)


@pytest.mark.proof
@pytest.mark.parametrize("first", Failpoint)
async def test_no_two_deaths_break_a_promise(tmp_path, first):
    runs = [run for run in pairs() if run.beats[0] is first]
    assert {run.beats[1] for run in runs} == set(Failpoint)
    assert_nothing_is_broken(await played(runs, tmp_path))


@pytest.mark.proof
@pytest.mark.parametrize("part", range(PARTS))
async def test_no_worker_that_goes_on_after_another_took_over_breaks_a_promise(tmp_path, part):
    verdicts = await played(takeovers()[part::PARTS], tmp_path)
    assert_nothing_is_broken(verdicts)
    assert_all_died_as_planned(verdicts)


@pytest.mark.proof
@pytest.mark.parametrize(
    ("mutant", "words"),
    {
        Mutant.RANDOM_NONCE: "2 result messages of a job",
        Mutant.DROP_FENCE: "history broken",
        Mutant.REPLY_BEFORE_COMMIT: "accepted in words, but there is no row",
        Mutant.RETRY_POST: "2 accepted POSTs for one job",
        Mutant.FOLLOW_UP_DELIVERY: "2 result messages of a job",
    }.items(),
)
async def test_another_broken_promise_would_be_seen(tmp_path, mutant, words):
    [run] = SHOWN_BY[mutant]
    verdict = await play(run, tmp_path, mutant=mutant)
    assert [text for text in verdict.broken if words in text]


async def test_death_in_the_middle_of_a_download_is_followed_by_a_whole_one(tmp_path):
    async with open_stage(Ending.DELIVERED, tmp_path) as stage:
        stage.sandbox.faults.add(Fault(FaultName.DRIP, "500"))
        async with stage.live(None) as first:
            await until(lambda: stage.bots, "connection")
            await stage.order()
            await until(lambda: stage.sandbox.ledger.file_gets, "download")
            await first.kill()
        await stage.discord.gateway.wait_until_empty(5)
        async with stage.live(None) as second:
            assert await live_to_the_end(stage, second) == 0
        assert (stage.violations(), sum(stage.sandbox.ledger.file_gets.values())) == ([], 2)
        assert [job["state"] for job in stage.rows().jobs] == ["delivered"]
