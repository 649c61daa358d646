"""What is left, from what was used and what may be."""

from db.money.caps import UNLIMITED, Level, LevelCaps
from db.money.ledger import Spent
from jobs.money.accounts import Allowance, LevelUse
from tests.support.rows import each_row

NOTHING = LevelUse(today=Spent(), month=Spent(), caps=UNLIMITED)
PRICE = 300_000


def level(*, n=0, micros=0, month=None, **caps):
    """Return a level after `n` jobs and `micros` today, and after `month` micro-dollars since the month began."""
    of_month = micros if month is None else month
    return LevelUse(
        today=Spent(n=n, micros=micros), month=Spent(n=n, micros=of_month), caps=LevelCaps(**caps)
    )


def allowance(**levels):
    return Allowance(**{**dict.fromkeys(Level, NOTHING), **levels})


def left(levels, *, price):
    tightest = levels.tightest(price=price)
    return tightest and tightest.left_at(price)


@each_row("n, per_day, left", [(0, 3, 3), (2, 3, 1), (3, 3, 0), (5, 3, 0), (0, 0, 0), (9, None, None)])
def test_videos_of_a_day_are_never_less_than_nothing(n, per_day, left):
    assert level(n=n, per_day=per_day).videos_left == left


@each_row(
    "used, caps, left",
    [
        ({"micros": 4, "month": 40}, {}, None),
        ({"micros": 4, "month": 40}, {"micros_per_day": 10}, 6),
        ({"micros": 4, "month": 40}, {"micros_per_month": 100}, 60),
        ({"micros": 4, "month": 40}, {"micros_per_day": 10, "micros_per_month": 43}, 3),
        ({"micros": 4, "month": 40}, {"micros_per_day": 10, "micros_per_month": 100}, 6),
        ({"micros": 14, "month": 40}, {"micros_per_day": 10}, 0),
        ({}, {"micros_per_day": 0}, 0),
    ],
)
def test_money_is_what_the_first_budget_leaves(used, caps, left):
    assert level(**used, **caps).micros_left == left


@each_row(
    "levels, fewest",
    [
        ({}, None),
        ({"member": level(n=1, per_day=3)}, 2),
        ({"member": level(per_day=3), "guild": level(n=19, per_day=20)}, 1),
        ({"member_utc": level(per_day=3), "user": level(n=3, per_day=4), "guild_utc": level(per_day=2)}, 1),
        ({"member": level(per_day=3), "bot": level(micros=9_500_000, micros_per_day=10_000_000)}, 1),
        ({"guild": level(micros_per_day=PRICE - 1)}, 0),
        ({"guild": level(micros_per_day=PRICE)}, 1),
        ({"guild": level(month=PRICE, micros_per_month=4 * PRICE - 1)}, 2),
    ],
)
def test_how_many_can_still_be_ordered_is_what_the_tightest_level_leaves(levels, fewest):
    assert left(allowance(**levels), price=PRICE) == fewest


def test_what_costs_nothing_is_bounded_by_numbers_alone():
    levels = allowance(member=level(n=1, per_day=3), bot=level(micros=5, micros_per_day=5))
    assert left(levels, price=0) == 2
    assert left(allowance(bot=level(micros=5, micros_per_day=5)), price=0) is None
