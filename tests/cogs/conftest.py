"""Fixtures of the commands."""

import contextlib

import pytest
from discord import app_commands

from tests.cogs.etiquette import breaches_of_etiquette
from tests.support.house import open_house


@pytest.fixture
async def build_house(tmp_path, caplog):
    """Return what opens a house; afterwards nothing may have broken, and every message must have kept to the rules."""
    async with contextlib.AsyncExitStack() as stack:
        houses = []

        async def build(**how):
            house = await stack.enter_async_context(open_house(tmp_path / f"data{len(houses)}", **how))
            houses.append(house)
            return house

        yield build
        for house in houses:
            assert breaches_of_etiquette(house.env) == []
            assert [error for error in house.env.errors if not _was_answered(error)] == []
    assert [
        record.getMessage() for record in caplog.get_records("call") if record.name == "cogs.text.catalogue"
    ] == []
    tracebacks = [record.getMessage() for record in caplog.get_records("call") if record.exc_info]
    assert not tracebacks or any(house.breaks for house in houses)


@pytest.fixture
async def house(build_house):
    """Return a house with generous caps and a provider that finishes at once."""
    return await build_house()


def _was_answered(error):
    return isinstance(error, app_commands.CommandInvokeError)
