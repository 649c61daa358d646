"""The test whether a process can do its work: named checks with a time limit, and the delay of the event loop."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Self

from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0

FRESH_SECONDS = 1.0
"""The seconds for which results of checks are reused: a check writes to the database, and anybody may ask often."""

OK = "ok"

Check = Callable[[], Awaitable[str]]
"""A readiness check; it returns OK, or a few words that say what is wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The results of all checks."""

    checks: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """Whether every check passed."""
        return all(said == OK for said in self.checks.values())


class Readiness:
    """The runner of the checks, which reuses their results for a moment."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        metrics: Metrics,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self._checks = checks
        self._metrics = metrics
        self._fresh_seconds = fresh_seconds
        self._check_seconds = check_seconds
        self._asking = asyncio.Lock()
        self._last: Verdict | None = None
        self._asked_at = 0.0

    async def verdict(self) -> Verdict:
        """Return the results of the checks, which may be a moment old."""
        async with self._asking:
            if self._last is None or time.monotonic() - self._asked_at >= self._fresh_seconds:
                self._last = await self._ask()
                self._asked_at = time.monotonic()
            return self._last

    async def _ask(self) -> Verdict:
        said = await asyncio.gather(*(self._answer(name, check) for name, check in self._checks.items()))
        verdict = Verdict(dict(zip(self._checks, said, strict=True)))
        self._metrics.ready.set(verdict.ready)
        for name, words in verdict.checks.items():
            self._metrics.checks.labels(name).set(words == OK)
        return verdict

    async def _answer(self, name: str, check: Check) -> str:
        try:
            async with asyncio.timeout(self._check_seconds):
                return await check()
        except TimeoutError:
            return f"no answer within {self._check_seconds:g} s"
        except Exception as error:  # noqa: BLE001 - whatever broke, it is an answer: this process is not ready
            log.warning("check of readiness broke: check=%s: %s", name, type(error).__name__)
            return f"broke: {type(error).__name__}"


EVERY_SECONDS = 0.25


class LoopLag:
    """The measurement of the event loop's delay: how late the loop continues after a short sleep.

    It runs inside `async with`.
    """

    def __init__(self, observe: Callable[[float], None], *, every_seconds: float = EVERY_SECONDS) -> None:
        self._observe = observe
        self._every_seconds = every_seconds
        self._latest = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def latest(self) -> float:
        """The last measured delay in seconds."""
        return self._latest

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._measure(), name="event loop lag")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _measure(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(self._every_seconds)
            self._latest = max(0.0, time.perf_counter() - began - self._every_seconds)
            self._observe(self._latest)
