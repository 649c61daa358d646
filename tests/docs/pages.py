"""The pages that people read, and the commands that stand on them."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
OUTSIDE = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "deploy/README.md")]
PAGES = [*OUTSIDE, *sorted(DOCS.rglob("*.md"))]
_FOLLOWED = {"README.md", "quickstart.md", "generate.md", "backups.md", "upgrading.md", "postgresql.md"}
FOLLOWED = [page for page in PAGES if page.name in _FOLLOWED]
"""Pages whose code blocks people copy into a terminal."""

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_INDENTED = re.compile(r"(?:^|\n\n)((?:    .*\n?)+)")
_IN_A_SENTENCE = re.compile(r"`((?:\S+/)?python3? bot\.py [^`]*|make [a-z][^`]*)`")
_ASSIGNMENT = re.compile(r"[A-Z][A-Z_]*=\S*")


@dataclass(frozen=True)
class Command:
    """One command as it is written: what it sets before itself, and its words."""

    page: str
    line: str
    settings: tuple[str, ...]
    words: tuple[str, ...]

    def __str__(self):
        return f"{self.page}: {self.line}"


def text_of(page):
    return page.read_text(encoding="utf-8")


def blocks(page):
    text = text_of(page)
    fenced = [code for kind, code in _FENCED.findall(text) if kind in {"sh", "console"}]
    indented = [
        re.sub("^    ", "", code, flags=re.MULTILINE) for code in _INDENTED.findall(_FENCED.sub("", text))
    ]
    return fenced + indented


def commands_in(page, code):
    """Return the commands of a block: lines that are continued are one, output that is shown (`...`) is none."""
    lines = re.sub(r"\\\n\s*", "", code).splitlines()
    return [_command(page, line) for line in lines if line.strip() and not line.startswith("...")]


def commands(page):
    """Return every command of a page, those in sentences too."""
    found = (
        [command for code in blocks(page) for command in commands_in(page, code)] if page in FOLLOWED else []
    )
    return found + [_command(page, line) for line in _IN_A_SENTENCE.findall(text_of(page))]


def _command(page, line):
    words = shlex.split(line.rstrip("&"))
    settings = []
    while words and _ASSIGNMENT.fullmatch(words[0]):
        settings.append(words.pop(0).partition("=")[0])
    return Command(page.relative_to(ROOT).as_posix(), line, tuple(settings), tuple(words))
