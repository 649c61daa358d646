"""Languages: which one a locale gets, and what happens when one lacks a word."""

import logging

import pytest
from fluent.syntax import FluentParser, ast

from cogs.text.catalogue import LANGUAGES, CannotSay, Languages, Phrase, _messages
from tests.cogs.catalogues import LOCALES
from tests.support.rows import each_row

ENGLISH = """
greeting = Hello { $name }
count = { $n ->
    [one] one video
   *[other] { $n } videos
}
list-separator = {", "}
"""


@pytest.fixture
def languages():
    """Return English, and a German that knows one greeting only, and that one wrongly."""
    return Languages({"en": ENGLISH, "de": "greeting = Hallo { $nam }"})


@each_row(
    "locale, code",
    [
        ("en-US", "en"),
        ("en-GB", "en"),
        ("zh-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("de", "en"),
        ("xx-YY", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_every_locale_of_discord_has_a_language(locale, code):
    assert LANGUAGES.of(locale).code == code


def test_a_file_is_all_that_a_new_language_needs(tmp_path):
    (tmp_path / "en.ftl").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "de.ftl").write_text("greeting = Hallo { $name }", encoding="utf-8")
    assert Languages.load(tmp_path).of("de")("greeting", name="Ann") == "Hallo Ann"


def test_a_file_that_cannot_be_read_is_named():
    with pytest.raises(ValueError, match=r"de\.ftl"):
        Languages({"en": ENGLISH, "de": "this is no catalogue"})


@each_row("path", LOCALES)
def test_messages_that_are_read_one_by_one_are_those_of_the_whole_file(path):
    text = path.read_text(encoding="utf-8")
    whole = [
        each for each in FluentParser(with_spans=False).parse(text).body if isinstance(each, ast.Message)
    ]
    one_by_one = [FluentParser(with_spans=False).parse_entry(each) for each in _messages("x", text).values()]
    assert one_by_one
    assert len(one_by_one) == len(whole)
    assert all(one.equals(other, ["comment"]) for one, other in zip(one_by_one, whole, strict=True))


def test_a_message_within_another_is_read_with_it():
    languages = Languages({"en": "outer = Press { inner }\ninner = the { last }\nlast = end"})
    assert languages.english("outer") == "Press the end"


@pytest.mark.parametrize("key", ["greeting", "count"])
def test_what_a_language_cannot_say_is_said_in_english_and_logged_once(languages, caplog, key):
    german = languages.of("de")
    with caplog.at_level(logging.ERROR):
        said = [german(key, name="Ann", n=2) for _ in range(3)]
    assert said == [languages.english(key, name="Ann", n=2)] * 3
    assert [key in record.getMessage() for record in caplog.records] == [True]


@pytest.mark.parametrize(("key", "values"), [("nothing", {}), ("greeting", {}), ("count", {"m": 2})])
def test_a_missing_message_or_value_is_an_error(languages, key, values):
    with pytest.raises(CannotSay, match=key):
        languages.english(key, **values)


def test_counts_have_their_plural(languages):
    assert [languages.english("count", n=n) for n in (1, 2)] == ["one video", "2 videos"]


def test_phrases_and_lists_are_said_in_the_language_of_the_sentence_around_them(languages):
    names = [Phrase("count", n=1), "Ann"]
    assert languages.english("greeting", name=names) == "Hello one video, Ann"
