"""How long videos take: what a task says of itself, else medians measured here, else the operator's figure."""

import statistics
from dataclasses import dataclass, field

from db.jobs.job import Job
from db.jobs.job_queries import JobQueries

ENOUGH = 3
"""Jobs of one format after which the measured median is believed."""

SHORTEST = "6s/768p"
LONGER = 5 / 3
"""How much longer than the shortest format the others take: 10 s by 6 s."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Answers how long a format takes. `default_seconds` is for the shortest format, while nothing is measured.

    Where `alone`, medians are remembered until the next job is rendered here; else others may have rendered some.
    """

    job_queries: JobQueries
    default_seconds: float
    alone: bool = False
    _medians: dict[str, float | None] = field(default_factory=dict)

    async def measured(self, format: str) -> float | None:
        """Return the measured median in seconds, None while too few jobs were seen."""
        if self.alone and format in self._medians:
            return self._medians[format]
        times = await self.job_queries.render_times(format)
        median = statistics.median(times) / 1000 if len(times) >= ENOUGH else None
        self._medians[format] = median
        return median

    def rendered(self, format: str) -> None:
        """Forget the median of a format of which one more was rendered."""
        self._medians.pop(format, None)

    async def expected(self, format: str) -> float:
        """Return the seconds that a video of this format is likely to take."""
        measured = await self.measured(format)
        return self._default(format) if measured is None else max(1.0, measured)

    async def ready_at(self, job: Job, now: int) -> int:
        """Return when the result of a job that was submitted is likely (epoch ms)."""
        if job.expected_at:
            return job.expected_at
        return (job.submitted_at or now) + int(await self.expected(job.format) * 1000)

    def _default(self, format: str) -> float:
        return self.default_seconds * (1 if format.endswith(SHORTEST) else LONGER)
