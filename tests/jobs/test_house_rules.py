"""Where and with which words an order may be placed at all."""

import dataclasses

import pytest

from db.jobs.job import Owner
from jobs.orders.order import (
    ChannelNotAllowed,
    GuildNotAllowed,
    OrderRefused,
    WordsNotAllowed,
    require_allowed,
)
from jobs.pipeline import Limits
from jobs.servers.guild_settings import GuildSettings
from tests.support.caps import policy
from tests.support.films import jpeg_of
from tests.support.rows import each_row
from tests.support.stage import ANN, CAPS, open_stage

CHANNEL, ELSEWHERE, CATEGORY = 77, 78, 79
DIRECT = Owner(guild_id=0, user_id=11)


def order_in(stage, owner=ANN, *, channel=CHANNEL, around=(), text="a red kite"):
    """Return an order in a channel, which may be a thread or stand in a category."""
    new = stage.new_order(owner, channel_id=channel)
    return dataclasses.replace(
        new,
        requester=dataclasses.replace(new.requester, around=frozenset(around)),
        order=dataclasses.replace(new.order, text=text),
    )


def refusal(new, rules=None, *, guilds=frozenset()):
    """Return what speaks against an order, None when nothing does."""
    try:
        require_allowed(new, rules or GuildSettings(), allowed_guilds=guilds)
    except OrderRefused as refused:
        return type(refused)
    return None


@each_row(
    "guilds, owner, refused",
    [
        (set(), ANN, None),
        ({1, 2}, ANN, None),
        ({2}, ANN, GuildNotAllowed),
        ({1}, DIRECT, GuildNotAllowed),
        ({0}, DIRECT, None),
        ({0}, ANN, GuildNotAllowed),
    ],
)
def test_where_the_operator_has_a_list_others_make_nothing(stage, guilds, owner, refused):
    assert refusal(order_in(stage, owner), guilds=frozenset(guilds)) is refused


@each_row(
    "allowed, denied, place, refused",
    [
        ((), (), (CHANNEL, ()), None),
        ((CHANNEL,), (), (CHANNEL, ()), None),
        ((CHANNEL,), (), (ELSEWHERE, ()), ChannelNotAllowed),
        ((CHANNEL,), (), (ELSEWHERE, (CHANNEL,)), None),  # a thread of an allowed channel
        ((CATEGORY,), (), (CHANNEL, (CATEGORY,)), None),  # a channel of an allowed category
        ((CATEGORY,), (), (CHANNEL, ()), ChannelNotAllowed),
        ((), (CHANNEL,), (CHANNEL, ()), ChannelNotAllowed),
        ((), (CHANNEL,), (ELSEWHERE, ()), None),
        ((), (CHANNEL,), (ELSEWHERE, (CHANNEL,)), ChannelNotAllowed),
        ((CATEGORY,), (CHANNEL,), (CHANNEL, (CATEGORY,)), ChannelNotAllowed),  # what is denied wins
        ((CHANNEL,), (CATEGORY,), (CHANNEL, (CATEGORY,)), ChannelNotAllowed),
        (
            (CATEGORY,),
            (),
            (ELSEWHERE, (CHANNEL, CATEGORY)),
            None,
        ),  # a thread in a channel of an allowed category
    ],
)
def test_channels_threads_and_categories_are_allowed_or_denied(stage, allowed, denied, place, refused):
    rules = GuildSettings(allowed_channels=frozenset(allowed), denied_channels=frozenset(denied))
    channel, around = place
    assert refusal(order_in(stage, channel=channel, around=around), rules) is refused


def test_a_refusal_names_the_channels_where_orders_are_taken(stage):
    rules = GuildSettings(allowed_channels=frozenset({ELSEWHERE}))
    with pytest.raises(ChannelNotAllowed) as refused:
        require_allowed(order_in(stage), rules, allowed_guilds=frozenset())
    assert (refused.value.channel_id, refused.value.allowed) == (CHANNEL, {ELSEWHERE})


def test_words_and_patterns_of_the_server_are_refused_and_named(stage):
    rules = GuildSettings(banned_words=("kite",), banned_patterns=(r"\bgr[ae]y\b",))
    for text, found in (("a red KITE", "kite"), ("a grey sea", "grey")):
        with pytest.raises(WordsNotAllowed) as refused:
            require_allowed(order_in(stage, text=text), rules, allowed_guilds=frozenset())
        assert refused.value.found == found
    assert refusal(order_in(stage, text="a red balloon"), rules) is None


@pytest.mark.parametrize(
    "change",
    [
        {"denied_channels": frozenset({CHANNEL})},
        {"allowed_channels": frozenset({ELSEWHERE})},
        {"banned_words": ("kite",)},
    ],
)
async def test_what_is_refused_leaves_nothing_behind_and_counts_for_nothing(stage, tmp_path, change):
    await stage.pipeline.preferences.change_guild(ANN.guild_id, **change)
    with pytest.raises(OrderRefused):
        await stage.order(picture=jpeg_of(640, 480))
    assert (await stage.store.job_queries.page(ANN)).jobs == []
    assert await stage.left() == CAPS.member.per_day
    assert not list((tmp_path / "frames").glob("*"))
    await stage.order(Owner(guild_id=2, user_id=ANN.user_id))  # another server decides for itself


async def test_the_operator_s_list_holds_for_orders(tmp_path, sandbox, clock):
    limits = Limits(policy=policy(CAPS, allowed_guilds=frozenset({1})))
    async with open_stage(tmp_path, sandbox, clock, limits) as stage:
        await stage.order()
        for owner in (DIRECT, Owner(guild_id=2, user_id=ANN.user_id)):
            with pytest.raises(GuildNotAllowed) as refused:
                await stage.order(owner)
            assert refused.value.guild_id == owner.guild_id
