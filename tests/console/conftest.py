"""Fixtures of what an operator does: an installation in a folder of its own, and no settings but those."""

import asyncio

import pytest

from tests.config.settings_table import fields
from tests.console.installation import fill
from tests.support.databases import new_database


@pytest.fixture
def data_dir(tmp_path, monkeypatch):
    for name in fields():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    monkeypatch.setenv("DATA_DIR", str(folder))
    return folder


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request, tmp_path):
    """Return the address of a database without tables."""
    if request.param == "postgresql":
        return await new_database(migrated=False)
    return f"sqlite:///{tmp_path / 'clapper.db'}"


@pytest.fixture
def keys(data_dir):
    return asyncio.run(fill(data_dir))
