"""How long videos take: medians of what was measured here, defaults until there is enough."""

import statistics
from dataclasses import dataclass

from db.desk import Desk

ENOUGH = 3
"""Jobs of one format after which the measured median is believed."""

DEFAULT_SECONDS = {"6s/768p": 90.0, "10s/768p": 150.0, "6s/1080p": 150.0}
"""Resellers publish 30 to 90 s for the short format and up to 180 s for the others (docs/provider.md)."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Answers how long a format takes."""

    desk: Desk

    async def measured(self, format: str) -> float | None:
        """Return the measured median in seconds, None while too few jobs were seen."""
        times = await self.desk.render_times(format)
        return statistics.median(times) / 1000 if len(times) >= ENOUGH else None

    async def expected(self, format: str) -> float:
        """Return the seconds that a video of this format is likely to take."""
        measured = await self.measured(format)
        return (
            DEFAULT_SECONDS.get(format.partition("/")[2], 120.0) if measured is None else max(1.0, measured)
        )
