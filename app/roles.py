"""What a process does: all of it, or one half where several run over one PostgreSQL."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The work of one process."""

    EVERYTHING = "everything"
    GATEWAY = "gateway"  #: listens to Discord and admits jobs
    WORKER = "worker"  #: orders, follows and delivers them; speaks Discord's REST only

    @property
    def listens(self) -> bool:
        """Say whether it is connected to Discord's gateway."""
        return self is not Role.WORKER

    @property
    def works(self) -> bool:
        """Say whether it takes jobs."""
        return self is not Role.GATEWAY

    @property
    def alone(self) -> bool:
        """Say whether one process does everything, so that it may cache what gateways and workers would share."""
        return self is Role.EVERYTHING


@dataclass(frozen=True, slots=True)
class Shards:
    """The ids of the shards that a gateway process runs, and the total number of shards."""

    ids: tuple[int, ...]
    count: int


def parse_shards(ids: str | None, count: int | None) -> Shards | None:
    """Return the shards of `0-3` or `0,2,5` of `count`; None where neither is given.

    Raises:
        ValueError: the text says what is wrong.
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
