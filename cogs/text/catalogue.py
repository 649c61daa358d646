"""Messages in each language, from the catalogues in `locales/`, and functions that make text safe for Discord.

A catalogue is a file in Fluent's format (`*.ftl`) with all messages of one language.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator, Mapping
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


class CommandMentions:
    """The commands as texts name them: clickable, once Discord has registered them, else by their plain names.

    In the catalogues: `{ COMMAND("video") }`, or `{ COMMAND("privacy export") }` for a subcommand.
    """

    def __init__(self) -> None:
        self._ids: Mapping[str, int] = {}

    def learn(self, ids: Mapping[str, int]) -> None:
        """Use these ids, by the commands' names, from now on."""
        self._ids = ids

    def __call__(self, name: str) -> str:
        """Return the text that names a command."""
        known = self._ids.get(name.partition(" ")[0])
        return f"</{name}:{known}>" if known else f"`/{name}`"


MENTIONS = CommandMentions()
"""The mentions of this process's bot."""


class CannotSay(Exception):
    """A catalogue lacks a message, or the caller gave no value for a placeholder in the message."""


class Phrase:
    """A message whose language is chosen later. It can also be a value inside another message."""

    def __init__(self, key: str, /, **values: Any) -> None:
        self.key = key
        self.values = values

    def said_in(self, words: "Words") -> str:
        """Return the message in the language of `words`."""
        return words(self.key, **self.values)


class Refused(Exception):
    """The error for a request that is refused; `phrase` is the message that tells the user why."""

    def __init__(self, key: str, /, **values: Any) -> None:
        super().__init__(key, values)
        self.phrase = Phrase(key, **values)


class Words:
    """A language; calling it returns a message: `words("queued", place=2, ready="...")`.

    Pass ids as text: numbers are formatted with separators between their digits.
    """

    def __init__(self, code: str, catalogue: str, *, fallback: Self | None = None) -> None:
        self.code = code
        self._unread = _messages(code, catalogue)
        functions: dict[str, Any] = {"COMMAND": MENTIONS}
        self._bundle = FluentBundle([code], use_isolating=False, functions=functions)
        self._fallback = fallback
        self._missed: set[str] = set()

    def __call__(self, key: str, /, **values: Any) -> str:
        """Return the message `key` in this language, or in English if this language lacks it.

        Raises:
            CannotSay: English lacks the message too.
        """
        try:
            return self._say(key, {name: self._spoken(value) for name, value in values.items()})
        except CannotSay as error:
            if self._fallback is None:
                raise
            self._note(key, error)
            return self._fallback(key, **values)

    def listed(self, parts: list[str]) -> str:
        """Return `parts` joined into one list, with this language's separator."""
        return self("list-separator").join(parts)

    def joined(self, sentences: list[str]) -> str:
        """Return `sentences` joined into one text, with this language's separator."""
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
        """Parse a message and those that it refers to, at their first use: most are not used for a long time."""
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
    """All languages that have a catalogue."""

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
        """Load every `*.ftl` file in `folder`; the file's name is the code of its language."""
        return cls({path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.ftl")})

    def __iter__(self) -> Iterator[Words]:
        """Iterate over the languages, English first."""
        return iter(self._by_code.values())

    def of(self, locale: str | None) -> Words:
        """Return the language for a Discord locale: the same, else a related one ("pt" for "pt-BR"), else English."""
        code = locale or ENGLISH
        return self._by_code.get(code) or self._by_family.get(_family(code), self.english)


def words_for(job: Job) -> Words:
    """Return the language for all messages about `job` that are not an answer to a command or a press."""
    return LANGUAGES.of(job.language)


def _messages(code: str, catalogue: str) -> dict[str, str]:
    """Return the source of each message in a catalogue by its key.

    A message starts at the beginning of a line; its further lines are indented.

    Raises:
        ValueError: the catalogue has a line that is neither.
    """
    _, *messages = _BEGINNING.split(catalogue)
    unread = next((message for message in messages if not _KEY.match(message)), None)
    if unread or not messages:
        raise ValueError(f"{code}.ftl cannot be read: {unread}")
    return {message.partition("=")[0].strip(): message for message in messages}


def _family(code: str) -> str:
    return code.partition("-")[0]


LANGUAGES = Languages.load(Path(__file__).parents[2] / "locales")
"""All languages, loaded at import; the catalogues are part of the program."""


_MARKUP = re.compile(r"[\\*_~|`\[\]#>]|^[-+](?=\s)")
_LINK = re.compile(r"://|\.gg/|/invite/", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # the zero-width joiner, which joins emoji


def shown(text: str, *, limit: int = 300) -> str:
    """Return `text` on one line with Discord's markup escaped, cut so that it has at most `limit` characters."""
    room = limit
    while length_of(safe := _escaped(plain_text(text, limit=room))) > limit:
        room = room * limit // length_of(safe)
    return safe


def quoted(text: str, *, limit: int = 300) -> str:
    """Return `text` as a block quote of one line, escaped and cut as in `shown`."""
    return f"> {shown(text, limit=limit)}"


def plain_text(text: str, *, limit: int) -> str:
    """Return `text` on one line, unescaped, without invisible characters, cut to `limit`; for use without markup."""
    line = " ".join("".join(map(_visible, text)).split())
    if length_of(line) <= limit:
        return line
    kept = line.encode("utf-16-le")[: 2 * max(0, limit - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip(f" {_JOINER}") + "…"


def is_blank(text: str) -> bool:
    """Return whether `text` has no visible character."""
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
    """Return the length of `text` as Discord counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
