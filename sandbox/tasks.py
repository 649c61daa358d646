"""The tasks of one sandbox: their orders, their progress, and the present URLs of their files."""

import itertools
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sandbox.contract import FILE_LIFETIME_SECONDS, Order, Refused
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
"""The part of its minimum duration for which a task stays pending."""


def never_done(fate: Fault) -> bool:
    """Return whether a task with this fate needs no clip, because it fails or is stuck for ever."""
    return fate.name is not FaultName.STUCK or fate.number(math.inf) == math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The times of tasks: the clock (epoch seconds), a task's minimum duration, and the lifetime of its file's URL."""

    clock: Callable[[], float]
    render_seconds: float = 0.0
    file_lifetime_seconds: float = FILE_LIFETIME_SECONDS


@dataclass(slots=True, kw_only=True)
class RemoteTask:
    """A task of an accepted submit. `receipt`: the number of its file's present URL; earlier URLs are invalid."""

    id: str
    order: Order
    created: float
    estimated_seconds: float
    rendering: Rendering
    failure: Failure | None = None
    stuck_until: float = -math.inf
    cancelled: bool = False
    receipt: int = 0
    expires: float | None = None

    def share(self, pace: Pace) -> float:
        """Return the elapsed part of the task's minimum duration, 0..1."""
        if pace.render_seconds <= 0:
            return 1.0
        return max(0.0, min(1.0, (pace.clock() - self.created) / pace.render_seconds))

    def status(self, pace: Pace) -> Status:
        """Return the task's present status."""
        share = self.share(pace)
        if self.cancelled:
            return Status.CANCELLED
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
        """Return the reason why the task fails, None if it does not."""
        return _BROKEN if self.failure is None and self.rendering.broken else self.failure

    def progress(self, pace: Pace) -> int:
        """Return the progress in percent: the elapsed part of the minimum duration or the rendered part, if that is lower.

        It is 100 only when the task has ended.
        """
        match self.status(pace):
            case Status.COMPLETED:
                return 100
            case Status.SUBMITTED | Status.PENDING | Status.CANCELLED:
                return 0
            case Status.PROCESSING | Status.FAILED:
                made = 100 if self.failure else self.rendering.percent()
                return min(99, int(100 * self.share(pace)), made)

    def ended(self, pace: Pace) -> float:
        """Return the time at which the task ended, in epoch seconds."""
        return max(self.created + pace.render_seconds, self.rendering.ready_at or self.created)


class TaskBook:
    """All tasks since the start of the sandbox, by id."""

    def __init__(self, pace: Pace, base_url: str) -> None:
        self.pace = pace
        self._base_url = base_url
        self._tasks: dict[str, RemoteTask] = {}
        self._ordered_usd = 0.0
        self._may_fail: list[RemoteTask] = []
        self._numbers = itertools.count(1_000_001)

    def new_id(self, *, number: bool) -> str:
        """Return a new task id in the provider's documented form, or of digits alone if `number`."""
        return str(next(self._numbers)) if number else f"task_{secrets.token_hex(13).upper()}"

    def found(self, task_id: str) -> RemoteTask:
        """Return the task with this id; raise Refused if there never was one."""
        if (task := self._tasks.get(task_id)) is None:
            raise Refused(404, "task does not exist or has expired")
        return task

    def newest(self) -> list[RemoteTask]:
        """Return all tasks, the newest first."""
        return list(reversed(self._tasks.values()))

    def cancel(self, task: RemoteTask) -> None:
        """Cancel a task that still waits, which is then not charged; raise Refused if it does not wait."""
        if task.status(self.pace) is not Status.PENDING:
            raise Refused(400, "only a queued task can be cancelled")
        task.cancelled = True
        self._ordered_usd -= task.order.cost_usd

    def add(self, task: RemoteTask, fate: Fault | None) -> None:
        """Store a task. `fate`: a fault that makes the task fail or hang, None for a normal task."""
        if fate is not None and fate.name is FaultName.STUCK:
            task.stuck_until = task.created + fate.number(math.inf)
        elif fate is not None:
            task.failure = FAILURES[fate.name]
        self._tasks[task.id] = task
        self._ordered_usd += task.order.cost_usd
        if task.failure is not None or task.rendering.path is None:
            self._may_fail.append(task)

    def spent_usd(self) -> float:
        """Return the cost of all tasks in USD, without failed ones, which are refunded."""
        refunded = sum(task.order.cost_usd for task in self._may_fail if self._failed(task))
        return self._ordered_usd - refunded

    def facts(self, task: RemoteTask) -> TaskFacts:
        """Return the task's present facts; give a completed task whose file's URL has expired a new URL."""
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
        """Return the file for a URL's task id and receipt, or None if the URL is invalid or has expired."""
        task = self._tasks.get(task_id)
        if task is None or self._expired(task) or receipt != str(task.receipt):
            return None
        return task.rendering.path

    def expire(self, task_id: str) -> None:
        """Expire the present URL of a task's file."""
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
