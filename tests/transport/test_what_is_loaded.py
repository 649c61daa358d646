"""A process loads what its role and its settings need: modules as the interpreter lists them, libraries as the kernel does."""

import re
from pathlib import Path

import pytest

from tests.support.databases import new_database
from tests.support.processes import BOT, environment, running_bot

pytestmark = pytest.mark.process

ISOLATED = {
    "PIL",
    "av",
    "numpy",
    "pillow_heif",
    "media.pictures.decode",
    "media.isolation.isolated_process",
    "media.video.probe",
}
MIGRATIONS = {"alembic", "sqlalchemy", "mako", "db.operations.upgrade"}
OF_A_TERMINAL = {
    "rich",
    "console.backup",
    "console.check",
    "console.generate",
    "console.jobs",
}
OF_SETTINGS = {
    "asyncpg",
    "obstore",
    "db.engines.postgres",
    "db.engines.wakeups",
    "media.transfer.bucket",
    "telemetry.reports",
}
NEVER = (
    ISOLATED | MIGRATIONS | OF_A_TERMINAL | {"demo", "matplotlib", "pydantic", "pytest", "sandbox", "tests"}
)

_LISTED = re.compile(r"^import time: +\d+ \| +\d+ \| +(\S+)$", re.MULTILINE)
_MAPPED = re.compile(r"/site-packages/(\w+)[^/]*/\S*\.so")


def loaded(bot):
    """Return the names of all modules that a running bot has imported, and of the packages whose libraries it maps."""
    listed = set(_LISTED.findall(bot.output()))
    assert {"app.opening", "discord.client"} <= listed
    mapped = set(_MAPPED.findall(Path(f"/proc/{bot.pid}/maps").read_text()))
    assert {"aiohttp", "uvloop"} <= mapped
    return listed | mapped


async def test_a_bot_at_rest_loads_nothing_that_it_does_not_use(discord, slow_sandbox, tmp_path):
    env = environment(discord, slow_sandbox, tmp_path, HEALTH_PORT=0, PYTHONPROFILEIMPORTTIME=1)
    (tmp_path / "clapper.db").unlink()
    for start in ("the first, which makes the database", "the second"):
        async with running_bot(discord, env, program=BOT) as bot:
            assert loaded(bot) & (NEVER | OF_SETTINGS) == set(), start
            assert await bot.stop() == 0


async def test_settings_have_their_libraries_loaded_and_no_others(discord, slow_sandbox, tmp_path):
    settings = {
        "DATABASE_URL": await new_database(),
        "MEDIA_URL": "s3://clapper",
        "MEDIA_ENDPOINT_URL": "http://127.0.0.1:9",
        "MEDIA_KEY_ID": "id",
        "MEDIA_SECRET_KEY": "secret",
        "SENTRY_DSN": "http://key@127.0.0.1:9/1",
    }
    env = environment(discord, slow_sandbox, tmp_path, PYTHONPROFILEIMPORTTIME=1, **settings)
    async with running_bot(discord, env, program=BOT) as bot:
        assert loaded(bot) & (NEVER | OF_SETTINGS) == OF_SETTINGS
        assert await bot.stop() == 0
