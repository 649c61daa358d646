"""docs/operations.md: the table of metrics is the registry's."""

import tomllib
from pathlib import Path

from app import VERSION
from tests.telemetry.metrics_table import families, with_metrics_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "operations.md"


def page():
    return PAGE.read_text(encoding="utf-8")


def test_the_page_shows_the_table_of_metrics():
    assert with_metrics_table(page()) == page(), (
        "run: python -m tests.telemetry.metrics_table docs/operations.md"
    )
    assert len(families()) > 20
    assert all(meaning for _kind, _labels, meaning in families().values())


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["project"]["version"] == VERSION
