"""Which limits hold for whom."""

from dataclasses import fields

import pytest

from db.admission import FAVOURED_STEP, NORMAL_STEP
from db.caps import Caps, LevelCaps, Measure
from jobs.guild_settings import GuildSettings
from jobs.limits import share_of

FEW = LevelCaps(active=1, per_day=3, micros_per_day=10, micros_per_month=100, cooldown_ms=60_000)
MANY = LevelCaps(active=2, per_day=6, micros_per_day=20, micros_per_month=200, cooldown_ms=30_000)
NONE = frozenset()


def share(rules, *, operator=Caps(member=FEW, guild=FEW, bot=FEW), roles=NONE):  # noqa: B008 - a frozen value
    return share_of(operator, rules, role_ids=roles)


def test_where_nobody_has_decided_otherwise_the_operators_limits_hold():
    assert share(GuildSettings()).caps == Caps(member=FEW, guild=FEW, bot=FEW)


def test_every_limit_of_a_level_is_a_measure():
    assert set(Measure) == {field.name for field in fields(LevelCaps)}


@pytest.mark.parametrize("chosen", [FEW, MANY])
def test_managers_choose_what_each_member_may_use(chosen):
    assert share(GuildSettings(member_limits=chosen)).caps.member == chosen


def test_managers_can_only_lower_what_their_server_may_use():
    assert share(GuildSettings(guild_limits=MANY)).caps.guild == FEW
    strict = Caps(member=FEW, guild=MANY, bot=FEW)
    assert share(GuildSettings(guild_limits=FEW), operator=strict).caps.guild == FEW


def test_a_role_raises_its_members_limits_and_lowers_none():
    rules = GuildSettings(role_limits={7: MANY, 8: LevelCaps(active=0, cooldown_ms=90_000)})
    assert share(rules, roles=frozenset({7})).caps.member == MANY
    assert share(rules, roles=frozenset({8})).caps.member == FEW
    assert share(rules).caps.member == FEW


def test_who_has_a_favoured_role_is_served_more_often():
    rules = GuildSettings(favoured_roles=frozenset({7}))
    assert share(rules, roles=frozenset({7})).step == FAVOURED_STEP
    assert share(rules).step == NORMAL_STEP
