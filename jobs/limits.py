"""Which limits hold for whom: the operator's, what a server's managers made of them, and what a role allows more."""

from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, fields

from db.admission import FAVOURED_STEP, NORMAL_STEP
from db.caps import Caps, LevelCaps, Measure
from jobs.guild_settings import GuildSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What a member may use there, and how far each of their jobs stands behind the one before."""

    caps: Caps
    step: int


def share_of(operator: Caps, rules: GuildSettings, *, role_ids: Set[int]) -> Share:
    """Return what holds for a member with these roles.

    Managers choose what a member may use; a role can raise that. What their server may use as a whole they can only
    lower: the operator pays.
    """
    member = _merged(operator.member, rules.member_limits, _chosen)
    raised = [caps for role, caps in rules.role_limits.items() if role in role_ids]
    guild = _merged(operator.guild, rules.guild_limits, _stricter)
    favoured = bool(rules.favoured_roles & role_ids)
    return Share(
        caps=Caps(member=_raised(member, raised), guild=guild, bot=operator.bot),
        step=FAVOURED_STEP if favoured else NORMAL_STEP,
    )


def without_haste(caps: Caps) -> Caps:
    """Return the limits without those of pace, for what a moderator or an operator orders again."""
    return Caps(member=_unhurried(caps.member), guild=_unhurried(caps.guild), bot=_unhurried(caps.bot))


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


def _unhurried(caps: LevelCaps) -> LevelCaps:
    values = {field.name: getattr(caps, field.name) for field in fields(LevelCaps)}
    return LevelCaps(**{**values, "active": None, "cooldown_ms": None})
