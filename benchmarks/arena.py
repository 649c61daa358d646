"""Opens the contestants, lets them take turns so that a noisy minute strikes all of them, and takes medians."""

import contextlib
import importlib.util
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.contestants import Contestant, Ours, OurWholeLife, open_ours, sqlite_url
from benchmarks.load import Load, median_of
from benchmarks.machine import Limits
from benchmarks.postgres import durable_server, empty_database, run_on
from benchmarks.postgres_peers import POSTGRES_PEERS
from benchmarks.sqlite_peers import SQLITE_PEERS

OURS_SQLITE, OURS_POSTGRES = "Clapper on SQLite", "Clapper on PostgreSQL"
WHOLE_LIFE = ", all six steps"

Run = Callable[[Contestant, int], Awaitable[Load]]


@dataclass(frozen=True, slots=True)
class Arena:
    """The contestants that could be opened, and those that could not."""

    contestants: list[Contestant] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def with_history(name: str, history: int) -> str:
    """Return the name of a contestant that has old jobs in its database."""
    return f"{name}, {history:,} old jobs"


def settings_of(contestants: Sequence[Contestant]) -> list[str]:
    """Return a line for each queue on what it promises; our own databases differ in their rows alone."""
    plain = [
        contestant
        for contestant in contestants
        if not isinstance(contestant, Ours) or contestant.name in {OURS_SQLITE, OURS_POSTGRES}
    ]
    return [f"{contestant.name}: {contestant.settings}" for contestant in plain]


@contextlib.asynccontextmanager
async def open_arena(
    *, history: int = 0, whole_life: bool = False, peers: bool = True, postgres: bool = True
) -> AsyncGenerator[Arena]:
    """Open our store on both engines, with and without old jobs, and its peers."""
    async with contextlib.AsyncExitStack() as stack:
        arena = Arena()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clapper-bench-")))
        for name, kind, old in _ours(OURS_SQLITE, history=history, whole_life=whole_life):
            url = sqlite_url(folder, f"ours-{len(arena.contestants)}")
            opening = open_ours(kind, url, name=name, history=old)
            arena.contestants.append(await stack.enter_async_context(opening))
        if peers:
            _open_sqlite_peers(stack, arena, folder)
        if postgres:
            await _open_postgres(stack, arena, history=history, whole_life=whole_life, peers=peers)
        yield arena


def _ours(name: str, *, history: int, whole_life: bool) -> list[tuple[str, type[Ours], int]]:
    found: list[tuple[str, type[Ours], int]] = [(name, Ours, 0)]
    if whole_life:
        found.append((name + WHOLE_LIFE, OurWholeLife, 0))
    if history:
        found.append((with_history(name, history), Ours, history))
    return found


def _open_sqlite_peers(stack: contextlib.AsyncExitStack, arena: Arena, folder: Path) -> None:
    for name, opener in SQLITE_PEERS.items():
        try:
            arena.contestants.append(stack.enter_context(opener(folder)))
        except ImportError as error:
            arena.missing.append(f"{name}: {error}")


async def _open_postgres(
    stack: contextlib.AsyncExitStack, arena: Arena, *, history: int, whole_life: bool, peers: bool
) -> None:
    try:
        server = stack.enter_context(durable_server())
    except (AssertionError, OSError) as error:
        arena.missing.append(f"everything on PostgreSQL: {error}")
        return
    for name, kind, old in _ours(OURS_POSTGRES, history=history, whole_life=whole_life):
        url = await empty_database(server)
        opening = open_ours(kind, url, name=name, history=old)
        arena.contestants.append(await stack.enter_async_context(opening))
        await run_on(url, "VACUUM ANALYZE")  # as a server does by itself within a minute
    for name, opener in POSTGRES_PEERS.items() if peers else ():
        if importlib.util.find_spec(name) is None:
            arena.missing.append(f"{name}: it is not installed")
            continue
        arena.contestants.append(await stack.enter_async_context(opener(await empty_database(server))))


async def take_turns(
    contestants: Sequence[Contestant], levels: Sequence[int], run: Run, *, rounds: int, limits: Limits
) -> dict[tuple[str, int], Load]:
    """Return each contestant's median at each level; rounds are interleaved, the limits taken in each."""
    loads: dict[tuple[str, int], list[Load]] = {}
    for _ in range(rounds):
        await limits.take()
        for level in levels:
            for contestant in contestants:
                loads.setdefault((contestant.name, level), []).append(await run(contestant, level))
                await contestant.clear()
    return {key: median_of(found) for key, found in loads.items()}
