"""The image: installed by hashes, without tools, as a nobody, from exactly the files that the bot needs."""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from sandbox.server import open_sandbox
from tests.config.settings_table import fields
from tests.deploy.reading import ROOT, dockerfile, role_of, sent_to_the_builder, stages
from tests.loopback_discord import VIDEOS, open_loopback_discord
from tests.supply.pinned import PYTHONS, python_with
from tests.support.processes import environment, running_bot
from tests.transport.test_bot_process import has_video, order

DEVELOPMENT = (
    "tests/",
    "benchmarks/",
    "demo/",
    "sandbox/",
    "docs/",
    "deploy/",
    ".git",
    ".ci/",
    ".env",
    "data/",
)
LYING_ABOUT = (
    ".env",
    "data/clapper.db",
    "data/videos/a.mp4",
    ".git/config",
    ".venv/bin/python",
    "app/__pycache__/a.pyc",
)


def everything():
    """Return every file of the checkout, and what lies about where a bot has run."""
    found = []
    for folder, names, files in os.walk(ROOT):
        left_out = {".git", ".venv", *(name for name in names if name.endswith(("_cache", "__pycache__")))}
        names[:] = [name for name in names if name not in left_out]
        found += [(Path(folder) / name).relative_to(ROOT).as_posix() for name in files]
    return found + [path for path in LYING_ABOUT if path not in found]


def instructions(name, *, stage=-1):
    return [each for each in dockerfile()[stage] if each.name == name]


def test_the_base_is_the_python_that_the_tests_run_on():
    (python,) = re.findall(
        r"^ARG PYTHON=(\d+\.\d+)-slim", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.M
    )
    assert python in PYTHONS
    assert f"{sys.version_info.major}.{sys.version_info.minor}" in PYTHONS
    assert [stage[0].words[0] for stage in dockerfile()] == ["python:${PYTHON}"] * 2


def test_what_is_installed_is_held_by_its_hash_and_is_never_built():
    install = [each.rest for each in dockerfile()[0] if each.name == "RUN" and "pip" in each.rest]
    assert len(install) == 1
    assert {"--require-hashes", "--only-binary", ":all:", "-r"} <= set(install[0].split())
    copied = [each.words[0] for each in dockerfile()[0] if each.name == "COPY"]
    assert copied == ["requirements.txt", "."]


def test_the_image_holds_neither_pip_nor_build_tools_nor_a_cache():
    runs = " ".join(each.rest for each in instructions("RUN"))
    assert "pip uninstall --yes --no-cache-dir setuptools wheel pip" in runs
    assert "pip install" not in runs
    text = " ".join(each.rest for stage in dockerfile() for each in stage)
    assert not re.search("apt|ffmpeg", text)
    assert "PIP_NO_CACHE_DIR=1" in dockerfile()[0][1].rest


def test_the_last_word_on_the_user_is_a_number_that_is_not_root():
    [user] = instructions("USER")
    uid, _, gid = user.words[0].partition(":")
    assert int(uid) >= 10_000 <= int(gid)
    assert dockerfile()[-1].index(user) < dockerfile()[-1].index(*instructions("ENTRYPOINT"))


def test_what_is_copied_from_the_first_stage_was_made_there():
    made = " ".join(each.rest for each in dockerfile()[0])
    copies = instructions("COPY")
    assert [each.options["from"] for each in copies] == ["install"] * 2
    assert [each.words[0] in made for each in copies] == [True, True]


def test_the_command_of_the_image_is_one_of_the_bot():
    [entrypoint], [command] = instructions("ENTRYPOINT"), instructions("CMD")
    assert entrypoint.words == ["python", "bot.py"]
    assert role_of(command.words) == "everything"


def test_the_builder_gets_what_the_bot_needs_and_no_secret_and_no_data():
    sent = sent_to_the_builder(everything())
    needed = {"bot.py", "requirements.txt", "locales/en.ftl", "db/schema.sql"}
    assert needed | {"db/migrations/versions/0001_jobs.py"} <= set(sent)
    assert [path for path in sent if path.startswith(DEVELOPMENT) or path.endswith((".pyc", ".db"))] == []


@pytest.fixture
def app(tmp_path):
    """Return a folder with exactly the files that the image gets."""
    target = tmp_path / "app"
    for path in set(sent_to_the_builder(everything())) - set(LYING_ABOUT):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target / path)
    return target


@pytest.mark.process
async def test_the_bot_makes_a_video_from_the_files_and_packages_of_the_image_and_writes_nothing_among_them(
    app, tmp_path, monkeypatch
):
    before = sorted(app.rglob("*"))
    monkeypatch.setattr(sys, "executable", str(python_with("requirements.txt", tmp_path / "venv")))
    async with open_loopback_discord() as discord, open_sandbox(instant=True) as sandbox:
        env = environment(discord, sandbox, tmp_path / "data", PYTHONDONTWRITEBYTECODE=1)
        async with running_bot(discord, env, *instructions("CMD")[0].words, program=app / "bot.py") as bot:
            await order(discord)
            await discord.wait_for_message(VIDEOS, has_video, timeout=30)
            assert await bot.stop() == 0
    assert sorted(app.rglob("*")) == before


IMAGE = "clapper"
TOKEN = "canary-token-0123456789"


@pytest.fixture
def container():
    """Return a new container of the image that was built here; skip loudly where nobody has built one."""
    if shutil.which("buildah") is None:
        pytest.skip("THE IMAGE WAS NOT RUN: buildah is not installed (apt-get install buildah)")
    made = subprocess.run(["buildah", "from", "--pull-never", IMAGE], capture_output=True, text=True)
    if made.returncode:
        pytest.skip(
            "THE IMAGE WAS NOT RUN: build it with `buildah bud -t clapper .`; its base is on Docker Hub"
        )
    yield made.stdout.strip()
    subprocess.run(["buildah", "rm", made.stdout.strip()], capture_output=True, check=True)


def in_image(container, data, env):
    """Return the command that runs the image's own in a container of it, as its user, with a folder as /data."""
    settings = [f"--env={name}={value}" for name, value in env.items() if name not in os.environ]
    volume = f"--volume={data}:/data"
    command = [each for name in ("ENTRYPOINT", "CMD") for each in instructions(name)[0].words]
    return [
        "buildah",
        "run",
        "--isolation=chroot",
        "--network=host",
        volume,
        *settings,
        container,
        "--",
        *command,
    ]


@pytest.mark.proof
@pytest.mark.process
async def test_the_image_makes_a_video_as_its_user_and_shows_its_page_to_whoever_has_the_token(
    container, tmp_path, unused_tcp_port
):
    data, log = tmp_path / "data", tmp_path / "log"
    data.mkdir()
    page = {"HEALTH_HOST": "0.0.0.0", "HEALTH_PORT": unused_tcp_port, "HEALTH_TOKEN": TOKEN}
    async with open_loopback_discord() as discord, open_sandbox(instant=True) as sandbox:
        env = environment(discord, sandbox, data, **page) | {"DATA_DIR": "/data"}
        for path in (data, *data.iterdir()):
            os.chown(path, 10001, 10001)
        with log.open("wb") as output:
            command = in_image(container, data, env)
            process = await asyncio.create_subprocess_exec(
                *command, stdout=output, stderr=output, start_new_session=True
            )
        try:
            await discord.wait_until_ready(60)
            await order(discord)
            await discord.wait_for_message(VIDEOS, has_video, timeout=60)
            async with ClientSession(f"http://127.0.0.1:{unused_tcp_port}") as session:
                for headers, status in ({}, 401), ({"Authorization": f"Bearer {TOKEN}"}, 200):
                    async with session.get("/", headers=headers) as answer:
                        assert answer.status == status
            assert {path.stat().st_uid for path in data.iterdir()} == {10001}
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 30)


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
async def test_the_health_check_follows_the_answer_and_an_answer_there_must_be(
    status, healthy, unused_tcp_port
):
    assert await health_check(unused_tcp_port, status) is healthy


def test_the_health_check_asks_at_the_port_that_is_the_default():
    assert f"or {fields()['HEALTH_PORT'].default}}}/healthz" in instructions("HEALTHCHECK")[0].rest


async def health_check(port, status):
    """Run the health check of the image against a page that answers with `status`, or against nobody."""
    asked = []

    async def answer(request):
        asked.append(request.path)
        return web.Response(status=status)

    app = web.Application()
    app.router.add_get("/healthz", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        if status:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        [check] = instructions("HEALTHCHECK")
        _, _, command = check.rest.partition("CMD ")
        words = stages(f"FROM a\nCMD {command}")[0][1].words
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *words[1:]),
            env={"HEALTH_PORT": str(port), "PATH": os.environ["PATH"]},
            stderr=asyncio.subprocess.DEVNULL,
        )
        code = await asyncio.wait_for(process.wait(), 30)
        assert asked == (["/healthz"] if status else [])
        return code == 0
    finally:
        await runner.cleanup()


def test_hadolint_finds_nothing_where_it_is_installed():
    if shutil.which("hadolint") is None:
        pytest.skip("hadolint is not on the PATH: the Dockerfile was looked at by our own parser only")
    found = subprocess.run(["hadolint", str(Path("Dockerfile"))], cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout
