"""Logs for programs: one JSON object per line, nothing secret in any of its fields."""

import io
import json
import logging

import pytest

from config.logs import JsonFormatter, RedactingFormatter, set_up_logging
from tests.config.test_logs import KEY, TOKEN
from tests.support.rows import each_row

log = logging.getLogger("clapper.test.json")
log.propagate = False
log.setLevel(logging.DEBUG)


@pytest.fixture
def entries():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter([TOKEN, KEY]))
    log.addHandler(handler)
    yield lambda: [json.loads(line) for line in stream.getvalue().split("\n")[:-1]]
    log.removeHandler(handler)


def test_a_record_is_an_object_with_its_fields(entries):
    log.info("job changed: %s", "a->b", extra={"job": "k", "from": "a", "attempt": 2, "reason": None})

    [entry] = entries()
    assert entry.pop("time").endswith("+00:00")
    own = {"level": "INFO", "logger": "clapper.test.json", "message": "job changed: a->b"}
    assert entry == own | {"job": "k", "from": "a", "attempt": 2}


def test_no_field_can_pass_for_the_records_own(entries):
    log.info("real", extra={"level": "forged", "logger": "forged", "time": "forged"})

    assert "forged" not in json.dumps(entries())


def test_secrets_are_taken_out_of_every_field(entries):
    error = RuntimeError(f"refused: {KEY}")
    fields = {"url": f"https://x/?sig={KEY}", "odd": [TOKEN]}

    log.error("token %s", TOKEN, exc_info=error, stack_info=True, extra=fields)

    [entry] = entries()
    assert "canary" not in json.dumps(entry)
    assert entry["message"] == "token [secret]"
    assert entry["url"] == "https://x/?[query]"
    assert "RuntimeError: refused: [secret]" in entry["exception"]
    assert "stack" in entry


@each_row("secret", ['canary"quoted', "canary\\slash", "canary<é>"])
def test_a_secret_that_json_would_write_differently_is_taken_out_too(secret):
    record = logging.LogRecord("n", logging.INFO, "p", 1, f"key {secret}", (), None)

    assert json.loads(JsonFormatter([secret]).format(record))["message"] == "key [secret]"


@each_row("broken", ["\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[2J", "\u202e", "\x7f"])
def test_text_from_outside_neither_ends_a_line_nor_steers_a_terminal(broken):
    record = logging.LogRecord("n", logging.INFO, "p", 1, f"a{broken}b", (), None)

    written = JsonFormatter([]).format(record)

    assert broken[0] not in written
    assert len(written.splitlines()) == 1
    assert json.loads(written)["message"] == f"a{broken}b"


def test_letters_of_all_languages_stay():
    record = logging.LogRecord("n", logging.INFO, "p", 1, "кайт 风筝 🪁", (), None)

    assert "кайт 风筝 🪁" in JsonFormatter([]).format(record)


@each_row(
    "layout, terminal, kind",
    [
        ("text", False, RedactingFormatter),
        ("json", True, JsonFormatter),
        ("auto", True, RedactingFormatter),
        ("auto", False, JsonFormatter),
    ],
)
def test_text_is_for_terminals_and_json_for_the_rest(root, monkeypatch, layout, terminal, kind):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)

    set_up_logging("INFO", layout=layout)

    assert type(root.handlers[0].formatter) is kind
