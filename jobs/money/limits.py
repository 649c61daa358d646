"""What stops or limits orders: the limits that hold for whom, by which days they count; pauses; the kill switch.

The operator's limits count by UTC days, the managers' by those of their server's zone: a change of the zone opens no
new day of what the operator pays for.
"""

import logging
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from db.jobs.admission import FAVOURED_STEP, NORMAL_STEP
from db.money.caps import DAILY, UNLIMITED, Caps, Level, LevelCaps, Measure
from db.settings.pauses import Cause, Pause, Pauses
from hailuo.request import Prices
from jobs.servers.guild_settings import GuildSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPolicy:
    """The limits where nobody has decided otherwise, the prices, and who is served."""

    caps: Caps
    prices: Prices
    allowed_guilds: frozenset[int] = frozenset()  #: empty: all of them; 0 stands for direct messages
    strikes: int = 3  #: refusals by the provider's filter in a day that suspend a member; 0: never
    low_balance: float = 0  #: the operator is warned below this, in the provider's unit


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveLimits:
    """What a member may use there, and how far each of their jobs stands behind the one before."""

    caps: Caps
    step: int


def effective_limits(
    operator: Caps, rules: GuildSettings, *, guild_id: int, role_ids: Set[int]
) -> EffectiveLimits:
    """Return what holds for a member with these roles.

    Managers choose what a member may use; a role can raise that. What their server may use as a whole they can only
    lower: the operator pays. Direct messages (guild 0) are no server: strangers share nothing there.
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
    return EffectiveLimits(caps=caps, step=FAVOURED_STEP if favoured else NORMAL_STEP)


def in_force(managers: LevelCaps, operator: LevelCaps) -> LevelCaps:
    """Return the figures that hold of two levels, the managers' and the operator's, to be shown as one."""
    return _merged(managers, operator, _stricter)


def without_rate_limits(caps: Caps) -> Caps:
    """Return the limits without those of pace, for what a moderator or an operator orders again."""
    return Caps(**{level.value: _only(caps.at(level), DAILY) for level in Level})


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
    """Tell whether neither managers nor a role have changed a member's figure."""
    unset = getattr(rules.member_limits, measure) is None
    return unset and getattr(member, measure) == getattr(operator.member, measure)


def _only(caps: LevelCaps, measures: Iterable[Measure]) -> LevelCaps:
    return LevelCaps(**{measure.value: getattr(caps, measure) for measure in measures})


log = logging.getLogger(__name__)


class KillSwitch:
    """The file `paused` in the folder of the installation: while it is there, this machine orders nothing.

    The database may be held by a running bot, Discord may be away: a file can always be made. What was ordered goes on.
    """

    def __init__(self, folder: Path) -> None:
        self.file = folder / "paused"

    @property
    def is_on(self) -> bool:
        """Tell whether nothing may be ordered."""
        return self.file.exists()

    def turn_on(self) -> bool:
        """Stop all ordering; say whether it went on until now."""
        before = self.is_on
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.touch()
        return not before

    def turn_off(self) -> bool:
        """Let orders out again; say whether they were stopped by this."""
        before = self.is_on
        self.file.unlink(missing_ok=True)
        return before


class OrderingPauses:
    """Stops ordering, and lets it go on."""

    def __init__(self, pauses: Pauses, switch: KillSwitch) -> None:
        self._pauses = pauses
        self._switch = switch

    @property
    def is_switched_off(self) -> bool:
        """Tell whether the operator's switch on this machine is on."""
        return self._switch.is_on

    async def standing(self, guild_id: int | None = None) -> list[Pause]:
        """Return the pauses in force for a server, or (None) all there are."""
        return await self._pauses.standing(guild_id)

    async def stop(self) -> None:
        """Order nothing any more, anywhere."""
        await self._pauses.pause(Cause.OPERATOR)
        log.warning("ordering is stopped by the operator")

    async def go_on(self) -> bool:
        """Lift all that pauses the whole bot; say whether anything did."""
        switched = self._switch.turn_off()
        lifted = [cause for cause in Cause if await self._pauses.lift(cause)]
        log.warning("ordering goes on, by the operator")
        return switched or bool(lifted)
