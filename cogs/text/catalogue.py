"""Words: everything the bot says, from the catalogues in `locales/`, one file per language; and text made safe for Discord."""

import logging
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, cast

import discord
from fluent.runtime import FluentBundle, FluentResource

from db.jobs.job import Job

log = logging.getLogger(__name__)

ENGLISH = "en"

_BEGINNING = re.compile(r"^(?=[^\s#}])", re.MULTILINE)
_KEY = re.compile(r"[a-z][\w-]* *=")
_REFERENCE = re.compile(r"{ *([a-z][\w-]*) *}")


class CannotSay(Exception):
    """A catalogue lacks a message, or the message a value."""


class Phrase:
    """A message to be said later, in a language that is not known yet; as a value, it is part of another."""

    def __init__(self, key: str, /, **values: Any) -> None:
        self.key = key
        self.values = values

    def said_in(self, words: "Words") -> str:
        """Say it."""
        return words(self.key, **self.values)


class Refused(Exception):
    """A request that cannot be granted: the message that says so, with its values."""

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key, values)
        self.phrase = Phrase(key, **values)


class Words:
    """One language: `words("queued", place=2, ready="...")`. Ids go in as text, or their digits are grouped."""

    def __init__(self, code: str, catalogue: str, *, fallback: Self | None = None) -> None:
        self.code = code
        self._unread = _messages(code, catalogue)
        self._bundle = FluentBundle([code], use_isolating=False)
        self._fallback = fallback
        self._missed: set[str] = set()

    def __call__(self, key: str, /, **values: Any) -> str:
        """Say a message; what this language cannot say is said in English.

        Raises:
            CannotSay: English cannot say it either.
        """
        try:
            return self._say(key, {name: self._spoken(value) for name, value in values.items()})
        except CannotSay as error:
            if self._fallback is None:
                raise
            self._note(key, error)
            return self._fallback(key, **values)

    def listed(self, parts: list[str]) -> str:
        """Return `parts` as a list within a sentence."""
        return self("list-separator").join(parts)

    def joined(self, sentences: list[str]) -> str:
        """Return `sentences` one after another."""
        return self("sentence-separator").join(sentences)

    def _say(self, key: str, values: dict[str, Any]) -> str:
        self._read(key)
        pattern = self._bundle.get_message(key).value if self._bundle.has_message(key) else None
        if pattern is None:
            raise CannotSay(f"{self.code} has no message {key}")
        said, errors = self._bundle.format_pattern(pattern, values)
        if errors:
            raise CannotSay(f"{self.code}, {key}: {'; '.join(map(str, errors))}")
        return str(said)

    def _read(self, key: str) -> None:
        """Read a message, and those that it refers to, when it is said first: most are not for a long time."""
        if source := self._unread.pop(key, None):
            self._bundle.add_resource(FluentResource(source))
            for name in _REFERENCE.findall(source):
                self._read(name)

    def _spoken(self, value: Any) -> Any:
        if isinstance(value, list):
            return self.listed([self._spoken(part) for part in cast("list[Any]", value)])
        return value.said_in(self) if isinstance(value, Phrase) else value

    def _note(self, key: str, error: CannotSay) -> None:
        if key not in self._missed:
            self._missed.add(key)
            log.error("said in English: %s", error)


class Languages:
    """Every language that has a catalogue."""

    def __init__(self, catalogues: dict[str, str]) -> None:
        self.english = Words(ENGLISH, catalogues[ENGLISH])
        self._by_code = {ENGLISH: self.english} | {
            code: Words(code, catalogue, fallback=self.english)
            for code, catalogue in sorted(catalogues.items())
            if code != ENGLISH
        }
        self._by_family = {_family(words.code): words for words in reversed([*self])}

    @classmethod
    def load(cls, folder: Path) -> "Languages":
        """Read every `*.ftl` in `folder`; its name is the language's code."""
        return cls({path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.ftl")})

    def __iter__(self) -> Iterator[Words]:
        """Go through the languages, English first."""
        return iter(self._by_code.values())

    def of(self, locale: str | None) -> Words:
        """Return the language of a Discord locale: itself, else its nearest relative, else English."""
        code = locale or ENGLISH
        return self._by_code.get(code) or self._by_family.get(_family(code), self.english)


def words_for(job: Job) -> Words:
    """Return the language in which everything about `job` is told that nobody asked for."""
    return LANGUAGES.of(job.language)


def _messages(code: str, catalogue: str) -> dict[str, str]:
    """Return the text of each message by its key. A message begins a line, what belongs to it stands further right."""
    _, *messages = _BEGINNING.split(catalogue)
    unread = next((message for message in messages if not _KEY.match(message)), None)
    if unread or not messages:
        raise ValueError(f"{code}.ftl cannot be read: {unread}")
    return {message.partition("=")[0].strip(): message for message in messages}


def _family(code: str) -> str:
    return code.partition("-")[0]


LANGUAGES = Languages.load(Path(__file__).parents[2] / "locales")
"""The catalogues belong to the program, like its code."""


_MARKUP = re.compile(r"[\\*_~|`\[\]#>]|^[-+](?=\s)")
_LINK = re.compile(r"://|\.gg/|/invite/", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # holds emoji together; harmless between them


def shown(text: str, *, limit: int = 300) -> str:
    """Return `text` on one line, escaped; what is longer than `limit` with its escapes is cut."""
    room = limit
    while length_of(safe := _escaped(plain_text(text, limit=room))) > limit:
        room = room * limit // length_of(safe)
    return safe


def quoted(text: str, *, limit: int = 300) -> str:
    """Return `text` as a quotation of one line."""
    return f"> {shown(text, limit=limit)}"


def plain_text(text: str, *, limit: int) -> str:
    """Return `text` on one line without invisible characters, cut to `limit`: for places without formatting."""
    line = " ".join("".join(map(_visible, text)).split())
    if length_of(line) <= limit:
        return line
    kept = line.encode("utf-16-le")[: 2 * max(0, limit - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip(f" {_JOINER}") + "…"


def is_blank(text: str) -> bool:
    """Tell whether nothing of `text` can be seen."""
    return not "".join(map(_visible, text)).strip(f" {_JOINER}")


def _escaped(line: str) -> str:
    unlinked = _LINK.sub(r"\\\g<0>", _MARKUP.sub(r"\\\g<0>", line))
    return discord.utils.escape_mentions(unlinked).replace("<", "‹")


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = unicodedata.category(character) in _INVISIBLE and character != _JOINER
    return "" if hidden else character


def length_of(text: str) -> int:
    """Return how much of Discord's limits a text takes."""
    return len(text.encode("utf-16-le")) // 2
