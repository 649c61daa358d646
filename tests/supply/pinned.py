"""What requirements.txt pins: names, versions, hashes, where each is meant to be installed, and environments of them."""

import re
import venv
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
"""The versions of Python that are promised: each of them was tried."""

SETS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
"""To run, to show, to develop."""


@dataclass(frozen=True)
class Pinned:
    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self):
        return canonicalize_name(self.requirement.name)

    @property
    def version(self):
        [each] = self.requirement.specifier
        assert each.operator == "=="
        return each.version

    @property
    def is_for_here(self):
        return self.requirement.marker is None or self.requirement.marker.evaluate()

    @property
    def pythons(self):
        """Return the promised versions of Python that it is meant for, on this platform."""
        marker = self.requirement.marker
        there = ({"python_version": each, "python_full_version": f"{each}.0"} for each in PYTHONS)
        return [each["python_version"] for each in there if marker is None or marker.evaluate(each)]


def pinned(name="requirements.txt"):
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = re.sub(
        r"\\\n", " ", "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    )
    found = []
    for line in filter(str.strip, lines.splitlines()):
        head, *hashes = line.split("--hash=")
        found.append(Pinned(Requirement(head.strip()), tuple(each.strip() for each in hashes)))
    return found


_NOT_OF_THE_PACKAGE = {"..", "__pycache__"}


def python_with(name, folder):
    """Make an environment with the requirements of a file in `folder`, and return its Python."""
    venv.create(folder, symlinks=True)
    [site] = folder.glob("lib/python*/site-packages")
    for each in distributions(name):
        for top in {file.parts[0] for file in each.files or ()} - _NOT_OF_THE_PACKAGE:
            if not (site / top).exists():
                (site / top).symlink_to(each.locate_file(top))
    return folder / "bin" / "python"


def distributions(name):
    return [distribution(each.name) for each in pinned(name) if each.is_for_here]


def installed_bytes(name):
    """Return how large everything is that a file of requirements installs here, compiled modules included."""
    paths = {Path(file.locate()) for each in distributions(name) for file in each.files or ()}
    return sum(path.stat().st_size for path in paths if path.exists())
