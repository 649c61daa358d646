"""What every rule of the machine stands on: acting, looking at the tables, what must hold, and the end."""

import sqlite3
from collections.abc import Coroutine
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from db.jobs.job import JobState, Owner
from jobs.runtime.failpoints import Failpoint
from tests.crash.ledgers import Rows
from tests.model.house import LIMITS, House, Process
from tests.model.place import Place
from tests.model.promises import EDGES_OF_LATE_ANSWERS, Broken, Tellings, edge, is_over, violations
from tests.model.weather import FINE, Step, Weather

LEASE_SECONDS = LIMITS.lease_seconds + 1
_LONGEST_PAUSE_SECONDS = 1200
_ROUNDS = 40
_WORK = {
    Step.DELIVER: {JobState.DELIVERING},
    Step.POLL: {JobState.RENDERING},
    Step.SUBMIT: {JobState.QUEUED, JobState.SUBMITTING},
}


class History(RuleBasedStateMachine):
    """One history. `rows` are the tables as the last act left them."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.tellings = Tellings()
        self.sound = True
        self.house = place.runner.run(House.opened(place))
        self.rows = self.house.rows()

    @invariant()
    def promises_hold(self):
        found = [*violations(self.rows, self.house.ledger, self.house.channels), *self.tellings.repeated()]
        self.expect(not found, "; ".join(found))

    def teardown(self):
        """Bring every job to its end, unless a promise is broken already."""
        try:
            if self.sound:
                self.settle()
        finally:
            self.place.runner.run(self.house.close())

    def settle(self):
        """Heal everything, let time pass until nothing is left to do, and look at every end."""
        if self.halted():
            self.let_go_on()
        for number in range(_ROUNDS):
            if all(is_over(job) for job in self.rows.jobs):
                break
            # Now when something is due, as a worker wakes, now after any pause that a step may have asked for.
            self.place.clock.advance(_LONGEST_PAUSE_SECONDS if number % 2 else self.seconds_until_due())
            self.work(self.house.run_all())
        self.promises_hold()
        left = [f"no end: {job['state']}" for job in self.rows.jobs if not is_over(job)]
        missing = [*left, *self.tellings.missing(self.rows)]
        self.expect(not missing, "; ".join(missing))

    def act(self, doing: Coroutine[Any, Any, Any], *, interrupted: bool = False) -> Any:
        """Run to the end of `doing`; `interrupted` says that a step inside does not come to its own."""
        self.sound = False
        result = self.place.runner.run(doing)
        self.rows = self.house.rows()
        self.tellings.note(self.rows, self.house.channels, interrupted=interrupted)
        self.sound = True
        return result

    def work(self, doing: Coroutine[Any, Any, Any], *, interrupted: bool = False) -> None:
        """Act as workers do, who leave each other's claims alone."""
        now, before = self.place.clock(), self.rows
        self.act(doing, interrupted=interrupted)
        fences = {job["id"]: job["fence"] for job in self.rows.jobs}
        kept = [job for job in before.jobs if job["lease_owner"] is not None and job["next_at"] > now]
        taken = [job["state"] for job in kept if fences[job["id"]] != job["fence"]]
        self.expect(not taken, f"taken before its lease had passed: {', '.join(taken)}")

    def expect(self, holds: bool, otherwise: str) -> None:
        """Go on only if it holds."""
        self.sound = bool(holds)
        if not holds:
            raise Broken(otherwise)

    def step(self, worker: int, step: Step, weather: Weather, *, wait: float) -> None:
        """Do a step in some weather, after a while."""
        self.place.clock.advance(wait)
        with self.house.under(weather):
            self.work(self.house.run(worker, step))

    def retry(self, worker: int, step: Step, *, times: int) -> None:
        """Do a step again as soon as something is due, as a loop does."""
        for _ in range(times):
            self.step(worker, step, FINE, wait=min(20, self.seconds_until_due()))

    def spell(self, weather: Weather, *, rounds: int) -> None:
        """Let both workers do all there is to do for some minutes."""
        with self.house.under(weather, times=50):
            for _ in range(rounds):
                self.place.clock.advance(self.seconds_until_due())
                self.work(self.house.run_all())

    def let_go_on(self) -> None:
        """Let the halted step go on: what was taken from it meanwhile it may not touch."""
        [process] = self.halted()
        before, held = self.rows, process.halted.held
        lost = self.act(self.house.go_on(process))
        taken = [job for job in before.jobs if job["id"] in held and job["fence"] != held[job["id"]]]
        self.expect(bool(taken) or not lost, "a lease was lost that nobody had taken")
        for job in taken:
            edges, columns = self.edges_since(before, job), self.columns_since(job)
            came_late = bool(edges) and edges <= EDGES_OF_LATE_ANSWERS
            self.expect(came_late or not (edges or columns), f"a stale worker wrote: {edges} {columns}")
            self.expect(came_late or lost, "a stale worker did not notice")

    def edges_since(self, before: Rows, job: sqlite3.Row) -> set[tuple[str, str]]:
        """Return where `job` went since."""
        later = self.rows.events[len(before.events) :]
        return {edge(event) for event in later if event["job_id"] == job["id"]}

    def columns_since(self, job: sqlite3.Row) -> list[str]:
        """Return which columns of `job` are others by now; its status message is nobody's claim."""
        [now] = [row for row in self.rows.jobs if row["id"] == job["id"]]
        return [name for name in dict(now) if now[name] != job[name] and name != "status_message_id"]

    @property
    def service(self):
        """Return what commands ask."""
        return self.house.processes[0].pipeline.jobs

    def due(self) -> set[Step]:
        """Return the steps that may find something to do."""
        states = {job["state"] for job in self.rows.jobs}
        steps = {step for step, work in _WORK.items() if states & work}
        unnotified = any(job["reason"] is not None and job["told_at"] is None for job in self.rows.jobs)
        return steps | ({Step.TELL} if unnotified else set())

    def seconds_until_due(self) -> float:
        """Return after how long the next step has something to do."""
        due = [job["next_at"] for job in self.rows.jobs if not is_over(job)]
        return max(1, (min(due, default=0) - self.place.clock()) / 1000 + 0.001)

    def halted(self) -> list[Process]:
        """Return the worker of which a step stands still, if there is one."""
        return [process for process in self.house.processes if process.halted]


def beats_of(step: Step) -> list[Failpoint]:
    """Return the beats at which a process can die in `step`."""
    names = {Step.SUBMIT: ("submit_", "stranded_", "withdrawn")}.get(step, (f"{step}_",))
    return [beat for beat in Failpoint if beat.startswith(names)]


def owner_of(job: sqlite3.Row) -> Owner:
    """Return whose job it is."""
    return Owner(guild_id=job["guild_id"], user_id=job["user_id"])
