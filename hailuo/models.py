"""The table of providers and models: what each model takes, which formats it has, and what they cost.

`models.toml` ships with Clapper and explains its fields; a file of the operator's adds blocks, or replaces some.
"""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec

MICROS = 1_000_000
"""The number of micro-dollars in a US dollar; amounts of money are whole micro-dollars."""

_MOST_USD = 1000
_UNUSABLE = (ArithmeticError, ValueError, KeyError, TypeError, AttributeError, msgspec.ValidationError)
_SHIPPED = Path(__file__).with_name("models.toml")


class Protocol(StrEnum):
    """The ways of speaking to a provider, each implemented by a client of its own."""

    GATEWAY = "gateway"
    MINIMAX_V1 = "minimax_v1"
    MINIMAX_V2 = "minimax_v2"


class Need(StrEnum):
    """Whether a model takes a picture as its first or last frame."""

    NO = "no"
    YES = "yes"
    NEEDED = "needed"


class MoveStyle(StrEnum):
    """The notation for camera moves in a prompt: `[推进]`, `[Push in]`, or plain words."""

    CHINESE = "chinese"
    ENGLISH = "english"
    WORDS = "words"


class ModelsInvalid(ValueError):
    """The table of models cannot be used; the message names the file and the reason."""


class _Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the table: unknown names in it are refused."""


class Format(_Block, frozen=True, kw_only=True):
    """A length in seconds and a resolution that can be ordered together. `price`: micro-dollars."""

    seconds: int
    resolution: str
    price: int


class PictureLimits(_Block, frozen=True, kw_only=True):
    """Limits of a frame: each side above `least` pixels and at most `most`, the file under `megabytes`."""

    least: int
    most: int | None = None
    megabytes: int


class Switches(_Block, frozen=True, kw_only=True):
    """The names of the fields that turn something on or off; None: the model has no such switch."""

    optimizer: str | None = None
    quick: str | None = None
    watermark: str | None = None


class Model(_Block, frozen=True, kw_only=True):
    """One model of a provider; `models.toml` explains each field. The first of `formats` is the default."""

    name: str
    protocol: Protocol
    older: bool = False
    formats: tuple[Format, ...]
    source: str
    first_frame: Need
    last_frame: Need
    last_frame_not_at: frozenset[str] = frozenset()
    ratio: Literal["no", "text"] = "no"
    ratios: tuple[str, ...] = ()
    prompt: int
    pictures: PictureLimits
    switches: Switches = Switches()
    moves: MoveStyle
    sound: bool = False
    submits_per_minute: int | None = None
    at_once: int | None = None
    link_hours: int

    def format_of(self, *, seconds: int, resolution: str) -> Format | None:
        """Return the format with this length and resolution, None if the model has none such."""
        pair = (seconds, resolution)
        return next((each for each in self.formats if (each.seconds, each.resolution) == pair), None)


class ProviderTable(_Block, frozen=True, kw_only=True):
    """The table of one provider: the root of its API, the paths of each protocol, its models (the default first).

    elsewhere: the root for customers of another region, whose keys this one refuses.
    balance_unit: the unit in which the API states the account's balance.
    """

    url: str
    elsewhere: str | None = None
    balance_unit: str = "USD"
    paths: dict[Protocol, dict[str, str]]
    models: tuple[Model, ...]

    def model(self, name: str) -> Model | None:
        """Return the model with this name in the API, None if the provider has none such."""
        return next((model for model in self.models if model.name == name), None)


def load_models(own: Path | None = None) -> dict[str, ProviderTable]:
    """Read the tables of all providers, by name, from the shipped file and from the operator's `own`, if any.

    Raises:
        ModelsInvalid: a file cannot be read, or a block in it cannot be used.
    """
    blocks: dict[str, Any] = {}
    tables: dict[str, ProviderTable] = {}
    for path in [_SHIPPED, *([own] if own else [])]:
        try:
            read = tomllib.loads(path.read_text(encoding="utf-8"))
            blocks |= {name: _merged(blocks.get(name, {}), block) for name, block in read.items()}
            tables = {name: _table(block) for name, block in blocks.items()}
        except (OSError, *_UNUSABLE) as error:
            raise ModelsInvalid(f"{path.name}: {error}") from error
    return tables


def micros_of(usd: float | str | Decimal) -> int:
    """Convert an amount in US dollars to whole micro-dollars."""
    return round(Decimal(str(usd)) * MICROS)


def _merged(block: dict[str, Any], newer: dict[str, Any]) -> dict[str, Any]:
    """Return a provider's block with the values and models of a newer one in place of its own."""
    models = {entry["name"]: entry for entry in [*block.get("models", []), *newer.get("models", [])]}
    paths = {**block.get("paths", {}), **newer.get("paths", {})}
    return {**block, **newer, "paths": paths, "models": list(models.values())}


def _table(block: dict[str, Any]) -> ProviderTable:
    models = [{**entry, "formats": list(_formats(entry["formats"]))} for entry in block["models"]]
    table = msgspec.convert({**block, "models": models}, ProviderTable)
    if not table.models:
        raise ValueError(f"the provider at {table.url} has no models")
    for model in table.models:
        if not {"submit", "task"} <= table.paths.get(model.protocol, {}).keys():
            raise ValueError(f"{model.name} needs the paths submit and task of {model.protocol}")
    return table


def _formats(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Return every pair of length and resolution with its price, from rows with one resolution and many lengths."""
    for row in rows:
        seconds = row["seconds"]
        if isinstance(seconds, str):
            least, most = map(int, seconds.split("-"))
            seconds = range(least, most + 1)
        prices = row.get("usd") or [Decimal(row["usd_per_second"]) * each for each in seconds]
        for each, usd in zip(seconds, prices, strict=True):
            yield {"seconds": each, "resolution": row["resolution"], "price": _price(usd)}


def _price(usd: str | Decimal) -> int:
    micros = micros_of(usd)
    if not 0 <= micros < _MOST_USD * MICROS:
        raise ValueError(f"{usd} is no price of a video in US dollars")
    return micros
