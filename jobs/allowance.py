"""What a member may still order: the limits that hold for them beside what was used."""

from collections.abc import Iterable
from dataclasses import dataclass

from db.caps import LevelCaps
from db.usage import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelUse:
    """One level: what was used today and in this month, and what may be."""

    today: Spent
    month: Spent
    caps: LevelCaps

    @property
    def videos_left(self) -> int | None:
        """Return how many jobs of today are left, None: no limit."""
        return None if self.caps.per_day is None else max(0, self.caps.per_day - self.today.n)

    @property
    def micros_left(self) -> int | None:
        """Return how much may be spent until the first of its budgets is used up, None: no limit."""
        left = [
            limit - spent.micros
            for limit, spent in (
                (self.caps.micros_per_day, self.today),
                (self.caps.micros_per_month, self.month),
            )
            if limit is not None
        ]
        return max(0, min(left)) if left else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """All levels of one member in one place; `resets_at` (epoch ms) is when their day ends."""

    member: LevelUse
    guild: LevelUse
    bot: LevelUse
    resets_at: int

    def videos_left(self, *, price: int) -> int | None:
        """Return how many more at this price (micro-dollars) can be ordered today, None: no limit."""
        levels = (self.member, self.guild, self.bot)
        by_number = [level.videos_left for level in levels]
        by_money = [
            None if level.micros_left is None or not price else level.micros_left // price for level in levels
        ]
        return _least([*by_number, *by_money])


def _least(figures: Iterable[int | None]) -> int | None:
    return min((figure for figure in figures if figure is not None), default=None)
