"""Fixtures of the settings: an environment and a folder without any."""

import pytest

from tests.config.settings_table import fields


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    """Take the settings of this machine away."""
    for name in fields():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
