"""Limits as tests set them."""

from db.money.caps import DAILY, Caps, Level, LevelCaps, Measure
from hailuo.models import load_models
from hailuo.request import Prices
from jobs.money.limits import OrderPolicy

GATEWAY = load_models()["gateway"]
PRICES = Prices(GATEWAY)


PRICE = 293_000
"""What a job of the tests is expected to cost, in micro-dollars."""

LIMITS = {
    Measure.ACTIVE: 1,
    Measure.PER_DAY: 1,
    Measure.MICROS_PER_DAY: PRICE,
    Measure.MICROS_PER_MONTH: PRICE + 1,
    Measure.COOLDOWN: 60_000,
}
"""A figure of each measure that lets one job in and no second one."""


LIMITED = [
    (level, measure)
    for level in Level
    for measure in Measure
    if measure in DAILY or level in {Level.MEMBER, Level.GUILD, Level.BOT}
]
"""What can be limited where."""


def caps_at(level: Level, measure: Measure, figure: int) -> Caps:
    """Return limits with one figure."""
    return Caps(**{level.value: LevelCaps(**{measure.value: figure})})


def few(*, active_per_user: int, per_user_per_day: int, per_day: int) -> Caps:
    """Return limits on a member's jobs under way, on theirs of a day, and on everybody's of a day."""
    return Caps(
        member=LevelCaps(active=active_per_user, per_day=per_user_per_day), bot=LevelCaps(per_day=per_day)
    )


def policy(caps: Caps, **others: object) -> OrderPolicy:
    """Return a policy with these limits and the prices that are shipped."""
    return OrderPolicy(caps=caps, prices=PRICES, **others)
