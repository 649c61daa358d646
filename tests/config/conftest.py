"""Fixtures: an environment and a folder without any settings, and loggers that are given back."""

import logging

import pytest

from tests.config.settings_table import fields


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch, tmp_path):
    for name in fields():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def root():
    names = [None, "discord", "aiosqlite", "asyncpg", "sqlalchemy", "alembic", "PIL", "libav", "asyncio"]
    before = {name: logging.getLogger(name).level for name in names}
    handlers = list(logging.getLogger().handlers)
    yield logging.getLogger()
    logging.getLogger().handlers[:] = handlers
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)
