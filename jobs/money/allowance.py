"""What a member may still order: the limits that hold for them beside what was used."""

from dataclasses import dataclass

from db.money.caps import Level, LevelCaps
from db.money.usage import Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelUse:
    """One level: what was used today and in this month, and what may be."""

    today: Spent
    month: Spent
    caps: LevelCaps
    resets_at: int = 0  #: epoch ms: when its day ends

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

    def left_at(self, price: int) -> int | None:
        """Return how many more at this price (micro-dollars) can be ordered today, None: no limit."""
        money = self.micros_left
        affordable = None if money is None or not price else money // price
        return min((left for left in (self.videos_left, affordable) if left is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """All levels of one member in one place."""

    member: LevelUse
    member_utc: LevelUse
    user: LevelUse
    guild: LevelUse
    guild_utc: LevelUse
    bot: LevelUse

    def at(self, level: Level) -> LevelUse:
        """Return one level."""
        return getattr(self, level)

    def tightest(self, *, price: int) -> LevelUse | None:
        """Return the level that lets in the fewest more at this price (micro-dollars), None: no limit."""
        limited = [use for use in map(self.at, Level) if use.left_at(price) is not None]
        return min(limited, key=lambda use: use.left_at(price) or 0, default=None)
