"""What requirements.txt pins: names, versions, hashes, and where each is meant to be installed."""

import re
from dataclasses import dataclass
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
