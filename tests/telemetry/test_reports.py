"""Reports of errors, as a server on loopback receives them: where it broke, and nothing that somebody wrote."""

import json
import logging
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from config.logs import redact
from telemetry.reports import MOST_A_MINUTE, ReportsUnusable, open_reports
from tests.support.rows import each_row

log = logging.getLogger("jobs.reports_of_a_test")

SECRET = "canary-secret-key"
PROMPT = "canary prompt of a member"


class Inbox:
    """A server that takes envelopes. `events` are what they held."""

    def __init__(self):
        self.events = []
        self.raw = b""
        self.asked = []
        inbox = self

        class Taking(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                head, item, event = body.splitlines()
                assert json.loads(item) == {"type": "event", "length": len(event)}
                assert json.loads(head)["event_id"] == json.loads(event)["event_id"]
                inbox.raw += body
                inbox.events.append(json.loads(event))
                inbox.asked.append((self.path, self.headers["X-Sentry-Auth"]))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taking)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()
        self.dsn = f"http://public-key@127.0.0.1:{self._server.server_port}/1"

    def close(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def inbox(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("telemetry.reports.FLUSH_SECONDS", 30)  # on a busy machine too
    inbox = Inbox()
    yield inbox
    inbox.close()


def reports_to(inbox):
    return open_reports(inbox.dsn, release="clapper@1.2.3", clean=lambda text: redact(text, [SECRET]))


def break_with(words):
    prompt_of_a_member = words

    def step():
        raise RuntimeError(prompt_of_a_member)

    try:
        step()
    except RuntimeError:
        log.exception("step broke: step=%s key=%s", "submit", SECRET)


def test_what_broke_arrives_with_its_place_and_our_own_sentence(inbox):
    with reports_to(inbox):
        break_with(PROMPT)

    [event] = inbox.events
    assert event["logentry"]["message"] == "step broke: step=%s key=%s"
    assert event["logentry"]["formatted"] == "step broke: step=submit key=[secret]"
    assert (event["level"], event["logger"]) == ("error", "jobs.reports_of_a_test")
    assert event["release"] == "clapper@1.2.3"
    [error] = event["exception"]["values"]
    assert error["type"] == "RuntimeError"
    assert [frame["function"] for frame in error["stacktrace"]["frames"]] == ["break_with", "step"]


def test_an_event_goes_to_its_project_with_the_key_that_lets_it_in(inbox):
    for dsn in (inbox.dsn, inbox.dsn.replace("/1", "/errors/1")):
        with open_reports(dsn, release="r", clean=str):
            log.error("step broke")

    assert [path for path, _ in inbox.asked] == ["/api/1/envelope/", "/errors/api/1/envelope/"]
    assert {auth for _, auth in inbox.asked} == {
        "Sentry sentry_version=7, sentry_client=clapper/1, sentry_key=public-key"
    }


def test_what_led_to_an_error_is_told_first_and_our_own_lines_are_marked(inbox):
    def step():
        try:
            json.loads("{")
        except ValueError as error:
            raise KeyError(PROMPT) from error

    with reports_to(inbox):
        try:
            step()
        except KeyError:
            log.exception("step broke")

    first, last = inbox.events[0]["exception"]["values"]
    assert (first["type"], last["type"]) == ("JSONDecodeError", "KeyError")
    here, elsewhere = first["stacktrace"]["frames"][0], first["stacktrace"]["frames"][-1]
    assert (here["filename"], here["in_app"]) == ("tests/telemetry/test_reports.py", True)
    assert (here["function"], here["context_line"].strip()) == ("step", 'json.loads("{")')
    assert (elsewhere["filename"], elsewhere["module"]) == ("decoder.py", "json.decoder")
    assert elsewhere["in_app"] is False


def test_neither_secrets_nor_texts_of_errors_nor_variables_nor_this_machine_are_sent(inbox):
    with reports_to(inbox):
        break_with(PROMPT)
        log.error("POST https://cdn.example/v?sig=canary", extra={"prompt": PROMPT})

    assert len(inbox.events) == 2
    assert b"canary" not in inbox.raw
    for event in inbox.events:
        assert {"server_name", "user", "request", "modules", "extra", "breadcrumbs"} & set(event) == set()
    assert b'"vars"' not in inbox.raw


def test_what_is_no_error_or_comes_after_the_block_is_not_reported(inbox):
    with reports_to(inbox):
        log.warning("will be tried again")
        log.info("well")
    log.error("too late")

    assert inbox.events == []


def test_what_ends_the_block_is_reported_and_goes_on(inbox):
    with pytest.raises(ZeroDivisionError), reports_to(inbox):
        1 / 0  # noqa: B018 - what breaks

    assert [event["exception"]["values"][0]["type"] for event in inbox.events] == ["ZeroDivisionError"]


def test_the_same_again_and_again_is_not_sent_for_ever(inbox):
    with reports_to(inbox):
        for _ in range(MOST_A_MINUTE * 3):
            log.error("step broke")

    assert len(inbox.events) == MOST_A_MINUTE


@each_row("dsn", ["canary", "https://errors.example/1", "https://canary@errors.example/", "ftp://canary@x/1"])
def test_an_address_that_cannot_be_used_is_refused_and_not_repeated(dsn):
    with pytest.raises(ReportsUnusable) as caught, open_reports(dsn, release="r", clean=str):
        raise AssertionError("never opened")

    assert "canary" not in str(caught.value)


def test_a_server_that_never_answers_holds_an_end_no_longer_than_it_may(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr("telemetry.reports.FLUSH_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        dsn = f"http://k@127.0.0.1:{silent.getsockname()[1]}/1"
        before = time.monotonic()
        with open_reports(dsn, release="r", clean=str):
            for _ in range(MOST_A_MINUTE):
                log.error("nobody hears it")
        assert 0.2 <= time.monotonic() - before < 5


def test_a_server_that_cannot_be_reached_breaks_nothing(unused_tcp_port, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with open_reports(f"http://k@127.0.0.1:{unused_tcp_port}/1", release="r", clean=str):
        log.error("nobody hears it")
