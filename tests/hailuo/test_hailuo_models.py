"""The table of models: whole, with its sources, completed by a file of the operator's, and strict about what is in one."""

import itertools
import re

import pytest

from hailuo.models import MICROS, ModelsInvalid, Protocol, load_models, micros_of
from hailuo.request import Duration, Model, Prices, Resolution, RuleBroken, VideoOptions
from tests.support.caps import GATEWAY
from tests.support.rows import each_row

TABLES = load_models()
MODELS = [(provider, model) for provider, table in TABLES.items() for model in table.models]

FAST = """
[[gateway.models]]
name = "MiniMax-Hailuo-2.3-Fast"
protocol = "gateway"
formats = [{ resolution = "768p", seconds = [6], usd = ["1.25"] }]
source = "a contract of ours"
first_frame = "needed"
last_frame = "no"
prompt = 2000
pictures = { least = 300, megabytes = 20 }
moves = "chinese"
link_hours = 24
"""
SIBLING = """
[sibling]
url = "https://sibling.example"
[sibling.paths.gateway]
submit = "/videos"
task = "/videos/{task_id}"
""" + FAST.replace("gateway.models", "sibling.models")


def written(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


@each_row("provider, model", MODELS)
def test_each_model_has_formats_with_prices_a_source_with_its_day_and_the_paths_of_its_protocol(
    provider, model
):
    assert model.formats
    assert all(0 < each.price < 10 * MICROS for each in model.formats)
    assert re.search(r"seen 2026-\d\d-\d\d", model.source)
    assert {"submit", "task"} <= TABLES[provider].paths[model.protocol].keys()


def test_a_longer_or_larger_video_of_a_model_costs_more():
    for _, model in MODELS:
        offers = sorted(model.formats, key=lambda each: (each.resolution, each.seconds))
        for one, other in itertools.pairwise(offers):
            if one.resolution == other.resolution:
                assert one.price < other.price


def test_the_prices_of_the_gateway_and_of_minimax():
    def price(provider, name, seconds, resolution):
        return TABLES[provider].model(name).format_of(seconds=seconds, resolution=resolution).price / MICROS

    assert price("gateway", "MiniMax-Hailuo-2.3", 10, "768p") == 0.488
    assert price("minimax", "MiniMax-Hailuo-2.3", 6, "1080p") == 0.49
    assert price("minimax", "MiniMax-H3", 15, "2k") == 1.95
    assert price("minimax", "MiniMax-H3", 4, "768p") == 0.32
    assert TABLES["minimax"].models[0].format_of(seconds=16, resolution="2k") is None


def test_a_format_that_a_model_lacks_has_no_price():
    with pytest.raises(RuleBroken):
        Prices(GATEWAY).of(VideoOptions(duration=Duration.LONG, resolution=Resolution.P1080))


def test_a_model_in_a_file_of_the_operators_takes_the_place_of_the_shipped_one(tmp_path):
    table = load_models(written(tmp_path, FAST))["gateway"]
    assert Prices(table).of(VideoOptions(model=Model.HAILUO_FAST)) == 1_250_000
    assert [model.name for model in table.models] == [model.name for model in GATEWAY.models]
    assert table.model("MiniMax-Hailuo-2.3") == GATEWAY.model("MiniMax-Hailuo-2.3")
    assert table.paths == GATEWAY.paths


def test_a_sibling_of_the_gateway_is_a_block_of_its_own(tmp_path):
    tables = load_models(written(tmp_path, SIBLING))
    assert tables["sibling"].url == "https://sibling.example"
    assert tables["sibling"].paths[Protocol.GATEWAY]["task"] == "/videos/{task_id}"
    assert tables["gateway"] == GATEWAY


@each_row(
    "old, new",
    [
        ('"1.25"', '"-0.01"'),
        ('"1.25"', '"nan"'),
        ('"1.25"', '"Infinity"'),
        ('"1.25"', '"1000000"'),
        ('"1.25"', '"$0.29"'),
        ('"1.25"', '""'),
        ('["1.25"]', '["1.25", "1.30"]'),
        ("[6]", '"six"'),
        ("[6]", "6"),
        ("needed", "perhaps"),
        ('protocol = "gateway"', 'protocol = "grpc"'),
        ('protocol = "gateway"\n', ""),
        ('name = "MiniMax-Hailuo-2.3-Fast"\n', ""),
        ("link_hours", "link_days"),
        (FAST, "models = 5"),
        (FAST, "gateway = 5"),
        (FAST, "[gateway]\nmodels = [1]"),
        (FAST, "[other]\nurl = 'https://other.example'"),
        (FAST, "not toml"),
        (FAST, "\x00"),
    ],
)
def test_nonsense_is_refused_by_the_name_of_its_file(tmp_path, old, new):
    assert old in FAST
    with pytest.raises(ModelsInvalid, match=r"^mine\.toml: "):
        load_models(written(tmp_path, FAST.replace(old, new)))


def test_a_file_that_is_not_there_or_in_another_encoding_is_refused(tmp_path):
    with pytest.raises(ModelsInvalid):
        load_models(tmp_path / "absent.toml")
    path = tmp_path / "mine.toml"
    path.write_bytes(FAST.encode("utf-16"))
    with pytest.raises(ModelsInvalid):
        load_models(path)


@each_row("usd, micros", [(0.1 + 0.2, 300_000), (0.2928, 292_800), (10, 10_000_000), (0, 0), (1e-7, 0)])
def test_amounts_are_whole_millionths(usd, micros):
    assert micros_of(usd) == micros
