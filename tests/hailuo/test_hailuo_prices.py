"""The table of prices: whole, with its sources, replaceable by a file, and strict about what stands in one."""

import contextlib
import tomllib
from datetime import date
from itertools import product

import pytest

from hailuo.request import (
    MICROS,
    PRICES_FILE,
    Duration,
    Model,
    Prices,
    PricesInvalid,
    Resolution,
    RuleBroken,
    VideoOptions,
    micros_of,
    require_valid,
)
from tests.support.rows import each_row

ENTRIES = tomllib.loads(PRICES_FILE.read_text(encoding="utf-8"))["price"]


def orderable():
    """Return everything that the API takes."""
    for model, resolution, duration in product(Model, Resolution, Duration):
        options = VideoOptions(model=model, resolution=resolution, duration=duration)
        with contextlib.suppress(RuleBroken):
            require_valid(options, prompt="a red kite", has_picture=True)
            yield options


def written(folder, *entries, without=0, text=None):
    """Return the path of a table like the one that is shipped, changed."""
    kept = [*ENTRIES[without:], *entries]
    body = text if text is not None else "\n".join(map(_entry, kept))
    path = folder / "prices.toml"
    path.write_text(body, encoding="utf-8")
    return path


def _entry(entry):
    lines = [
        f"{name} = {value if isinstance(value, int | float) else repr(str(value))}"
        for name, value in entry.items()
    ]
    return "\n".join(["[[price]]", *lines])


def priced(**changes):
    return {"model": "MiniMax-Hailuo-2.3", "resolution": "768p", "seconds": 6, "usd": "0.5"} | changes


def test_whatever_can_be_ordered_has_a_price():
    prices = Prices.load()
    costs = [prices.of(options) for options in orderable()]
    assert len(costs) == len(ENTRIES) == 6
    assert all(0 < cost < MICROS for cost in costs)


def test_a_longer_or_larger_video_costs_more():
    prices = Prices.load().by_combination
    for model in Model:
        short = prices[model, Resolution.P768, Duration.SHORT]
        assert short < prices[model, Resolution.P768, Duration.LONG]
        assert short < prices[model, Resolution.P1080, Duration.SHORT]


@each_row("entry", ENTRIES)
def test_each_figure_names_its_source_and_its_day(entry):
    assert len(entry["source"]) > 10
    assert date(2026, 1, 1) <= entry["seen"]
    assert isinstance(entry["usd"], str)  # exact, whatever a float would make of it


def test_a_file_in_its_place_wins(tmp_path):
    path = written(tmp_path, priced(usd="1.25"))
    assert Prices.load(path).of(VideoOptions()) == 1_250_000
    long = VideoOptions(duration=Duration.LONG)
    assert Prices.load(path).of(long) == Prices.load().of(long)


@each_row("usd, micros", [("0", 0), ("0.1", 100_000), (0.293, 293_000), (1, 1_000_000)])
def test_a_price_may_be_written_as_text_or_as_a_figure(tmp_path, usd, micros):
    assert Prices.load(written(tmp_path, priced(usd=usd))).of(VideoOptions()) == micros


@each_row(
    "entry",
    [
        priced(usd="-0.01"),
        priced(usd="nan"),
        priced(usd="Infinity"),
        priced(usd="1000000"),
        priced(usd="$0.29"),
        priced(usd=""),
        priced(model="Sora"),
        priced(resolution="4k"),
        priced(seconds=7),
        priced(seconds="six"),
        {"model": "MiniMax-Hailuo-2.3", "resolution": "768p", "seconds": 6},
        {"usd": "0.3"},
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_file(tmp_path, entry):
    with pytest.raises(PricesInvalid, match=r"^prices\.toml: "):
        Prices.load(written(tmp_path, entry))


@each_row("text", ["", "price = 5", "price = [1]", 'price = "free"', "[price]\nusd = 1", "not toml", "\x00"])
def test_a_file_that_is_no_table_is_refused(tmp_path, text):
    with pytest.raises(PricesInvalid, match=r"^prices\.toml: "):
        Prices.load(written(tmp_path, text=text))


def test_a_file_that_is_not_there_or_in_another_encoding_is_refused(tmp_path):
    with pytest.raises(PricesInvalid):
        Prices.load(tmp_path / "absent.toml")
    path = tmp_path / "prices.toml"
    path.write_bytes("[[price]]".encode("utf-16"))
    with pytest.raises(PricesInvalid):
        Prices.load(path)


def test_a_table_that_lacks_a_price_names_it(tmp_path):
    with pytest.raises(PricesInvalid, match=r"has no price for MiniMax-Hailuo-2\.3 at 768p, 6 s"):
        Prices.load(written(tmp_path, without=1))


@each_row("usd, micros", [(0.1 + 0.2, 300_000), (0.2928, 292_800), (10, 10_000_000), (0, 0), (1e-7, 0)])
def test_amounts_are_whole_millionths(usd, micros):
    assert micros_of(usd) == micros
