"""Fixtures of the guarantees: two servers on loopback, and the way of an order between them."""

import functools

import pytest
from discord.http import Route

from media.rendering.render import ClipSpec, render_clip
from tests.cogs.conftest import build_house
from tests.guarantees.parrot import open_parrot
from tests.guarantees.stage import open_world
from tests.sqlite_file import jobs_in

__all__ = ["build_house"]


@pytest.fixture
async def build_world(tmp_path, sandbox, discord, monkeypatch):
    """Return what opens the way of an order through the steps of the bot, which run in this process."""
    monkeypatch.setattr(Route, "BASE", discord.api_url)
    return functools.partial(open_world, tmp_path, sandbox, discord)


@pytest.fixture
async def world(build_world):
    async with build_world() as world:
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
    return functools.partial(jobs_in, data_dir / "clapper.db")
