"""Limits as tests set them."""

from db.caps import Caps, LevelCaps
from hailuo.prices import Prices
from jobs.terms import Terms

PRICES = Prices.load()


def few(*, active_per_user: int, per_user_per_day: int, per_day: int) -> Caps:
    """Return limits on a member's jobs under way, on theirs of a day, and on everybody's of a day."""
    return Caps(
        member=LevelCaps(active=active_per_user, per_day=per_user_per_day), bot=LevelCaps(per_day=per_day)
    )


def terms(caps: Caps, **others: object) -> Terms:
    """Return terms with these limits and the prices that are shipped."""
    return Terms(caps=caps, prices=PRICES, **others)
