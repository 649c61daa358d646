"""Tables on pages, each between two marks such as `<!-- settings -->` and `<!-- /settings -->`."""

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path


def markdown(*rows: Iterable[str]) -> str:
    """Return a table; its first row is the heading."""
    heading, *others = [[*row] for row in rows]
    lines = [heading, ["---"] * len(heading), *others]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def with_table(text: str, name: str, table: str) -> str:
    """Return a page with this table between the marks."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    filled, count = pattern.subn(lambda found: f"{found[1]}{table}\n{found[2]}", text)
    if count != 1:
        raise ValueError(
            f"the page needs `<!-- {name} -->` and `<!-- /{name} -->` once, each on its own line"
        )
    return filled


def write_anew(filled: Callable[[str], str]) -> None:
    """Write the pages of the command line with their tables of now."""
    for page in map(Path, sys.argv[1:]):
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")
