"""Plays a plan, lets everything heal, waits for the end of every job, and reconciles the ledgers."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sandbox.faults import Fault
from tests.crash.mutants import Mutant
from tests.soak.discord_faults import GATEWAY_FAULTS, arm
from tests.soak.keeper import Keeper, keeping
from tests.soak.members import Members
from tests.soak.operators import operating
from tests.soak.plan import (
    Act,
    Blow,
    Decision,
    DiscordFault,
    GatewayFault,
    Order,
    Planned,
    ProviderFault,
    plan,
    told,
)
from tests.soak.resources import Meter
from tests.soak.stage import Stage, open_stage

RUNNING = 5
RENDER_SECONDS = 1.0
END_SECONDS = 240.0
_LOOK_SECONDS = 0.25
_QUIET_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    seed: int
    seconds: float
    healing_seconds: float
    orders: int
    decisions: int
    without_a_job: Counter[str]
    endings: Counter[str]
    accepted: int
    lives: int
    blows: Counter[str]
    faults: Counter[str]
    unmet: int  #: faults of the provider that nothing ran into
    meter: Meter
    broken: tuple[str, ...]
    about: tuple[str, ...]


async def soak(seed: int, seconds: float, folder: Path, *, mutant: Mutant | None = None) -> Report:
    planned = plan(seed, seconds)
    begun = time.perf_counter()
    async with open_stage(folder, running=RUNNING, render_seconds=RENDER_SECONDS, mutant=mutant) as stage:
        members = Members(stage.discord)
        async with keeping(stage.discord, stage.live) as keeper, operating(stage, keeper):
            broken = await _play(planned, stage, members, keeper)
            healed, unmet = time.perf_counter(), stage.heal()
            broken += await _end(stage, members, keeper)
        broken += [*keeper.broken, *keeper.meter.violations(), *stage.violations()]
        return Report(
            seed=seed,
            seconds=time.perf_counter() - begun,
            healing_seconds=time.perf_counter() - healed,
            orders=members.ordered,
            decisions=members.decided,
            without_a_job=stage.without_a_job(),
            endings=stage.endings(),
            accepted=len(stage.sandbox.ledger.accepted),
            lives=keeper.lives,
            blows=Counter(keeper.blows),
            faults=told(planned),
            unmet=unmet,
            meter=keeper.meter,
            broken=tuple(broken),
            about=tuple(line for text in broken for line in stage.about(text)),
        )


async def _play(planned: list[Planned], stage: Stage, members: Members, keeper: Keeper) -> list[str]:
    """Do what is planned, none of it too early."""
    await keeper.until_ready()
    begun = time.perf_counter()
    for item in planned:
        await asyncio.sleep(max(0.0, item.at - (time.perf_counter() - begun)))
        try:
            await _do(item.act, stage, members, keeper)
        except TimeoutError as error:
            return [str(error)]
    return []


async def _do(act: Act, stage: Stage, members: Members, keeper: Keeper) -> None:
    match act:
        case Order():
            await keeper.until_ready()
            await members.order(act)
        case ProviderFault(spelling):
            stage.sandbox.faults.add(Fault.parse(spelling))
        case DiscordFault(name):
            arm(stage.discord, name)
        case GatewayFault(name):
            await GATEWAY_FAULTS[name](stage.discord)
        case Decision(again):
            await members.decide(stage.rows(), again=again)
        case Blow():
            await keeper.strike(act)


async def _end(stage: Stage, members: Members, keeper: Keeper) -> list[str]:
    """Wait until every job has its end; who has none is found when the ledgers are read."""
    await members.settle()
    try:
        async with asyncio.timeout(END_SECONDS):
            quiet = 0.0
            while quiet < _QUIET_SECONDS:  # a bot that has just started is still to hear the last commands
                await asyncio.sleep(_LOOK_SECONDS)
                quiet = quiet + _LOOK_SECONDS if stage.rows().settled else 0.0
    except TimeoutError:
        return [f"not every job had its end within {END_SECONDS:g} s"]
    finally:
        keeper.note_done()
        await keeper.end()
    return []
