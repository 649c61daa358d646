"""Logs: nothing secret, one line per record, and no line that somebody else wrote, as text and as JSON."""

import contextlib
import io
import json
import logging
import re

import pytest

from config.logs import JsonFormatter, RedactingFormatter, redact, set_up_logging
from tests.support.rows import each_row

TOKEN = "MTIz.Ab-cd_ef.canary-token"
KEY = "sk-canary-key"
LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR|CRITICAL) [\w.]+: ")


@contextlib.contextmanager
def formatted(formatter):
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    log.addHandler(handler)
    yield stream.getvalue
    log.removeHandler(handler)


@pytest.fixture
def written():
    with formatted(RedactingFormatter([TOKEN, KEY])) as written:
        yield written


@pytest.fixture
def entries():
    with formatted(JsonFormatter([TOKEN, KEY])) as written:
        yield lambda: [json.loads(line) for line in written().split("\n")[:-1]]


log = logging.getLogger("clapper.test")
log.propagate = False
log.setLevel(logging.DEBUG)


def test_the_bots_secrets_are_taken_out_wherever_they_stand(written):
    log.info("key %s token=%s", KEY, TOKEN)
    log.info("sent {'Authorization': 'Bot %s'} to https://%s@host/%s", TOKEN, KEY, KEY)

    assert "canary" not in written()
    assert "key [secret] token=[secret]\n" in written()


def log_a_break(error, *, cause=None):
    def step():
        raise error from cause

    try:
        step()
    except RuntimeError:
        log.exception("broke")


def test_the_bots_secrets_are_taken_out_of_tracebacks(written):
    log_a_break(RuntimeError(f"refused: {KEY}"), cause=ValueError(TOKEN))

    assert "canary" not in written()
    assert "RuntimeError: refused: [secret]" in written()
    assert "ValueError: [secret]" in written()


def test_a_secret_that_begins_like_another_leaves_no_rest():
    formatter = RedactingFormatter(["canary", "canary-longer", ""])
    record = logging.LogRecord("n", logging.INFO, "p", 1, "canary-longer canary", (), None)

    assert formatter.format(record).endswith(": [secret] [secret]")


@each_row(
    "text, left",
    [
        ("GET https://cdn.example/v.mp4?ex=1&hm=canary 200", "GET https://cdn.example/v.mp4?[query] 200"),
        ("url='http://cdn.example/v?sig=canary'", "url='http://cdn.example/v?[query]'"),
        ("wss://gateway.example/?token=canary", "wss://gateway.example/?[query]"),
        ("https://user:canary@proxy.example/api", "https://[credentials]@proxy.example/api"),
        ('{"image": "data:image/jpeg;base64,canary+/w=="}', '{"image": "data:[file]"}'),
        (
            "POST /webhooks/123/canary-a.b%3D/messages/@original",
            "POST /webhooks/123/[token]/messages/@original",
        ),
        ("POST /interactions/123/canary_A-b/callback", "POST /interactions/123/[token]/callback"),
        ("Authorization: Bearer canary0123456789.abc+/=", "Authorization: Bearer [secret]"),
        ("authorization: bot canary0123456789-abcdef", "authorization: bot [secret]"),
    ],
)
def test_what_opens_doors_is_taken_out(text, left):
    assert redact(text) == left


@each_row(
    "text",
    [
        "job submitted: job=0011223344556677 task=t-1",
        "GET https://cdn.example/v.mp4 200",
        "who?nobody: /interactions is a word, bot is another",
        "data: 12 rows; base64 is a coding",
    ],
)
def test_what_opens_nothing_stays(text):
    assert redact(text) == text


@pytest.mark.parametrize("broken", ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_text_from_outside_cannot_begin_a_line_of_its_own(written, broken):
    log.warning("prompt: %s", f"a kite{broken}2026-11-23 10:00:00,000 INFO db: all is well")

    assert len(written().splitlines()) == 1
    assert broken.encode("unicode_escape").decode() in written()


@each_row("steering", ["\x1b[2J", "\x07", "\x00", "\x9b31m", "\u202e"])
def test_text_from_outside_cannot_steer_a_terminal(written, steering):
    log.warning("prompt: %s", steering)

    assert steering[0] not in written()


def test_no_line_of_a_traceback_can_be_taken_for_a_record(written):
    forged = "2026-11-23 10:00:00,000 INFO db: all is well"
    log_a_break(RuntimeError(f"refused\n{forged}\r{forged}\u2028{forged}"))
    log.warning("here", stack_info=True)

    records = [line for line in written().splitlines() if not line.startswith("    ")]
    assert [LINE.sub("", line) for line in records] == ["broke", "here"]
    assert all(LINE.match(line) for line in records)


def test_tabs_and_letters_of_all_languages_stay(written):
    log.info("a\tкайт 风筝 🪁")

    assert "a\tкайт 风筝 🪁\n" in written()


def test_logging_goes_to_standard_error_and_takes_secrets_out(root, capsys):
    set_up_logging("INFO", secrets=[KEY])

    logging.getLogger("jobs").info("key %s", KEY)
    logging.getLogger("jobs").debug("prompt")

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("INFO jobs: key [secret]\n")
    assert len(captured.err.splitlines()) == 1


def test_setting_up_twice_writes_every_record_once(root):
    set_up_logging("INFO")
    set_up_logging("INFO")

    assert len(root.handlers) == 1


@each_row(
    "name",
    [
        "discord",
        "discord.http",
        "discord.gateway",
        "aiosqlite",
        "asyncpg",
        "sqlalchemy.engine",
        "PIL.PngImagePlugin",
    ],
)
def test_libraries_that_print_bodies_never_go_below_info(root, name):
    set_up_logging("DEBUG")

    assert logging.getLogger("jobs").isEnabledFor(logging.DEBUG)
    assert not logging.getLogger(name).isEnabledFor(logging.DEBUG)


def test_the_small_talk_of_libraries_is_left_out_unless_somebody_looks_for_a_fault(root):
    set_up_logging("INFO")
    assert not logging.getLogger("discord.gateway").isEnabledFor(logging.INFO)
    set_up_logging("DEBUG")
    assert logging.getLogger("discord.gateway").isEnabledFor(logging.INFO)


def test_libraries_are_as_quiet_as_the_rest(root):
    set_up_logging("ERROR")

    assert not logging.getLogger("discord").isEnabledFor(logging.WARNING)


def test_a_record_is_an_object_with_its_fields(entries):
    log.info("job changed: %s", "a->b", extra={"job": "k", "from": "a", "attempt": 2, "reason": None})

    [entry] = entries()
    assert entry.pop("time").endswith("+00:00")
    own = {"level": "INFO", "logger": "clapper.test", "message": "job changed: a->b"}
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
