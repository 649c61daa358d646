"""Amounts and allowances in words."""

from cogs.text.catalogue import Words
from cogs.text.timestamps import relative
from hailuo.prices import MICROS
from jobs.money.allowance import Allowance


def dollars(words: Words, micros: int) -> str:
    """Return an amount of micro-dollars, to the cent."""
    return words("usd", amount=f"{micros / MICROS:,.2f}")


def price_line(words: Words, allowance: Allowance, *, price: int) -> str:
    """Say what an order costs and how many more like it are left today."""
    costs = words("costs", price=dollars(words, price))
    tightest = allowance.tightest(price=price)
    if tightest is None:
        return costs
    left = words("left-today", count=tightest.left_at(price), resets=relative(tightest.resets_at))
    return words.joined([costs, left])
