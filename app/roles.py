"""The roles of a process: it does all the work, or one half if several processes share a PostgreSQL database."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The part of the work that one process does."""

    EVERYTHING = "everything"
    GATEWAY = "gateway"  #: receives commands from Discord and admits jobs
    WORKER = "worker"  #: submits, polls and delivers jobs; uses only Discord's REST interface

    @property
    def listens(self) -> bool:
        """Whether the process connects to Discord's gateway."""
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        """Whether the process works on jobs."""
        return self is not Role.GATEWAY

    @property
    def alone(self) -> bool:
        """Whether one process does everything, so that it may cache what several processes would have to share."""
        return self is Role.EVERYTHING


@dataclass(frozen=True, slots=True)
class Shards:
    """The ids of the shards that a gateway process runs, and the total number of shards."""

    ids: tuple[int, ...]
    count: int


def parse_shards(ids: str | None, count: int | None) -> Shards | None:
    """Parse the shards of a gateway process from `0-3` or `0,2,5` and their total; None if neither is given.

    Raises:
        ValueError: the values are wrong; the message says how.
    """
    if ids is None and count is None:
        return None
    if count is None or count < 1:
        raise ValueError("--shards needs --shard-count, the number of shards of all gateways together")
    chosen = tuple(range(count)) if ids is None else _numbers(ids)
    if not all(number < count for number in chosen):
        raise ValueError(f"--shards must lie within 0 and {count - 1}, below --shard-count")
    return Shards(ids=chosen, count=count)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        found = [number for part in text.split(",") for number in _range(part)]
    except ValueError:
        raise ValueError("--shards must look like 0-3 or 0,2,5") from None
    return tuple(dict.fromkeys(found))


def _range(part: str) -> range:
    first, _, last = part.partition("-")
    found = range(int(first), int(last or first) + 1)
    if not found:
        raise ValueError(part)
    return found
