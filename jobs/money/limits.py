"""Limits on ordering: which limits apply to a member, when days begin and end, pauses, the kill switch.

The operator's limits count by UTC days, the managers' limits by days in the server's time zone. So a manager
who changes the time zone does not begin a new day of what the operator pays for.
"""

import logging
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from db.jobs.admission import FAVOURED_STRIDE, NORMAL_STRIDE
from db.money.caps import DAILY, UNLIMITED, Caps, Level, LevelCaps, Measure
from db.settings.pauses import Cause, Pause, Pauses
from hailuo.request import Prices
from jobs.servers.guild_settings import GuildSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPolicy:
    """The operator's limits and prices, the servers where members may order, and the rules for suspensions."""

    caps: Caps
    prices: Prices
    allowed_guilds: frozenset[int] = frozenset()  #: where members may order; empty: all; 0: direct messages
    strikes: int = 3  #: so many refusals by the provider's filter in a day suspend a member; 0: never
    low_balance: float = 0  #: the operator is warned below this, in the provider's unit


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveLimits:
    """The limits that apply to one member in one server, and the member's priority in the queue.

    `stride` is how far each job of the member stands behind the member's previous job.
    """

    caps: Caps
    stride: int


def effective_limits(
    operator: Caps, rules: GuildSettings, *, guild_id: int, role_ids: Set[int]
) -> EffectiveLimits:
    """Return the limits that apply to a member with these roles.

    Managers may set any limit for a member, and a role may raise it. The limits of the whole server they can
    only lower, because the operator pays. Direct messages (guild 0) have no limits of a whole server.
    """
    of_roles = [caps for role, caps in rules.role_limits.items() if role in role_ids]
    member = _raised(_merged(operator.member, rules.member_limits, _chosen), of_roles)
    untouched = {measure for measure in DAILY if _is_operators(measure, member, operator, rules)}
    whole = operator.guild if guild_id else UNLIMITED
    pace = _only(_merged(whole, rules.guild_limits, _stricter), _PACE)
    caps = replace(
        operator,
        member=_only(member, set(Measure) - untouched),
        member_utc=_only(member, untouched),
        guild=_merged(_only(rules.guild_limits, DAILY), pace, _chosen),
        guild_utc=_only(whole, DAILY),
    )
    favoured = bool(rules.favoured_roles & role_ids)
    return EffectiveLimits(caps=caps, stride=FAVOURED_STRIDE if favoured else NORMAL_STRIDE)


def in_force(managers: LevelCaps, operator: LevelCaps) -> LevelCaps:
    """Combine the managers' and the operator's limits of one level: of each measure, the stricter one."""
    return _merged(managers, operator, _stricter)


def without_rate_limits(caps: Caps) -> Caps:
    """Return `caps` with only the limits of days and months, for jobs that a moderator submits again."""
    return Caps(**{level.value: _only(caps.at(level), DAILY) for level in Level})


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day, written YYYY-MM-DD, with the end of this day and of its month (epoch ms)."""

    day: str
    ends_at: int
    month_ends_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """The current day in a server's time zone, and in UTC for the bot."""

    guild: Period
    bot: Period

    def at(self, level: Level) -> Period:
        """Return the day by which the limits of a level count."""
        return self.guild if level.is_local else self.bot

    def resets_at(self, level: Level, measure: Measure) -> int | None:
        """Return when a limit resets (epoch ms); None for limits that do not count by days or months."""
        period = self.at(level)
        match measure:
            case Measure.PER_DAY | Measure.MICROS_PER_DAY:
                return period.ends_at
            case Measure.MICROS_PER_MONTH:
                return period.month_ends_at
            case _:
                return None


def days_at(now: int, *, zone: str) -> Days:
    """Return the days at the time `now` (epoch ms), with the server's day in the time zone `zone`."""
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


_PACE = frozenset(Measure) - frozenset(DAILY)


_Choose = Callable[[Measure, int | None, int | None], int | None]


def _merged(first: LevelCaps, second: LevelCaps, choose: _Choose) -> LevelCaps:
    values = {
        measure.value: choose(measure, getattr(first, measure), getattr(second, measure))
        for measure in Measure
    }
    return LevelCaps(**values)


def _chosen(_measure: Measure, operator: int | None, managers: int | None) -> int | None:
    return operator if managers is None else managers


def _stricter(measure: Measure, operator: int | None, managers: int | None) -> int | None:
    set_ones = [figure for figure in (operator, managers) if figure is not None]
    if not set_ones:
        return None
    return max(set_ones) if measure is Measure.COOLDOWN else min(set_ones)


def _more(measure: Measure, mine: int | None, of_role: int | None) -> int | None:
    if mine is None or of_role is None:
        return mine
    return min(mine, of_role) if measure is Measure.COOLDOWN else max(mine, of_role)


def _raised(member: LevelCaps, of_roles: Iterable[LevelCaps]) -> LevelCaps:
    for caps in of_roles:
        member = _merged(member, caps, _more)
    return member


def _is_operators(measure: Measure, member: LevelCaps, operator: Caps, rules: GuildSettings) -> bool:
    """Return whether a member's limit is the operator's own: neither the managers nor a role have changed it."""
    unset = getattr(rules.member_limits, measure) is None
    return unset and getattr(member, measure) == getattr(operator.member, measure)


def _only(caps: LevelCaps, measures: Iterable[Measure]) -> LevelCaps:
    return LevelCaps(**{measure.value: getattr(caps, measure) for measure in measures})


log = logging.getLogger(__name__)


class KillSwitch:
    """The operator's switch that stops ordering on this machine: it is on while the file `paused` is in DATA_DIR.

    While it is on, this machine submits nothing and accepts no orders; submitted jobs go on. A file can be
    created even if a running bot holds the database, or Discord is down.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "paused"

    @property
    def is_on(self) -> bool:
        """Whether the file exists, so that nothing may be ordered."""
        return self.file.exists()

    def turn_on(self) -> bool:
        """Create the file; return whether the switch was off before."""
        before = self.is_on
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.touch()
        return not before

    def turn_off(self) -> bool:
        """Delete the file; return whether the switch was on before."""
        before = self.is_on
        self.file.unlink(missing_ok=True)
        return before


class OrderingPauses:
    """The operator's means to pause and resume ordering, and to list the pauses."""

    def __init__(self, pauses: Pauses, switch: KillSwitch) -> None:
        self._pauses = pauses
        self._switch = switch

    @property
    def is_switched_off(self) -> bool:
        """Whether the kill switch of this machine is on."""
        return self._switch.is_on

    async def standing(self, guild_id: int | None = None) -> list[Pause]:
        """Return the pauses that apply to a server; all pauses if `guild_id` is None."""
        return await self._pauses.standing(guild_id)

    async def stop(self) -> None:
        """Pause ordering in all servers."""
        await self._pauses.pause(Cause.OPERATOR)
        log.warning("ordering is stopped by the operator")

    async def go_on(self) -> bool:
        """Lift every pause of the whole bot, and the kill switch; return whether there was one."""
        switched = self._switch.turn_off()
        lifted = [cause for cause in Cause if await self._pauses.lift(cause)]
        log.warning("ordering goes on, by the operator")
        return switched or bool(lifted)
