"""Environments in which nothing but one set of requirements is there, as links to what is installed here."""

import venv
from importlib.metadata import distribution
from pathlib import Path

from tests.supply.pinned import pinned

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
