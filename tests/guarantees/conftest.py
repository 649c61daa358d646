"""Fixtures of the guarantees: two servers on loopback, and the way of an order between them."""

import contextlib
import sqlite3

import pytest
from discord.http import Route

from media.rendering.render import ClipSpec, render_clip
from tests.cogs.conftest import build_house
from tests.guarantees.parrot import open_parrot
from tests.guarantees.stage import open_world

__all__ = ["build_house"]


@pytest.fixture
async def world(tmp_path, sandbox, discord, monkeypatch):
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    async with open_world(tmp_path, sandbox, discord) as world:
        yield world


@pytest.fixture(scope="session")
def film(tmp_path_factory):
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    render_clip(ClipSpec(width=340, height=192, seconds=2, fps=12), path)
    return path.read_bytes()


@pytest.fixture
async def parrot(film):
    """A provider that repeats whatever it is told."""
    async with open_parrot(film) as server:
        yield server


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def jobs(data_dir):
    def read(condition="1 = 1"):
        with contextlib.closing(sqlite3.connect(f"file:{data_dir}/clapper.db?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return database.execute(f"SELECT * FROM jobs WHERE {condition} ORDER BY id").fetchall()  # noqa: S608 - of a test's own making

    return read
