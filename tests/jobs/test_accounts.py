"""What members and managers are told of costs: what was used today and this month, by whom, day by day."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from db.jobs.job import Owner
from db.money.caps import Caps, Level, LevelCaps
from db.money.ledger import Spent, book_refund
from hailuo.models import micros_of
from hailuo.request import Duration, Resolution
from jobs.pipeline import Limits
from sandbox.contract import PRICES_USD
from sandbox.faults import Fault, FaultName
from tests.support.caps import policy
from tests.support.stage import ANN, BEN, open_stage

PRICE = 293_000
COST = micros_of(PRICES_USD["768p", 6])
"""What the provider says afterwards."""

ROLE = 71
NO_ROLES = frozenset()


def moment(text, zone="UTC"):
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


async def use_of(stage, owner=ANN, role_ids=NO_ROLES):
    return await stage.pipeline.accounts.allowance(owner, role_ids=role_ids)


async def test_a_price_is_that_of_the_table(stage):
    assert (await stage.order(duration=Duration.LONG)).job.price_micros == 488_000
    assert (await stage.order(resolution=Resolution.P1080)).job.price_micros == 432_000


async def test_what_is_reserved_counts_at_once_and_what_it_did_cost_in_the_end(stage):
    receipt = await stage.order()
    assert (receipt.job.price_micros, receipt.job.cost_micros) == (PRICE, PRICE)
    use = await use_of(stage)
    assert use.member.today == use.guild.today == use.bot.today == Spent(n=1, micros=PRICE)

    assert await stage.pipeline.submitter.step()
    stage.clock.advance(60)
    assert await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).cost_micros == COST
    use = await use_of(stage)
    assert use.member.today == use.guild.month == use.bot.today == Spent(n=1, micros=COST)


@pytest.mark.parametrize("fault", [FaultName.MODERATED, FaultName.FAILS_PROVIDER])
async def test_what_came_to_nothing_costs_nothing(stage, fault):
    stage.sandbox.faults.add(Fault(fault))
    receipt = await stage.submitted()
    stage.clock.advance(60)
    await stage.pipeline.poller.step()
    assert (await stage.job(receipt)).cost_micros == 0
    assert (await use_of(stage)).bot.today == Spent()


async def test_an_order_of_unknown_outcome_stays_counted_and_a_second_one_is_added(stage):
    stage.sandbox.faults.add(Fault(FaultName.CUT_AFTER_ACCEPTING))
    receipt = await stage.submitted()
    assert (await use_of(stage)).member.today == Spent(n=1, micros=PRICE)
    await stage.pipeline.jobs.submit_again(receipt.job.key, guild_id=ANN.guild_id)
    assert (await use_of(stage)).member.today == Spent(n=2, micros=2 * PRICE)
    assert (await stage.job(receipt)).cost_micros == 2 * PRICE


async def test_levels_are_counted_apart(stage):
    for owner in (ANN, ANN, BEN, Owner(guild_id=2, user_id=ANN.user_id)):
        await stage.order(owner)
    use = await use_of(stage)
    assert [use.at(level).today.n for level in Level] == [2, 2, 3, 3, 3, 4]


async def test_the_limits_shown_are_those_that_hold(tmp_path, sandbox, clock):
    operator = Caps(member=LevelCaps(per_day=3), guild=LevelCaps(per_day=20), bot=LevelCaps(per_day=50))
    async with open_stage(tmp_path, sandbox, clock, Limits(policy=policy(operator))) as stage:
        await stage.pipeline.preferences.change_guild(
            ANN.guild_id,
            member_limits=LevelCaps(per_day=5),
            guild_limits=LevelCaps(per_day=10),
            role_limits={ROLE: LevelCaps(per_day=8)},
        )
        plain, raised = await use_of(stage), await use_of(stage, role_ids=frozenset({ROLE}))
        direct = await use_of(stage, Owner(guild_id=0, user_id=ANN.user_id))
    assert [use.member.caps.per_day for use in (plain, raised, direct)] == [5, 8, None]
    assert [use.member_utc.caps.per_day for use in (plain, raised, direct)] == [None, None, 3]
    assert [use.guild.caps.per_day for use in (plain, raised, direct)] == [10, 10, None]
    assert [use.guild_utc.caps.per_day for use in (plain, raised, direct)] == [20, 20, None]
    assert [use.bot.caps.per_day for use in (plain, raised, direct)] == [50, 50, 50]


async def test_today_and_this_month_are_those_of_the_server_s_zone(stage):
    await stage.pipeline.preferences.change_guild(ANN.guild_id, time_zone="Asia/Tokyo")
    stage.clock.now = moment("2026-06-30 23:30", "Asia/Tokyo")
    await stage.order()
    use = await use_of(stage)
    assert use.member.resets_at == moment("2026-07-01 00:00", "Asia/Tokyo")
    assert use.member_utc.resets_at == moment("2026-07-01 00:00")

    stage.clock.now = use.member.resets_at
    use = await use_of(stage)
    assert (use.member.today, use.member.month, use.guild.month) == (Spent(), Spent(), Spent())
    assert (
        use.bot.today.n == use.guild_utc.today.n == use.member_utc.today.n == 1
    )  # in UTC it is the same day still
    job = (await stage.order()).job
    assert (job.usage_day, job.bot_day) == ("2026-07-01", "2026-06-30")


async def test_a_month_is_the_sum_of_its_days(stage):
    stage.clock.now = moment("2026-06-30 12:00")
    await stage.order()
    for day in ("2026-07-01 12:00", "2026-07-09 12:00", "2026-07-31 12:00"):
        stage.clock.now = moment(day)
        await stage.order()
    use = await use_of(stage)
    assert (use.member.today.n, use.member.month.n, use.member.month.micros) == (1, 3, 3 * PRICE)


async def test_days_are_listed_oldest_first_and_without_gaps(stage):
    stage.clock.now = moment("2026-02-26 12:00")
    await stage.order()
    stage.clock.now = moment("2026-03-01 12:00")
    await stage.order()
    await stage.order(BEN)
    mine = await stage.pipeline.accounts.days_of_member(ANN, days=5)
    assert [use.day for use in mine] == ["2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01"]
    assert [use.spent.n for use in mine] == [0, 1, 0, 0, 1]
    everybody = await stage.pipeline.accounts.days_of_guild(ANN.guild_id, days=2)
    assert [(use.day, use.spent) for use in everybody] == [
        ("2026-02-28", Spent()),
        ("2026-03-01", Spent(n=2, micros=2 * PRICE)),
    ]


async def test_who_spent_most_comes_first_and_who_spent_nothing_not_at_all(stage):
    await stage.order()
    await stage.order(BEN, duration=Duration.LONG)
    other = Owner(guild_id=1, user_id=33)
    await stage.pipeline.jobs.cancel((await stage.order(other)).job.key, other)
    top = await stage.pipeline.accounts.top_members(ANN.guild_id)
    assert top == [(BEN.user_id, Spent(n=1, micros=488_000)), (ANN.user_id, Spent(n=1, micros=PRICE))]

    stage.clock.advance(30 * 86400)
    assert await stage.pipeline.accounts.top_members(ANN.guild_id, days=30) == []
    assert len(await stage.pipeline.accounts.top_members(ANN.guild_id, days=31)) == 2


async def test_only_the_ten_who_spent_most_are_shown(stage):
    for user_id in range(1, 12):
        await stage.order(Owner(guild_id=1, user_id=user_id))
    assert len(await stage.pipeline.accounts.top_members(1)) == 10


async def test_a_joined_chain_costs_nothing(stage):
    async def make(target):
        target.write_bytes(b"film")

    receipt = await stage.pipeline.jobs.present(stage.new_order(), make=make)
    assert (receipt.job.price_micros, receipt.job.cost_micros) == (0, 0)
    assert (await use_of(stage)).bot.today == Spent()


async def test_no_entry_of_an_order_is_made_twice(stage):
    job = (await stage.order()).job

    async def twice(transaction):
        for _ in range(2):
            await book_refund(transaction, job)

    with pytest.raises(Exception, match=r"(?i)unique"):
        await stage.store.job_queries._engine.write(twice)
    assert (await use_of(stage)).member.today == Spent(n=1, micros=PRICE)
    assert await stage.store.ledger.differences() == []
