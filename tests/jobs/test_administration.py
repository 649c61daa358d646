"""How much of each kind a server's managers may decide."""

import pytest

from db.money.caps import LevelCaps
from jobs.administration import TooMany
from jobs.servers.guild_settings import Manager

MAX_ROLES = 25
MAX_WORDS = 200
MAX_PATTERNS = 25

MIA = Manager(guild_id=1, user_id=77)
ONE = LevelCaps(active=1)


@pytest.fixture
def administration(stage):
    return stage.pipeline.administration


async def settings(stage):
    return await stage.pipeline.preferences.guild(MIA.guild_id)


async def test_so_many_roles_have_limits_and_each_of_them_can_be_changed_or_freed(stage, administration):
    for role in range(MAX_ROLES):
        await administration.limit_role(MIA, role, ONE)
    with pytest.raises(TooMany) as refused:
        await administration.limit_role(MIA, MAX_ROLES, ONE)
    assert refused.value.limit == MAX_ROLES
    await administration.limit_role(MIA, 0, LevelCaps(active=2))
    await administration.limit_role(MIA, 1, None)
    limits = (await settings(stage)).role_limits
    assert (len(limits), limits[0].active, 1 in limits, MAX_ROLES in limits) == (
        MAX_ROLES - 1,
        2,
        False,
        False,
    )


async def test_a_role_can_be_freed_of_its_limits_in_a_server_that_has_more_than_are_taken_today(
    stage, administration
):
    too_many = dict.fromkeys(range(MAX_ROLES + 3), ONE)
    await stage.pipeline.preferences.change_guild(MIA.guild_id, role_limits=too_many)
    await administration.limit_role(MIA, 0, None)
    assert len((await settings(stage)).role_limits) == MAX_ROLES + 2


async def test_so_many_roles_are_favoured(stage, administration):
    for role in range(MAX_ROLES):
        await administration.favour(MIA, role, favoured=True)
    with pytest.raises(TooMany):
        await administration.favour(MIA, MAX_ROLES, favoured=True)
    assert (await settings(stage)).favoured_roles == frozenset(range(MAX_ROLES))


@pytest.mark.parametrize(("kind", "limit"), [("words", MAX_WORDS), ("patterns", MAX_PATTERNS)])
async def test_so_many_words_and_patterns_are_kept_each_counted_once(stage, administration, kind, limit):
    as_many = {"words": [], "patterns": []} | {kind: [f"w{number}" for number in [*range(limit), 0, 0]]}
    await administration.ban(MIA, **as_many)
    with pytest.raises(TooMany) as refused:
        await administration.ban(MIA, **as_many | {kind: [*as_many[kind], "one more"]})
    kept = await settings(stage)
    assert (
        refused.value.limit,
        len({"words": kept.banned_words, "patterns": kept.banned_patterns}[kind]),
    ) == (
        limit,
        limit,
    )
