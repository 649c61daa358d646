"""The tasks of one sandbox: what was accepted, how far it is, and which address its file has now."""

import itertools
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.contract import FILE_LIFETIME_SECONDS, Order
from sandbox.faults import Fault, FaultName
from sandbox.replies import Failure, Status, TaskFacts
from sandbox.studio import Rendering

FAILURES = {
    FaultName.FAILS_MODERATED: Failure(
        code="task_failed", message="output video sensitive, moderation not passed"
    ),
    FaultName.FAILS_PROVIDER: Failure(code="task_failed", message="upstream timeout"),
    FaultName.FAILS_WITHOUT_REASON: Failure(code=None, message=None),
}
_BROKEN = Failure(code="task_failed", message="upstream render error")
_QUEUED_SHARE = 0.1
"""The part of its visible life that a task is pending."""


def never_done(fate: Fault) -> bool:
    """Say whether a task with this fate needs no clip: it fails, or it is stuck for ever."""
    return fate.name is not FaultName.STUCK or fate.number(math.inf) == math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How time passes for tasks: the clock in epoch seconds, and the least that a render takes on it."""

    clock: Callable[[], float]
    render_seconds: float = 0.0
    file_lifetime_seconds: float = FILE_LIFETIME_SECONDS


@dataclass(slots=True, kw_only=True)
class RemoteTask:
    """One accepted submit. `receipt` numbers the addresses that its file had; an old one is expired."""

    id: str
    order: Order
    created: float
    estimated_seconds: float
    rendering: Rendering
    failure: Failure | None = None
    stuck_until: float = -math.inf
    receipt: int = 0
    expires: float | None = None

    def share(self, pace: Pace) -> float:
        """Return how much of its visible life is over, 0..1."""
        if pace.render_seconds <= 0:
            return 1.0
        return max(0.0, min(1.0, (pace.clock() - self.created) / pace.render_seconds))

    def status(self, pace: Pace) -> Status:
        """Return where the task stands now."""
        share = self.share(pace)
        if pace.clock() < self.stuck_until:
            return Status.PROCESSING
        if share >= 1 and self.reason is not None:
            return Status.FAILED
        if share >= 1 and self.rendering.path is not None:
            return Status.COMPLETED
        waiting = not self.rendering.started and self.failure is None
        return Status.PENDING if waiting or share < _QUEUED_SHARE else Status.PROCESSING

    @property
    def reason(self) -> Failure | None:
        """Return why it fails, if it does."""
        return _BROKEN if self.failure is None and self.rendering.broken else self.failure

    def progress(self, pace: Pace) -> int:
        """Return 0..100, of its visible life or of the render, whichever is behind; 100 only at the end."""
        match self.status(pace):
            case Status.COMPLETED:
                return 100
            case Status.SUBMITTED | Status.PENDING:
                return 0
            case Status.PROCESSING | Status.FAILED:
                made = 100 if self.failure else self.rendering.percent()
                return min(99, int(100 * self.share(pace)), made)

    def ended(self, pace: Pace) -> float:
        """Return when it ended, in epoch seconds."""
        return max(self.created + pace.render_seconds, self.rendering.ready_at or self.created)


class TaskBook:
    """Every task since the start, by id."""

    def __init__(self, pace: Pace, base_url: str) -> None:
        self.pace = pace
        self._base_url = base_url
        self._tasks: dict[str, RemoteTask] = {}
        self._ordered_usd = 0.0
        self._may_fail: list[RemoteTask] = []
        self._numbers = itertools.count(1_000_001)

    def new_id(self, *, number: bool) -> str:
        """Return an id that no task has: the documented kind, or digits only."""
        return str(next(self._numbers)) if number else f"task_{secrets.token_hex(13).upper()}"

    def find(self, task_id: str) -> RemoteTask | None:
        """Return a task, or None if there never was one."""
        return self._tasks.get(task_id)

    def add(self, task: RemoteTask, fate: Fault | None) -> None:
        """Remember a task; `fate` says what becomes of it instead of a video."""
        if fate is not None and fate.name is FaultName.STUCK:
            task.stuck_until = task.created + fate.number(math.inf)
        elif fate is not None:
            task.failure = FAILURES[fate.name]
        self._tasks[task.id] = task
        self._ordered_usd += task.order.cost_usd
        if task.failure is not None or task.rendering.path is None:
            self._may_fail.append(task)

    def spent_usd(self) -> float:
        """Return what all tasks cost; failed ones were refunded."""
        refunded = sum(task.order.cost_usd for task in self._may_fail if self._failed(task))
        return self._ordered_usd - refunded

    def facts(self, task: RemoteTask) -> TaskFacts:
        """Return what the task's page shows now. A completed task whose address expired gets a fresh one."""
        pace, status = self.pace, task.status(self.pace)
        over = status in (Status.COMPLETED, Status.FAILED)
        done = status is Status.COMPLETED
        return TaskFacts(
            id=task.id,
            status=status,
            progress=task.progress(pace),
            created=int(task.created),
            completed=int(task.ended(pace)) if over else None,
            estimated_time=max(1, round(max(task.estimated_seconds, pace.render_seconds))),
            actual_time=round(task.ended(pace) - task.created) if over else None,
            cost_usd=task.order.cost_usd,
            url=self._address(task) if done else None,
            expires_at=int(task.expires) if done and task.expires is not None else None,
            failure=task.reason if status is Status.FAILED else None,
        )

    def file(self, task_id: str, receipt: str) -> Path | None:
        """Return the file behind an address, or None if the address is not, or no longer, valid."""
        task = self._tasks.get(task_id)
        if task is None or self._expired(task) or receipt != str(task.receipt):
            return None
        return task.rendering.path

    def expire(self, task_id: str) -> None:
        """Let the present address of a task's file expire."""
        if (task := self._tasks.get(task_id)) is not None:
            task.expires = -math.inf

    def _failed(self, task: RemoteTask) -> bool:
        return task.status(self.pace) is Status.FAILED

    def _expired(self, task: RemoteTask) -> bool:
        return task.expires is None or task.expires <= self.pace.clock()

    def _address(self, task: RemoteTask) -> str:
        if self._expired(task):
            task.receipt += 1
            task.expires = self.pace.clock() + self.pace.file_lifetime_seconds
        return f"{self._base_url}/files/{task.id}.mp4?receipt={task.receipt}"
