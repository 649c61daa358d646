"""The provider's client, watched: what each look saw, and when and at what price tasks were done."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from hailuo.client import PATHS, HailuoClient
from hailuo.errors import HailuoError, TaskNotFound
from hailuo.provider import Balance, Task, TaskStatus
from telemetry.metrics import UNKNOWN, Metrics
from telemetry.traces import ERROR, Recent, provider_path, provider_trace

MOST_TASKS = 2000


@dataclass(frozen=True, slots=True)
class Done:
    """When the provider had done with a task (epoch ms), and what it charged, as far as it said so."""

    finished_at: int | None
    cost_usd: float | None


@dataclass(slots=True)
class ProviderWatch:
    """What was seen of the provider."""

    metrics: Metrics
    balance: Balance | None = None  #: as it was told last
    successes: Recent = field(default_factory=Recent)
    failures: Recent = field(default_factory=Recent)
    _done: OrderedDict[str, Done] = field(default_factory=OrderedDict)

    def traces(self, task_path: str) -> list[aiohttp.TraceConfig]:
        """Return what watches the requests of the provider's session."""
        return [provider_trace(self.metrics, provider_path([task_path, *PATHS]), ended=self._ended)]

    def seen(self, task: Task) -> None:
        """Note what a look saw."""
        self.metrics.polls.labels(str(task.status)).inc()
        if task.status is not TaskStatus.RUNNING:
            self._done[task.id] = Done(task.finished_at, task.cost_usd)
            if len(self._done) > MOST_TASKS:
                self._done.popitem(last=False)

    def told(self, balance: Balance) -> None:
        """Note what is left on the account."""
        self.balance = balance
        self.metrics.provider_balance.set(UNKNOWN if balance.remaining is None else balance.remaining)

    def not_seen(self, error: HailuoError) -> None:
        """Count a failed poll."""
        self.metrics.polls.labels("not found" if isinstance(error, TaskNotFound) else "error").inc()

    def done(self, task_id: str | None) -> Done | None:
        """Return what was said of a task that is done, where this process saw it."""
        return self._done.get(task_id or "")

    def _ended(self, method: str, path: str, outcome: str, seconds: float) -> None:
        del method, path, seconds
        failed = outcome in {ERROR, "429", "4xx", "5xx"}
        (self.failures if failed else self.successes).add()


class WatchedClient(HailuoClient):
    """Tells a watch what it sees of tasks."""

    def __init__(self, session: aiohttp.ClientSession, *, watch: ProviderWatch, **how: Any) -> None:
        super().__init__(session, **how)
        self._watch = watch

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Ask how a task is doing, and say what was seen."""
        try:
            task = await super().get_task(task_id, api_url=api_url)
        except HailuoError as error:
            self._watch.not_seen(error)
            raise
        self._watch.seen(task)
        return task

    async def balance(self) -> Balance:
        """Return what is left on the account, and say so."""
        balance = await super().balance()
        self._watch.told(balance)
        return balance
