"""Which limits hold for whom: the operator's, what a server's managers made of them, and what a role allows more.

The operator's count by UTC days, the managers' by those of their server's zone: a change of the zone opens no new day
of what the operator pays for.
"""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, replace

from db.jobs.admission import FAVOURED_STEP, NORMAL_STEP
from db.money.caps import DAILY, UNLIMITED, Caps, Level, LevelCaps, Measure
from jobs.servers.guild_settings import GuildSettings


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
