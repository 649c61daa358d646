"""What managers do not want to read: found however it is written, and never at the cost of the bot's time."""

import time

import pytest

from jobs.servers.moderation import PatternInvalid, found_in, require_pattern
from tests.support.rows import each_row

MAX_PATTERN_LENGTH = 200

PROMPT = 2000
"""Characters of the longest prompt."""


def found(text, *words):
    return found_in(text, words=words, patterns=())


def matched(text, *patterns):
    return found_in(text, words=(), patterns=patterns)


@each_row(
    "text",
    [
        "gore",
        "a scene of gore",
        "Gore!",
        "GORE",
        "(gore)",
        "no-gore-here",
        "gore's end",
        "gore.",
        "\ngore\n",
        "_gore_",
    ],
)
def test_a_word_is_found_wherever_it_stands_by_itself(text):
    assert found(text, "gore") == "gore"


@each_row("text", ["gorege", "gorey", "categore", "g o r e", "gor", "", "gore7", "ogore"])
def test_a_part_of_another_word_is_another_word(text):
    assert found(text, "gore") is None


@each_row(
    "text",
    [
        "g\u200bo\u200cr\u200de",
        "g\u00adore",
        "\ufeffgore",
        "go\u2060re",
        "g\u202eor\u202ce",
        "go\ufe0fre",
        "g\U000e0061ore",
        "\uff47\uff4f\uff52\uff45",  # full width
        "\U0001d420\U0001d428\U0001d42b\U0001d41e",  # mathematical letters
        "\u24d6\u24de\u24e1\u24d4",  # letters in circles
    ],
)
def test_invisible_characters_width_and_shape_hide_nothing(text):
    assert found(f"some {text} here", "gore") == "gore"


@each_row("word", ["GORE", "Go\u200bre", "\uff27\uff2f\uff32\uff25"])
def test_the_word_itself_may_be_written_anyhow(word):
    assert found("some gore", word) == "gore"


@each_row(
    "word, text, other",
    [
        ("über", "ÜBER alles", "darüber"),
        ("straße", "STRASSE", "straßenbahn"),
        ("кровь", "Кровь!", "кровью"),
        ("αίμα", "ΑΊΜΑ", "αίματα"),
    ],
)
def test_words_with_other_letters_are_whole_words_too(word, text, other):
    assert found(text, word) is not None
    assert found(other, word) is None


@each_row(
    "word, text",
    [
        ("血腥", "一个血腥的场面"),
        ("血", "流血"),
        ("ゴア", "これはゴアです"),
        ("ｺﾞｱ", "これはゴアです"),
        ("เลือด", "ฉากเลือดสาด"),
        ("피", "피를 흘리는"),
        ("ឈាម", "មានឈាមច្រើន"),
    ],
)
def test_in_scripts_without_spaces_a_word_is_found_anywhere(word, text):
    assert found(text, word) is not None


@each_row("word", ["", "\u200b", "\u200b\u2060"])
def test_a_word_of_nothing_forbids_nothing(word):
    assert found("hello, world!", word) is None


def test_several_words_and_blanks_are_a_word_as_well():
    assert found("the Red  Kite flies", "red kite") is None
    assert found("the Red Kite flies", "blue kite", "red kite") == "red kite"


@each_row("text", ["nude", "NUDE", "\uff2e\uff35\uff24\uff25", "n\u200bude", "nuuude"])
def test_a_pattern_sees_the_same_plain_text(text):
    assert matched(text, r"\bnu+de\b") is not None


def test_a_pattern_may_be_written_in_capitals():
    assert matched("some gore", "GORE") == "gore"


@each_row(
    "pattern",
    [
        r"(a+)+$",
        r"(a|aa)+$",
        r"(a*)*b",
        r"(.*)*=",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(\w+\s?)+!",
        r"(x+x+)+y",
        r"a{1,1000}b",
    ],
)
@each_row("text", ["a" * PROMPT, "ax" * (PROMPT // 2), "a b " * (PROMPT // 4) + "!"])
def test_no_pattern_takes_longer_than_a_blink(pattern, text):
    began = time.process_time()
    matched(text, pattern)
    assert time.process_time() - began < 0.2


@each_row(
    "pattern, says",
    [
        ("(", "missing )"),
        ("a{1001}", "invalid repetition size"),
        ("((a{100}){100}){100}", "invalid repetition size"),
        (r"(a)\1", "invalid escape sequence"),
        ("(?=a)", "invalid perl operator"),
        ("x" * (MAX_PATTERN_LENGTH + 1), f"longer than {MAX_PATTERN_LENGTH} characters"),
    ],
)
def test_a_pattern_that_cannot_be_used_says_why(pattern, says):
    with pytest.raises(PatternInvalid, match=f"^{says.replace(')', '[)]')}"):
        require_pattern(pattern)


def test_a_pattern_that_can_be_used_is_taken():
    require_pattern(r"\b(gore|blood)\b")
    require_pattern("x" * MAX_PATTERN_LENGTH)
