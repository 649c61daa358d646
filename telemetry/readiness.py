"""Whether this process can do its work: named checks, asked together, each bounded in time."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from telemetry.metrics import Metrics

log = logging.getLogger(__name__)

CHECK_SECONDS = 5.0
FRESH_SECONDS = 1.0
"""So long an answer serves whoever asks: a check writes to the database, and anybody may ask often."""

OK = "ok"

Check = Callable[[], Awaitable[str]]
"""Answers OK, or in a few words what is wrong."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What each check said."""

    checks: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """Say whether every check holds."""
        return all(said == OK for said in self.checks.values())


class Readiness:
    """Asks the checks and remembers their answers for a moment."""

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
        """Return what the checks say, or said a moment ago."""
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
