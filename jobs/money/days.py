"""Days and months as limits count them: those of a server in its own zone, those of the whole bot in UTC."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from db.money.caps import Level, Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day, written YYYY-MM-DD; its end and that of its month are epoch ms."""

    day: str
    ends_at: int
    month_ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The day of a server, and that of the bot."""

    guild: Period
    bot: Period

    def at(self, level: Level) -> Period:
        """Return the day by which a level counts."""
        return self.guild if level.is_local else self.bot

    def resets_at(self, level: Level, measure: Measure) -> int | None:
        """Return when a limit counts anew (epoch ms), None where nothing but an ending makes room."""
        period = self.at(level)
        match measure:
            case Measure.PER_DAY | Measure.MICROS_PER_DAY:
                return period.ends_at
            case Measure.MICROS_PER_MONTH:
                return period.month_ends_at
            case _:
                return None


def days_at(now: int, *, zone: str) -> Days:
    """Return the days at an instant (epoch ms)."""
    return Days(guild=_period(now, ZoneInfo(zone)), bot=_period(now, UTC))


def _period(now: int, zone: tzinfo) -> Period:
    local = datetime.fromtimestamp(now / 1000, zone)
    tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), zone)
    next_month = (local.replace(day=1) + timedelta(days=32)).date().replace(day=1)
    return Period(
        day=local.date().isoformat(),
        ends_at=int(tomorrow.timestamp() * 1000),
        month_ends_at=int(datetime.combine(next_month, datetime.min.time(), zone).timestamp() * 1000),
    )
