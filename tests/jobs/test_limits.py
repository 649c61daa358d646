"""Whose limits hold: the operator's, what managers made of them, and what a role allows more."""

from dataclasses import fields

from db.jobs.admission import FAVOURED_STRIDE, NORMAL_STRIDE
from db.money.caps import DAILY, UNLIMITED, Caps, Level, LevelCaps, Measure
from jobs.money.limits import effective_limits, in_force, without_rate_limits
from jobs.servers.guild_settings import GuildSettings
from tests.support.rows import each_row

NOBODY = frozenset()
FIGURES = [measure for measure in Measure if measure is not Measure.COOLDOWN]
BOOSTER, TRUSTED = 71, 72


def of(level, **figures):
    """Return limits of one level alone."""
    return Caps(**{level: LevelCaps(**figures)})


def caps_in(operator, rules, *roles, guild_id=1):
    return effective_limits(operator, rules, guild_id=guild_id, role_ids=frozenset(roles)).caps


def member(operator, rules, *roles):
    caps = caps_in(operator, rules, *roles)
    return in_force(caps.member, caps.member_utc)


def guild(operator, rules):
    caps = caps_in(operator, rules)
    return in_force(caps.guild, caps.guild_utc)


def test_every_limit_of_a_level_is_a_measure():
    assert set(Measure) == {field.name for field in fields(LevelCaps)}


@each_row("measure", Measure)
@each_row(
    "operator, managers, holds",
    [(3, None, 3), (3, 1, 1), (3, 9, 9), (3, 0, 0), (None, 9, 9), (None, None, None)],
)
def test_managers_choose_what_a_member_may_use(measure, operator, managers, holds):
    rules = GuildSettings(member_limits=LevelCaps(**{measure: managers}))
    assert member(of("member", **{measure: operator}), rules) == LevelCaps(**{measure: holds})


@each_row("measure", FIGURES)
@each_row(
    "operator, managers, holds",
    [(20, None, 20), (20, 5, 5), (20, 50, 20), (20, 0, 0), (0, 50, 0), (None, 50, 50), (None, None, None)],
)
def test_what_a_server_may_use_they_can_only_lower(measure, operator, managers, holds):
    rules = GuildSettings(guild_limits=LevelCaps(**{measure: managers}))
    assert guild(of("guild", **{measure: operator}), rules) == LevelCaps(**{measure: holds})


@each_row(
    "operator, managers, holds",
    [(60, 5, 60), (60, 90, 90), (60, 0, 60), (None, 90, 90), (60, None, 60)],
)
def test_a_server_s_pause_between_two_they_can_only_lengthen(operator, managers, holds):
    rules = GuildSettings(guild_limits=LevelCaps(cooldown_ms=managers))
    assert guild(of("guild", cooldown_ms=operator), rules).cooldown_ms == holds


@each_row("measure", FIGURES)
@each_row(
    "mine, of_role, holds",
    [(3, 10, 10), (3, 1, 3), (3, 0, 3), (0, 5, 5), (3, None, 3), (None, 5, None)],
)
def test_a_role_raises_what_its_members_may_use_and_lowers_nothing(measure, mine, of_role, holds):
    rules = GuildSettings(role_limits={BOOSTER: LevelCaps(**{measure: of_role})})
    operator = of("member", **{measure: mine})
    assert getattr(member(operator, rules, BOOSTER), measure) == holds
    assert getattr(member(operator, rules, TRUSTED), measure) == mine


@each_row("mine, of_role, holds", [(60, 5, 5), (60, 90, 60), (60, 0, 0), (None, 5, None)])
def test_a_role_shortens_the_pause_between_two(mine, of_role, holds):
    rules = GuildSettings(role_limits={BOOSTER: LevelCaps(cooldown_ms=of_role)})
    assert member(of("member", cooldown_ms=mine), rules, BOOSTER).cooldown_ms == holds


def test_of_several_roles_each_figure_is_the_best_of_any():
    rules = GuildSettings(
        member_limits=LevelCaps(active=1, per_day=5, cooldown_ms=60),
        role_limits={
            BOOSTER: LevelCaps(active=4, per_day=6, cooldown_ms=30),
            TRUSTED: LevelCaps(active=2, per_day=9, cooldown_ms=50),
        },
    )
    held = member(Caps(), rules, TRUSTED, BOOSTER)
    assert (held.active, held.per_day, held.cooldown_ms) == (4, 9, 30)


def test_a_role_raises_the_choice_of_the_managers_not_that_of_the_operator():
    rules = GuildSettings(member_limits=LevelCaps(per_day=1), role_limits={BOOSTER: LevelCaps(per_day=2)})
    assert member(of("member", per_day=10), rules, BOOSTER).per_day == 2


def test_neither_managers_nor_roles_touch_what_everybody_may_use():
    rules = GuildSettings(
        member_limits=LevelCaps(per_day=99),
        guild_limits=LevelCaps(per_day=99),
        role_limits={BOOSTER: LevelCaps(per_day=99)},
    )
    operator = of("bot", per_day=1, micros_per_day=2)
    assert caps_in(operator, rules, BOOSTER).bot == operator.bot


@each_row(
    "roles, stride",
    [(set(), NORMAL_STRIDE), ({TRUSTED}, NORMAL_STRIDE), ({TRUSTED, BOOSTER}, FAVOURED_STRIDE)],
)
def test_members_of_a_favoured_role_stand_closer_behind_their_last(roles, stride):
    rules = GuildSettings(favoured_roles=frozenset({BOOSTER}))
    assert effective_limits(Caps(), rules, guild_id=1, role_ids=roles).stride == stride


def test_what_a_moderator_orders_again_waits_for_no_pace_but_still_costs():
    level = LevelCaps(active=1, per_day=2, micros_per_day=3, micros_per_month=4, cooldown_ms=5)
    unhurried = LevelCaps(per_day=2, micros_per_day=3, micros_per_month=4)
    caps = without_rate_limits(Caps(**dict.fromkeys(Level, level)))
    assert caps == Caps(**dict.fromkeys(Level, unhurried))


@each_row("measure", DAILY)
@each_row(
    "managers, of_role, local, utc",
    [(None, None, None, 3), (None, 2, None, 3), (3, None, 3, None), (9, None, 9, None), (None, 9, 9, None)],
)
def test_a_member_s_figure_is_counted_by_the_clock_of_whoever_has_set_it(
    measure, managers, of_role, local, utc
):
    rules = GuildSettings(
        member_limits=LevelCaps(**{measure: managers}), role_limits={BOOSTER: LevelCaps(**{measure: of_role})}
    )
    caps = caps_in(of("member", **{measure: 3}), rules, BOOSTER)
    assert (getattr(caps.member, measure), getattr(caps.member_utc, measure)) == (local, utc)


@each_row("measure", DAILY)
@each_row("managers", [None, 5, 50])
def test_a_server_s_figures_hold_beside_each_other_each_by_its_own_clock(measure, managers):
    rules = GuildSettings(guild_limits=LevelCaps(**{measure: managers}))
    caps = caps_in(of("guild", **{measure: 20}), rules)
    assert (getattr(caps.guild, measure), getattr(caps.guild_utc, measure)) == (managers, 20)


def test_strangers_share_nothing_in_direct_messages():
    every = LevelCaps(active=1, per_day=2, micros_per_day=3, micros_per_month=4, cooldown_ms=5)
    caps = caps_in(Caps(member=every, guild=every), GuildSettings(), guild_id=0)
    assert caps.guild == caps.guild_utc == UNLIMITED
    assert in_force(caps.member, caps.member_utc) == every
