"""One history: a database, two workers over it, the channels, and what a rule can do with them."""

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from db.engines.engine import LeaseLost
from db.engines.sqlite import open_sqlite
from db.jobs.admission import Requester
from db.jobs.job import Job, Owner
from db.money.caps import Caps, LevelCaps
from db.store import JobStore
from hailuo.request import VideoRequest
from jobs.money.limits import effective_limits
from jobs.orders.order import NewOrder, Order
from jobs.orders.variations import FilmTools
from jobs.pipeline import Adapters, Limits, Pipeline
from jobs.providers import Providers
from jobs.runtime.failpoints import Failpoint
from jobs.servers.guild_settings import GuildSettings
from jobs.storage.files import JobFiles
from media.isolation.tasks import first_frame_isolated, join_isolated, last_frame_isolated
from sandbox.ledger import Ledger
from tests.crash.ledgers import Rows, read_rows
from tests.model.channels import Channels
from tests.model.halting import HaltingEngine
from tests.model.place import Died, Place
from tests.model.weather import Step, Weather
from tests.sqlite_file import put_empty_database
from tests.support.caps import policy
from tests.support.clock import FakeClock
from tests.support.stage import BEN, shrink

CAPS = Caps(
    member=LevelCaps(active=3, per_day=6),
    guild=LevelCaps(micros_per_day=1_500_000),
    bot=LevelCaps(active=5, per_day=9, micros_per_month=2_000_000),
)
IN_FORCE = effective_limits(CAPS, GuildSettings(), guild_id=1, role_ids=frozenset()).caps
LIMITS = Limits(
    policy=policy(CAPS, strikes=0),  # a member who is suspended does little
    running_cap=3,
    polls_per_second=1e6,  # real seconds
    status_gap_seconds=0.0001,  # real seconds
)
_FILM_TOOLS = FilmTools(
    first_frame_of=first_frame_isolated, last_frame_of=last_frame_isolated, join=join_isolated
)
_MOST_STEPS = 40


@dataclass
class Halted:
    """A step that stands still, and the claims that it holds: fences by job id."""

    task: asyncio.Task
    held: dict[int, int]


@dataclass
class Process:
    """A worker as a process of its own would be: nothing is shared with the other but the database."""

    name: str
    engine: HaltingEngine
    store: JobStore
    pipeline: Pipeline
    halted: Halted | None = None

    def step(self, step: Step) -> Callable[[], Awaitable[bool]]:
        """Return what does `step`."""
        pipeline = self.pipeline
        return {
            Step.SUBMIT: pipeline.submitter.step,
            Step.POLL: pipeline.poller.step,
            Step.DELIVER: pipeline.deliverer.step,
            Step.TELL: pipeline.ending_notifier.step,
        }[step]


@dataclass
class House:
    """Opened for one history."""

    place: Place
    folder: Path
    channels: Channels
    processes: list[Process] = field(default_factory=list)
    stack: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @classmethod
    async def opened(cls, place: Place) -> "House":
        """Begin a history on an empty database, with a provider that has forgotten the last one."""
        place.clock.now = FakeClock().now
        place.sandbox.faults.clear()
        place.sandbox.ledger.entries.clear()
        folder = Path(tempfile.mkdtemp(dir=place.folder))
        put_empty_database(folder / "clapper.db")
        house = cls(place, folder, Channels(place.clock))
        await house.start()
        return house

    @property
    def ledger(self) -> Ledger:
        """Return what the provider was asked for."""
        return self.place.sandbox.ledger

    def rows(self) -> Rows:
        """Return the tables."""
        return read_rows(self.folder / "clapper.db")

    async def start(self) -> None:
        """Open the database and put two workers to it."""
        opening = open_sqlite(self.folder / "clapper.db", clock=self.place.clock)
        self.engine = await self.stack.enter_async_context(opening)
        self.processes = [self._process("one"), self._process("other")]

    async def stop(self) -> None:
        """End both workers as they are and close the database."""
        for process in self.processes:
            await self._end(process)
        await self.stack.aclose()

    async def close(self) -> None:
        """End the history."""
        await self.stop()
        shutil.rmtree(self.folder)

    async def job(self, job_id: int) -> Job:
        """Return a job as a command reads it."""
        job = await self.processes[0].store.job_queries.by_id(job_id)
        assert job is not None
        return job

    async def run(self, number: int, step: Step) -> bool:
        """Let a process do one step."""
        process = self.processes[number]
        worked = await process.step(step)()
        await self._settle(process)
        return worked

    async def run_all(self) -> None:
        """Let both processes work until nothing is due."""
        for _ in range(_MOST_STEPS):
            if not any([await self.run(number, step) for step in Step for number in range(2)]):
                return
        raise AssertionError("the steps never rest")

    async def die(self, number: int, step: Step, beat: Failpoint) -> None:
        """Let a process end at `beat` of a step, or after the step where it does not come to that."""
        process = self.processes[number]
        self.place.strikes.beat = beat
        with contextlib.suppress(Died):
            await process.step(step)()
        await self.renew_process(number)

    async def renew_process(self, number: int) -> None:
        """Put a new process in place of one that ends as it is."""
        self.place.strikes.beat = None
        await self._end(self.processes[number])
        self.processes[number] = self._process(self.processes[number].name)

    async def halt(self, number: int, step: Step, *, operation: int) -> None:
        """Let a process do a step and stand still before an operation, where it comes to that."""
        process, before = self.processes[number], self._fences()
        task = asyncio.ensure_future(process.step(step)())
        process.engine.watch(task, operation=operation)
        halted = asyncio.ensure_future(process.engine.halted.wait())
        await asyncio.wait({task, halted}, return_when=asyncio.FIRST_COMPLETED)
        halted.cancel()
        if task.done():
            process.engine.go_on()
            await task
            return
        held = {
            job["id"]: job["fence"]
            for job in self.rows().jobs
            if job["lease_owner"] == process.name and job["fence"] > before.get(job["id"], 0)
        }
        process.halted = Halted(task, held)

    async def go_on(self, process: Process) -> bool:
        """Let the halted step of a process go on; return whether its lease was lost."""
        halted, process.halted = process.halted, None
        process.engine.go_on()
        try:
            await halted.task
        except LeaseLost:
            return True
        await self._settle(process)
        return False

    @contextlib.contextmanager
    def under(self, weather: Weather, *, times: int = 1):
        """Have `weather` inside the block."""
        if weather.fault is not None:
            self.place.sandbox.faults.add(*[weather.fault] * times)
        self.channels.refusals = [*weather.refusals]
        self.channels.search_refusals = [*weather.search_refusals]
        self.channels.loses_answer = weather.loses_answer
        try:
            yield
        finally:
            self.place.sandbox.faults.clear()
            self.channels.clear_up()

    def new_order(self, owner: Owner, interaction_id: int) -> NewOrder:
        """Return an order as a command makes it; Ben takes direct messages, Ann does not."""
        requester = Requester(
            owner=owner,
            channel_id=77,
            interaction_id=interaction_id,
            upload_limit=10 * 1024 * 1024,
            may_direct=owner == BEN,
        )
        order = Order(request=VideoRequest(prompt="a red kite"), text="a red kite")
        return NewOrder(requester=requester, order=order)

    def _fences(self) -> dict[int, int]:
        return {job["id"]: job["fence"] for job in self.rows().jobs}

    def _process(self, name: str) -> Process:
        place, engine = self.place, HaltingEngine(self.engine)
        store = JobStore.over(engine, worker=name, lease_seconds=LIMITS.lease_seconds)
        outside = Adapters(
            providers=Providers(place.provider),
            notifier=self.channels,
            downloader=place.downloader,
            files=JobFiles(self.folder),
            fit=shrink,
            film_tools=_FILM_TOOLS,
        )
        return Process(name, engine, store, Pipeline(store, outside, limits=LIMITS, clock=place.clock))

    async def _end(self, process: Process) -> None:
        if process.halted is not None:
            process.halted.task.cancel()
            await asyncio.gather(process.halted.task, return_exceptions=True)
            process.halted = None
        await process.pipeline.statuses.close()

    async def _settle(self, process: Process) -> None:
        # A halted delivery keeps its channel busy: statuses wait for it.
        if process.halted is None:
            await process.pipeline.statuses.settle()
