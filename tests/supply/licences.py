"""The licences of what is installed to run: `python -m tests.supply.licences docs/licences.md` writes the table anew."""

import re
from importlib.metadata import metadata

from tests.supply.pinned import PYTHONS, pinned
from tests.support.tables import markdown, with_table, write_anew

_ROW = re.compile(r"^\| (\S.*?) \| (.+) \|$", re.MULTILINE)
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST = 60
_SAME = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "APL 2": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "BSD License": "BSD",
}
"""What says the same in other words."""


def licence_of(name):
    """Return what a distribution says of its own licence; nothing where it says nothing."""
    found = metadata(name)
    if expression := found.get("License-Expression"):
        return expression
    classified = [
        each.removeprefix(_CLASSIFIER)
        for each in found.get_all("Classifier", [])
        if each.startswith(_CLASSIFIER)
    ]
    written = (found.get("License") or "").strip()
    if written and len(written) < _LONGEST and "\n" not in written and written != "Dual License":
        return _SAME.get(written, written)
    return " and ".join(_SAME.get(each, each) for each in classified)


def licences():
    return {each.name: licence_of(each.name) for each in pinned() if each.is_for_here}


def with_licence_table(text):
    """Return the page with its table. What other versions of Python install keeps its row."""
    kept = dict(_ROW.findall(text))
    rows = {
        (label := _label(each)): licence_of(each.name) if each.is_for_here else kept.get(label, "?")
        for each in pinned()
        if each.pythons
    }
    return with_table(text, "licences", markdown(("package", "licence"), *sorted(rows.items())))


def _label(each):
    if each.pythons == list(PYTHONS):
        return each.name
    return f"{each.name} {each.version} (Python {', '.join(each.pythons)})"


if __name__ == "__main__":
    write_anew(with_licence_table)
