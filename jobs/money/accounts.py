"""Usage and remaining limits: of a member before ordering, of a server for its managers, of all for the operator."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta

from db.jobs.job import Owner
from db.money.caps import Level, LevelCaps
from db.money.ledger import Span, Spent, Usage
from jobs.money.limits import Days, OrderPolicy, Period, days_at, effective_limits
from jobs.servers.guild_settings import GuildSettings
from jobs.servers.preferences import Preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelUse:
    """The limits of one level (a member, a server or the whole bot), with what was used today and this month."""

    today: Spent
    month: Spent
    caps: LevelCaps
    resets_at: int = 0  #: epoch ms: the end of the current day

    @property
    def videos_left(self) -> int | None:
        """The number of jobs that the daily limit still allows; None if there is no such limit."""
        return None if self.caps.per_day is None else max(0, self.caps.per_day - self.today.n)

    @property
    def micros_left(self) -> int | None:
        """The micro-dollars that the daily and the monthly budget still allow; None if there is no budget."""
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
        """Return how many more jobs at `price` (micro-dollars) are possible today; None if there is no limit."""
        money = self.micros_left
        affordable = None if money is None or not price else money // price
        return min((left for left in (self.videos_left, affordable) if left is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """The limits of every level for one member in one server, with what was used of them."""

    member: LevelUse
    member_utc: LevelUse
    user: LevelUse
    guild: LevelUse
    guild_utc: LevelUse
    bot: LevelUse

    def at(self, level: Level) -> LevelUse:
        """Return the limits and the usage of one level."""
        return getattr(self, level)

    def tightest(self, *, price: int) -> LevelUse | None:
        """Return the level that allows the fewest more jobs at `price` (micro-dollars); None if there is no limit."""
        limited = [use for use in map(self.at, Level) if use.left_at(price) is not None]
        return min(limited, key=lambda use: use.left_at(price) or 0, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayUse:
    """The number of jobs and their cost on one day, written YYYY-MM-DD."""

    day: str
    spent: Spent


class Accounts:
    """Queries of what members, servers and the whole bot have used, for people to see."""

    def __init__(
        self, usage: Usage, *, preferences: Preferences, policy: OrderPolicy, clock: Callable[[], int]
    ) -> None:
        self._usage = usage
        self._preferences = preferences
        self._policy = policy
        self._clock = clock

    async def allowance(self, owner: Owner, *, role_ids: Set[int]) -> Allowance:
        """Return what a member with these roles has used in a server, and the limits there."""
        rules = await self._preferences.guild(owner.guild_id)
        days = self._days(rules)
        caps = effective_limits(self._policy.caps, rules, guild_id=owner.guild_id, role_ids=role_ids).caps
        used = await self._usage.of_all_levels(
            owner.guild_id, owner.user_id, guild_days=_month(days.guild), bot_days=_month(days.bot)
        )
        return Allowance(
            **{level.value: _use(used[level], days.at(level), caps.at(level)) for level in Level}
        )

    async def days_of_member(self, owner: Owner, *, days: int = 30) -> list[DayUse]:
        """Return what a member used in a server on each of the last `days` days, oldest first."""
        today = await self._today(owner.guild_id)
        since = _before(today, days - 1)
        used = await self._usage.of_member(owner.guild_id, owner.user_id, since=since, until=today)
        return _each_day(used, since=since, days=days)

    async def days_of_guild(self, guild_id: int, *, days: int = 30) -> list[DayUse]:
        """Return what a server used on each of the last `days` days, oldest first."""
        today = await self._today(guild_id)
        since = _before(today, days - 1)
        used = await self._usage.of_guild(guild_id, since=since, until=today)
        return _each_day(used, since=since, days=days)

    async def top_members(self, guild_id: int, *, days: int = 30) -> list[tuple[int, Spent]]:
        """Return up to `limit` (member id, usage) pairs: who spent most in a server in the last `days` days."""
        since = _before(await self._today(guild_id), days - 1)
        return await self._usage.top_members(guild_id, since=since, limit=10)

    async def of_everybody(self) -> Spent:
        """Return what all servers and direct messages together used today (UTC)."""
        today = self._days(GuildSettings()).bot.day
        return (await self._usage.of_bot(since=today, until=today)).get(today, Spent())

    async def busiest_guilds(self, *, limit: int) -> list[tuple[int, Spent]]:
        """Return up to `limit` (server id, usage) pairs: which spent most today (UTC); id 0 is direct messages."""
        return await self._usage.guilds(since=self._days(GuildSettings()).bot.day, limit=limit)

    async def members_by_day(
        self, guild_id: int, *, days: int = 30, limit: int = 100_000
    ) -> list[tuple[str, int, Spent]]:
        """Return (day, member id, usage) for the last `days` days of a server, oldest day first."""
        today = await self._today(guild_id)
        since = _before(today, days - 1)
        return await self._usage.members_by_day(guild_id, since=since, until=today, limit=limit)

    async def _today(self, guild_id: int) -> str:
        return self._days(await self._preferences.guild(guild_id)).guild.day

    def _days(self, rules: GuildSettings) -> Days:
        return days_at(self._clock(), zone=rules.time_zone)


def _month(period: Period) -> Span:
    return Span(f"{period.day[:7]}-01", period.day)


def _use(used: Mapping[str, Spent], period: Period, caps: LevelCaps) -> LevelUse:
    month = Spent(
        n=sum(spent.n for spent in used.values()), micros=sum(spent.micros for spent in used.values())
    )
    today = used.get(period.day, Spent())
    return LevelUse(today=today, month=month, caps=caps, resets_at=period.ends_at)


def _before(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _each_day(used: Mapping[str, Spent], *, since: str, days: int) -> list[DayUse]:
    first = date.fromisoformat(since)
    listed = [(first + timedelta(days=number)).isoformat() for number in range(days)]
    return [DayUse(day=day, spent=used.get(day, Spent())) for day in listed]
