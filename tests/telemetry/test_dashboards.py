"""Alerts, dashboard and the page of metrics: every metric and every label that they name is one that there is."""

import json
import re
import shutil
import subprocess
import tomllib
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from app import VERSION
from db.jobs.job import JobState, Reason
from tests.support.rows import each_row
from tests.telemetry.metrics_table import families, sample_names, with_metrics_table
from tests.telemetry.promql import Query

ROOT = Path(__file__).parents[2]
ALERTS = ROOT / "deploy" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "deploy" / "grafana" / "clapper.json"

OF_PROMETHEUS = {"instance", "job"}
OF_OTHERS = {"up": set(), "process_resident_memory_bytes": set()}
"""What Prometheus and its client make by themselves."""


def rules():
    groups = yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def page():
    return (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def panels():
    return json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]


def queries():
    found = {name: rule["expr"] for name, rule in rules().items()}
    for panel in panels():
        found |= {f"{panel['title']} {target['refId']}": target["expr"] for target in panel["targets"]}
    return found


@each_row(
    "expression, metrics, selected, grouped",
    [
        ("up == 0", {"up"}, set(), set()),
        (
            "max(a_b) > 1e3 and sum by (le, x) (rate(c_bucket[5m])) or vector(0)",
            {"a_b", "c_bucket"},
            set(),
            {"le", "x"},
        ),
        ('sum(rate(a{b=~"c|d{e}", f!="g"}[$__rate_interval]))', {"a"}, {("a", "b"), ("a", "f")}, set()),
        ("a / on (b) group_left (c) d offset 5m", {"a", "d"}, set(), {"b", "c"}),
        ("histogram_quantile(0.95, x)", {"x"}, set(), set()),
    ],
)
def test_the_names_in_a_query_are_read(expression, metrics, selected, grouped):
    assert Query.of(expression) == Query(frozenset(metrics), frozenset(selected), frozenset(grouped))


@each_row("place, expression", queries().items())
def test_every_metric_state_and_reason_that_is_asked_for_is_there(place, expression):
    known = sample_names() | OF_OTHERS
    query = Query.of(expression)

    assert query.metrics
    assert query.metrics <= set(known)
    labels = set().union(*(known[name] for name in query.metrics)) | OF_PROMETHEUS
    assert query.grouped <= labels
    assert {label for _, label in query.selected} <= labels
    for label, values in re.findall(r'\b(state|after|before|reason)=~?"([^"]*)"', expression):
        assert set(values.split("|")) <= (set(Reason) if label == "reason" else {*JobState, "none"})


def test_every_metric_is_on_the_dashboard_or_in_an_alert():
    asked = set().union(*(Query.of(expression).metrics for expression in queries().values()))
    seen = {name for name in families() if any(asked_for.startswith(name) for asked_for in asked)}

    assert set(families()) - seen == set()


def test_an_alert_says_what_is_the_matter_and_how_urgent_it_is():
    for rule in rules().values():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]


def test_every_alert_is_explained_and_every_explanation_has_its_alert():
    explained = re.findall(r"^### (Clapper\w+)", page(), re.MULTILINE)

    assert explained == list(rules())


def test_the_panels_stand_side_by_side_and_know_their_source():
    for one, other in combinations([panel["gridPos"] for panel in panels()], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert {panel["datasource"]["uid"] for panel in panels()} == {"${datasource}"}
    for name in ("id", "title"):
        assert len({panel[name] for panel in panels()}) == len(panels())


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_takes_the_alerts():
    subprocess.run(["promtool", "check", "rules", str(ALERTS)], check=True)


def test_the_page_shows_the_table_of_metrics():
    assert with_metrics_table(page()) == page(), (
        "run: python -m tests.telemetry.metrics_table docs/operations.md"
    )
    assert len(families()) > 20
    assert all(meaning for _kind, _labels, meaning in families().values())


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["project"]["version"] == VERSION
