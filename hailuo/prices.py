"""What a video is expected to cost, from one table of figures with their sources (prices.toml)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from hailuo.request import FORMATS, Duration, Model, Resolution, VideoOptions

MICROS = 1_000_000
"""Amounts are whole millionths of a US dollar."""

PRICES_FILE = Path(__file__).with_name("prices.toml")

_Combination = tuple[Model, Resolution, Duration]
_ORDERABLE: tuple[_Combination, ...] = tuple(
    (model, resolution, duration) for model in Model for duration, resolution in FORMATS.values()
)


class PricesInvalid(ValueError):
    """A table of prices that cannot be used; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Prices:
    """A price for everything that can be ordered, in micro-dollars."""

    by_combination: Mapping[_Combination, int]

    @classmethod
    def load(cls, path: Path = PRICES_FILE) -> "Prices":
        """Read a table.

        Raises:
            PricesInvalid: it cannot be read, a figure is no price, or one is missing.
        """
        try:
            entries = tomllib.loads(path.read_text(encoding="utf-8")).get("price", [])
            prices = dict(map(_priced, entries))
        except (OSError, ValueError, KeyError, TypeError, InvalidOperation) as error:
            raise PricesInvalid(f"{path.name}: {error}") from error
        if missing := [combination for combination in _ORDERABLE if combination not in prices]:
            model, resolution, duration = missing[0]
            raise PricesInvalid(f"{path.name}: has no price for {model} at {resolution}, {int(duration)} s")
        return cls(prices)

    def of(self, options: VideoOptions) -> int:
        """Return what a video is expected to cost, in micro-dollars."""
        return self.by_combination[options.model, options.resolution, options.duration]


def micros_of(usd: float | Decimal) -> int:
    """Return an amount of US dollars in micro-dollars."""
    return round(Decimal(str(usd)) * MICROS)


def _priced(entry: dict[str, Any]) -> tuple[_Combination, int]:
    amount = Decimal(str(entry["usd"]))
    if not 0 <= amount < MICROS:
        raise ValueError(f"{amount} is no price of a video")
    key = (Model(entry["model"]), Resolution(entry["resolution"]), Duration(entry["seconds"]))
    return key, micros_of(amount)
