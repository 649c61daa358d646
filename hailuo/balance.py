"""What is left on the account behind the key."""

from dataclasses import dataclass

from hailuo.json_values import as_number, as_object

_UNLIMITED = -1


@dataclass(frozen=True, slots=True)
class Balance:
    """Remaining and used amounts in the provider's own unit (USD, CNY or tokens); None where not stated."""

    remaining: float | None
    used: float | None
    unlimited: bool = False

    def __str__(self) -> str:
        left = "no limit" if self.unlimited else f"{self.remaining:g} left"
        return left if self.used is None else f"{left}, {self.used:g} used"


def balance_in(payload: object) -> Balance | None:
    """Return the balance that an answer states, None when it states none."""
    body = as_object(payload) or {}
    entry = as_object(body.get("data")) or body
    remaining = as_number(entry.get("remain_balance"))
    unlimited = entry.get("unlimited_quota") is True or remaining == _UNLIMITED
    if remaining is None and not unlimited:
        return None
    return Balance(None if unlimited else remaining, as_number(entry.get("used_balance")), unlimited)
