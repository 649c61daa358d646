"""The registry: each object has its own, and nothing in it grows with what members do."""

import math

from telemetry.metrics import Metrics
from tests.telemetry.readings import reading


def test_two_bots_in_one_process_count_for_themselves():
    one, other = Metrics(version="1"), Metrics(version="1")

    one.polls.labels("running").inc()

    assert reading(one.registry, "clapper_polls_total", seen="running") == 1
    assert reading(other.registry, "clapper_polls_total", seen="running") == 0


def test_what_nothing_is_known_of_is_not_zero():
    registry = Metrics(version="1").registry

    for name in ("provider_balance", "gateway_connected", "queue_depth", "ready"):
        assert math.isnan(registry.get_sample_value(f"clapper_{name}"))


def test_the_build_is_told():
    metrics = Metrics(version="1.2.3", library="2.7.1")

    samples = [sample for family in metrics.registry.collect() for sample in family.samples]
    [build] = [sample for sample in samples if sample.name == "clapper_build_info"]
    assert build.labels.items() >= {"version": "1.2.3", "discord_py": "2.7.1"}.items()
    assert build.value == 1
