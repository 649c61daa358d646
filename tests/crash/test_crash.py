"""One death at every beat of a job's life. All pairs of deaths, takeovers and mutants: `make crash`."""

import asyncio

import pytest

from sandbox.faults import Fault, FaultName
from tests.crash.mutants import SHOWN_BY, Mutant
from tests.crash.plans import Ending, Run, controls, singles
from tests.crash.stage import live_to_the_end, open_stage, play, until

pytestmark = [pytest.mark.process, pytest.mark.timeout(600)]

AT_ONCE = 3


async def played(runs, folder):
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, run: Run):
        place = folder / str(number)
        place.mkdir()
        async with turn:
            return await play(run, place)

    return await asyncio.gather(*(one(number, run) for number, run in enumerate(runs)))


async def test_no_single_death_breaks_a_promise(tmp_path):
    verdicts = await played([*controls(), *singles()], tmp_path)
    broken = [f"{verdict.run}: {'; '.join(verdict.broken)}" for verdict in verdicts if verdict.broken]
    assert not broken, "\n".join(broken)
    assert [str(verdict.run) for verdict in verdicts if verdict.deaths < len(verdict.run.beats)] == []


async def test_a_second_paid_call_would_be_seen(tmp_path):
    mutant = Mutant.REQUEUE_SUBMITTING
    [run] = SHOWN_BY[mutant]
    verdict = await play(run, tmp_path, mutant=mutant)
    assert "2 accepted POSTs for one job" in verdict.broken


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
