"""The best fixed schedule of looks for a known distribution of job lengths, by dynamic programming."""

import math
from dataclasses import dataclass
from statistics import NormalDist

STEP_SECONDS = 0.5
LONGEST_GAP_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lengths:
    """Job lengths: lognormal, by their median in seconds and the spread of their logarithms."""

    median: float = 90.0
    sigma: float = 0.45

    def over_by(self, seconds: float) -> float:
        """Return the share of jobs that are over by then."""
        return 0.0 if seconds <= 0 else _phi(math.log(seconds / self.median) / self.sigma)

    def quantile(self, share: float) -> float:
        """Return the length that `share` of the jobs do not exceed."""
        return self.median * math.exp(self.sigma * NormalDist().inv_cdf(share))

    def mass_by(self, seconds: float) -> float:
        """Return the integral of length times density up to there."""
        if seconds <= 0:
            return 0.0
        mean = self.median * math.exp(self.sigma**2 / 2)
        return mean * _phi((math.log(seconds / self.median) - self.sigma**2) / self.sigma)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When to look, and what that gives: the mean delay and the mean number of looks."""

    looks: tuple[float, ...]
    delay: float
    polls: float


def optimal_schedule(polls: float, lengths: Lengths) -> Schedule:
    """Return the schedule with the least mean delay among those with about `polls` looks per job."""
    grid = _Grid(lengths)
    cheap, dear = 1e-4, 100.0  # the price of a look, in seconds of delay
    schedule = grid.best(math.sqrt(cheap * dear))
    for _ in range(24):
        price = math.sqrt(cheap * dear)
        schedule = grid.best(price)
        if schedule.polls > polls:
            cheap = price
        else:
            dear = price
    return schedule


class _Grid:
    def __init__(self, lengths: Lengths) -> None:
        self._count = int(lengths.median * 9 / STEP_SECONDS)
        self._times = [number * STEP_SECONDS for number in range(self._count)]
        self._over = [lengths.over_by(time) for time in self._times]
        self._mass = [lengths.mass_by(time) for time in self._times]

    def best(self, price: float) -> Schedule:
        """Return the best schedule where a look costs `price`."""
        reach = int(LONGEST_GAP_SECONDS / STEP_SECONDS)
        ahead, follows = [0.0] * self._count, [0] * self._count
        for here in range(self._count - 2, -1, -1):
            # From the start any gap is allowed: before the first job can be over there is nothing to see.
            last = self._count if here == 0 else min(self._count, here + reach + 1)
            look = price * (1 - self._over[here])
            costs = (
                (self._delay(here, there) + look + ahead[there], there) for there in range(here + 1, last)
            )
            ahead[here], follows[here] = min(costs)
        return self._walk(follows)

    def _delay(self, here: int, there: int) -> float:
        """Return what those that end between two looks wait, weighed by their share."""
        ended = self._over[there] - self._over[here]
        return self._times[there] * ended - (self._mass[there] - self._mass[here])

    def _walk(self, follows: list[int]) -> Schedule:
        here, looks, delay, polls = 0, [], 0.0, 0.0
        while here < self._count - 1:
            there = follows[here]
            delay += self._delay(here, there)
            polls += 1 - self._over[here]
            looks.append(self._times[there])
            here = there
        return Schedule(looks=tuple(looks), delay=delay, polls=polls)


def _phi(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2
