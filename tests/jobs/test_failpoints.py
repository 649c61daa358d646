"""Failpoints: complete, used once each, and nothing where they are not armed."""

import re
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from jobs.runtime import failpoints
from jobs.runtime.failpoints import Failpoint

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"\bfailpoint\(Failpoint\.([A-Z_]+)\)")
TWICE = "from jobs.runtime.failpoints import *; b = Failpoint.POLL_CLAIMED; failpoint(b); print('once', flush=True); failpoint(b)"


def marks():
    files = [path for folder in ("jobs", "cogs") for path in (ROOT / folder).rglob("*.py")]
    return Counter(name for path in files for name in MARK.findall(path.read_text()))


def run(asked_for):
    return subprocess.run(
        [sys.executable, "-c", TWICE], cwd=ROOT, env={"FAILPOINT": asked_for}, capture_output=True, text=True
    )


def test_every_beat_is_marked_in_exactly_one_place():
    assert marks() == Counter(beat.name for beat in Failpoint)


def test_unarmed_failpoints_do_nothing():
    assert failpoints.failpoint(Failpoint.ENDING_SENT) is None
    assert run("").returncode == 0


@pytest.mark.parametrize(("asked_for", "printed"), [("poll_claimed", ""), ("poll_claimed*2", "once\n")])
def test_an_armed_failpoint_kills_at_its_turn(asked_for, printed):
    ended = run(asked_for)
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, printed)


def test_another_beat_passes_by():
    assert run("ending_sent").returncode == 0


def test_an_unknown_beat_is_refused_at_the_start():
    assert "'nowhere' is not a valid Failpoint" in run("nowhere").stderr
