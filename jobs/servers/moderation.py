"""Banned words and patterns: what a server's managers do not allow in prompts. Patterns have RE2's syntax.

RE2 (https://github.com/google/re2/wiki/Syntax) needs time in proportion to the text for every pattern, so a
careless pattern cannot hold up the bot. The provider's own filter applies as well.
"""

import functools
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, cast

import re2  # pyright: ignore[reportMissingTypeStubs] - it ships none

MAX_WORDS, MAX_PATTERNS, MAX_PATTERN_LENGTH = 200, 25, 200

_RE2 = cast("Any", re2)
_WITHOUT_SPACES = re.compile(
    r"[\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff"
    r"\uf900-\ufaff\U00020000-\U0003ffff]"
)
"""Scripts without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, Chinese, Japanese.

Also Korean, which writes particles without a space after the word.
"""

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)


class PatternInvalid(ValueError):
    """Raised if a pattern is too long, or RE2 does not accept it; then the message is RE2's own."""


def found_in(text: str, *, words: Iterable[str], patterns: Iterable[str]) -> str | None:
    """Return the first banned part of `text`; None if there is none.

    Words are found as whole words. Case, width, accents that are letters of their own, and invisible
    characters between the letters make no difference.
    """
    plain = _plain(text)
    for word in filter(None, map(_plain, words)):
        if found := _word(word).search(plain):
            return found.group()
    for pattern in patterns:
        if found := _compiled(pattern).search(plain):
            return found.group()
    return None


def require_pattern(pattern: str) -> None:
    """Check that a pattern can be used.

    Raises:
        PatternInvalid: the pattern is too long, or RE2 does not accept it.
    """
    if len(pattern) > MAX_PATTERN_LENGTH:
        raise PatternInvalid(f"longer than {MAX_PATTERN_LENGTH} characters")
    _compiled(pattern)


def _plain(text: str) -> str:
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


@functools.lru_cache(maxsize=4096)
def _word(word: str) -> re.Pattern[str]:
    # Scripts without spaces have no word boundaries, so the word is found anywhere. An underscore is no letter.
    begins = "" if _WITHOUT_SPACES.match(word[0]) else r"(?<![^\W_])"
    ends = "" if _WITHOUT_SPACES.match(word[-1]) else r"(?![^\W_])"
    return re.compile(begins + re.escape(word) + ends)


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    options = _RE2.Options()
    options.max_mem = 1 << 20
    options.log_errors = False
    options.case_sensitive = False
    try:
        return _RE2.compile(pattern, options=options)
    except _RE2.error as error:
        words = error.args[0] if error.args else ""
        raise PatternInvalid(words.decode() if isinstance(words, bytes) else str(words)) from None
