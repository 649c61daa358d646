"""Estimates of how long videos take: from the task itself, else medians measured here, else the operator's figure."""

import statistics
from dataclasses import dataclass, field

from db.jobs.job import Job
from db.jobs.job_queries import JobQueries

ENOUGH = 3
"""Jobs of one format that must have been measured before their median is used."""

SHORTEST = "6s/768p"
LONGER = 5 / 3
"""Render time of every other format, relative to the shortest: 10 s of video against 6 s."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """An estimator of render times by format. `default_seconds` is for the shortest format while nothing is measured.

    With `alone=True`, medians are cached until this process sees the next rendered job of the format.
    Otherwise they are read anew, because other processes render jobs, too.
    """

    job_queries: JobQueries
    default_seconds: float
    alone: bool = False
    _medians: dict[str, float | None] = field(default_factory=dict)

    async def measured(self, format: str) -> float | None:
        """Return the median render time of a format in seconds; None while too few jobs were measured."""
        if self.alone and format in self._medians:
            return self._medians[format]
        times = await self.job_queries.render_times(format)
        median = statistics.median(times) / 1000 if len(times) >= ENOUGH else None
        self._medians[format] = median
        return median

    def rendered(self, format: str) -> None:
        """Drop the cached median of `format`, because one more job was rendered."""
        self._medians.pop(format, None)

    async def expected(self, format: str) -> float:
        """Estimate how many seconds a video of this format takes."""
        measured = await self.measured(format)
        return self._default(format) if measured is None else max(1.0, measured)

    async def ready_at(self, job: Job, now: int) -> int:
        """Estimate when a submitted job will have its result (epoch ms)."""
        if job.expected_at:
            return job.expected_at
        return (job.submitted_at or now) + int(await self.expected(job.format) * 1000)

    def _default(self, format: str) -> float:
        return self.default_seconds * (1 if format.endswith(SHORTEST) else LONGER)
