"""Files that services and editors read say the same as what people run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml

from app import VERSION

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_version_can_be_asked_for_and_has_its_place_in_the_changelog():
    said = subprocess.run(
        [sys.executable, "bot.py", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == VERSION
    assert f"\n## {VERSION} - " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_promised_python_passes_the_gate():
    lowest, beyond = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    gate = yaml.safe_load((ROOT / ".github/workflows/gate.yml").read_text(encoding="utf-8"))["jobs"]["gate"]
    assert gate["strategy"]["matrix"]["python"] == [f"3.{minor}" for minor in range(int(lowest), int(beyond))]
    assert any("bash .ci/run" in step.get("run", "") for step in gate["steps"])


def test_what_is_checked_before_a_commit_is_what_make_lint_checks():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = re.search(r"\nlint:.*\n((?:\t.*\n)+)", makefile)[1]
    checks = {
        re.search(r"(ruff \w+|[\w-]+)$", re.sub(r" (--|\.).*", "", line))[1] for line in lint.splitlines()
    }
    [repository] = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    before = {
        re.search(r"(ruff \w+|[\w-]+)$", hook["entry"].split(" --")[0])[1] for hook in repository["hooks"]
    }
    assert before == checks


def test_forms_for_issues_can_be_read():
    for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"):
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert path.name == "config.yml" or {field["type"] for field in form["body"]}
