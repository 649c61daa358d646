"""Fixtures of what an operator does: an installation in a folder of its own, and no settings but those."""

import asyncio

import pytest

from tests.config.settings_table import fields
from tests.console.installation import fill


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    for name in fields():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    monkeypatch.setenv("DATA_DIR", str(folder))
    return folder


@pytest.fixture
def keys(data_dir):
    return asyncio.run(fill(data_dir))
