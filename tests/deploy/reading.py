"""Reads what deploys the bot: Dockerfile, .dockerignore, compose and unit files, by small parsers of our own."""

import fnmatch
import json
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import yaml

import bot

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"

_INSTRUCTION = re.compile(r"^(?P<name>[A-Z]+)\s+(?P<rest>.*)$", re.DOTALL)


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile, its continued lines joined."""

    name: str
    rest: str

    @property
    def words(self):
        """Return the arguments: of a JSON list, or as a shell splits them, options left out."""
        if self.rest.startswith("["):
            return json.loads(self.rest)
        return [word for word in shlex.split(self.rest) if not word.startswith("--")]

    @property
    def options(self):
        found = (word[2:].partition("=") for word in self.rest.split() if word.startswith("--"))
        return {name: value for name, _, value in found}


def stages(text):
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    found = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        match = _INSTRUCTION.match(line)
        if match is None:
            raise ValueError(f"no instruction: {line}")
        if match["name"] == "FROM":
            found.append([])
        if found:
            found[-1].append(Instruction(match["name"], match["rest"]))
    return found


def dockerfile():
    return stages((ROOT / "Dockerfile").read_text(encoding="utf-8"))


def sent_to_the_builder(paths):
    """Return those of `paths` that .dockerignore lets through: the last rule that fits decides."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    return [path for path in paths if not _is_ignored(path, rules)]


def _is_ignored(path, rules):
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        if _fits(path, pattern):
            ignored = not rule.startswith("!")
    return ignored


def _fits(path, pattern):
    """Say whether a rule names the path or a folder above it; `**/` begins at any depth."""
    parts = path.split("/")
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(part, pattern[3:]) for part in parts)
    return fnmatch.fnmatch(parts[0], pattern)


def compose():
    return yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))


def unit(name):
    """Return a unit file: section -> list of (directive, value), since directives may be repeated."""
    sections = {}
    current = None
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), [])
            continue
        directive, separator, value = line.partition("=")
        if current is None or not separator:
            raise ValueError(f"{name}: {line}")
        current.append((directive.strip(), value.strip()))
    return sections


def values_of(sections, section, directive):
    return [value for name, value in sections[section] if name == directive]


def understood(words):
    """Return the options that a command line of bot.py comes to.

    Raises:
        SystemExit: it is none.
    """
    return bot._parser(words[0] if words else "").parse_args(words)


def role_of(words):
    return understood(words).command.keywords["role"]
