"""Half a minute of load, faults and kills, the same each time. Longer, and with seeds of chance: `make soak`."""

import pytest

from tests.crash.mutants import Mutant
from tests.soak import fleet
from tests.soak.kills import as_wanted, moments
from tests.soak.kills import run as run_kills
from tests.soak.plan import Blow, plan
from tests.soak.run import soak

SEED = 149
SECONDS = 30.0


def test_a_seed_is_a_plan():
    assert plan(SEED, SECONDS) == plan(SEED, SECONDS) != plan(SEED + 1, SECONDS)
    assert moments(SEED, kills=20, jobs=200) == moments(SEED, kills=20, jobs=200)


def test_half_a_minute_holds_every_kind_of_blow():
    assert {item.act for item in plan(SEED, SECONDS) if isinstance(item.act, Blow)} == set(Blow)


@pytest.mark.proof
@pytest.mark.process
@pytest.mark.timeout(420)
async def test_load_faults_and_kills_break_no_promise(tmp_path):
    report = await soak(SEED, SECONDS, tmp_path)
    assert not report.broken, "\n".join([f"seed {report.seed}", *report.broken, *report.about])
    assert report.endings["delivered"] > report.orders / 2
    assert set(report.blows) == set(Blow)


@pytest.mark.proof
@pytest.mark.process
@pytest.mark.timeout(420)
async def test_a_second_payment_would_be_seen(tmp_path):
    report = await soak(SEED, 10.0, tmp_path, mutant=Mutant.REQUEUE_SUBMITTING)
    assert any("accepted POSTs for one job" in text for text in report.broken)


@pytest.mark.proof
@pytest.mark.process
@pytest.mark.timeout(420)
async def test_a_fleet_whose_processes_are_killed_pays_once_and_delivers_once(tmp_path):
    tally = await fleet.run(SEED, tmp_path, jobs=24, kills=4)
    assert fleet.as_wanted(tally, jobs=24, kills=4), tally


@pytest.mark.proof
@pytest.mark.process
@pytest.mark.timeout(420)
async def test_jobs_that_are_killed_again_and_again_are_paid_for_once_and_delivered_once(tmp_path):
    tally = await run_kills(SEED, tmp_path, jobs=12, kills=3)
    assert as_wanted(tally, jobs=12, kills=3), tally
