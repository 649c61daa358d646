"""What is installed is what was pinned: a false hash, or none, is refused. A wheel of our own, and no network."""

import base64
import hashlib
import re
import subprocess
import sys
import zipfile

import pytest

from tests.supply.pinned import ROOT, SETS, pinned
from tests.support.rows import each_row

RECORD = "tiny_thing-1.0.dist-info"
FILES = {
    "tiny_thing.py": "SIZE = 1\n",
    f"{RECORD}/METADATA": "Metadata-Version: 2.1\nName: tiny-thing\nVersion: 1.0\n",
    f"{RECORD}/WHEEL": "Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


@pytest.fixture
def wheel(tmp_path):
    path = tmp_path / "wheels" / "tiny_thing-1.0-py3-none-any.whl"
    path.parent.mkdir()
    lines = [f"{name},sha256={_digest(text)},{len(text)}" for name, text in FILES.items()]
    record = {f"{RECORD}/RECORD": "\n".join([*lines, f"{RECORD}/RECORD,,", ""])}
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in (FILES | record).items():
            archive.writestr(name, text)
    return path


def _digest(text):
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def install(wheel, line):
    """Install a line of requirements as the Makefile and the image do; return how that ended and what is there."""
    folder = wheel.parent.parent
    (folder / "requirements.txt").write_text(f"{line}\n")
    here = ["--isolated", "--no-index", f"--find-links={wheel.parent}", f"--target={folder / 'site'}"]
    as_ever = ["--require-hashes", "--only-binary", ":all:", "-r", str(folder / "requirements.txt")]
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-cache-dir"]
    done = subprocess.run([*pip, *here, *as_ever], capture_output=True, text=True, timeout=50)
    return done, sorted(path.name for path in (folder / "site").glob("*.py"))


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_wheel_that_was_pinned_is_installed(wheel):
    done, there = install(wheel, f"tiny-thing==1.0 --hash=sha256:{sha256_of(wheel)}")
    assert (done.returncode, there) == (0, ["tiny_thing.py"]), done.stderr


def test_a_false_hash_is_refused_and_nothing_is_installed(wheel):
    right = sha256_of(wheel)
    false = ("1" if right[0] == "0" else "0") + right[1:]
    done, there = install(wheel, f"tiny-thing==1.0 --hash=sha256:{false}")
    assert (done.returncode != 0, there) == (True, [])
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert right in done.stderr


def test_a_wheel_that_was_changed_after_it_was_pinned_is_refused(wheel):
    pinned_hash = sha256_of(wheel)
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("surprise.py", "import os\n")
    done, there = install(wheel, f"tiny-thing==1.0 --hash=sha256:{pinned_hash}")
    assert (done.returncode != 0, there) == (True, [])


def test_a_requirement_without_a_hash_is_refused(wheel):
    done, there = install(wheel, "tiny-thing==1.0")
    assert (done.returncode != 0, there) == (True, [])
    assert "require" in done.stderr


@each_row("name", [*SETS, "requirements-bench.txt"])
def test_every_requirement_is_pinned_to_one_version_with_hashes(name):
    found = pinned(name)
    assert len(found) > 10
    for each in found:
        assert each.version
        assert each.hashes, each.name
        assert [value for value in each.hashes if not re.fullmatch(r"sha256:[0-9a-f]{64}", value)] == []


@each_row("page", ["Makefile", "Dockerfile", "README.md", "deploy/README.md", "docs/upgrading.md"])
def test_whatever_installs_asks_for_hashes(page):
    lines = [
        line
        for line in (ROOT / page).read_text(encoding="utf-8").splitlines()
        if re.search(r"\bpip\b.* install\b|bin/pip install", line)
    ]
    assert lines or page == "docs/upgrading.md"
    assert [line for line in lines if "--require-hashes" not in line] == []
