"""On what terms the operator lets orders in."""

from dataclasses import dataclass

from db.money.caps import Caps
from hailuo.prices import Prices


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPolicy:
    """The limits where nobody has decided otherwise, the prices, and who is served."""

    caps: Caps
    prices: Prices
    allowed_guilds: frozenset[int] = frozenset()  #: empty: all of them; 0 stands for direct messages
    strikes: int = 3  #: refusals by the provider's filter in a day that suspend a member; 0: never
    low_balance: float = 0  #: the operator is warned below this, in the provider's unit
