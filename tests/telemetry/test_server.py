"""The server of a process, over real HTTP: who is let in, and what is said; and the lag of the event loop."""

import asyncio
import contextlib
import json
import logging
import time

import aiohttp
import pytest
from yarl import URL

from telemetry.metrics import Metrics
from telemetry.readiness import OK, LoopLag, Readiness
from telemetry.server import Pages, open_server
from tests.support.rows import each_row

TOKEN = "canary-token-0123456789"


class Said:
    def __init__(self, **said):
        self.said = said
        self.asked = 0

    def checks(self):
        return {name: self._check(name) for name in self.said}

    def _check(self, name):
        async def check():
            self.asked += 1
            said = self.said[name]
            if isinstance(said, Exception):
                raise said
            if said is None:
                await asyncio.Event().wait()
            return said

        return check


@contextlib.asynccontextmanager
async def serving(
    said=None, *, token=None, host="127.0.0.1", fresh_seconds=0.0, lag=None, done=None, url=None
):
    done = [] if done is None else done
    metrics = Metrics(version="1")
    said = said or Said(database=OK)
    readiness = Readiness(said.checks(), metrics, fresh_seconds=fresh_seconds, check_seconds=0.2)

    async def refresh():
        metrics.queue_depth.set(7)

    async def page(said):
        return f"<!doctype html><title>page</title>{said}"

    async def act(key):
        done.append(key)
        return "done"

    pages = Pages(
        metrics=metrics,
        readiness=readiness,
        lag=lag or LoopLag(metrics.loop_lag.observe),
        refresh=refresh,
        page=page,
        job=page,
        acts={"/act": act},
        files={"/style.css": ("text/css", "body {}")},
    )
    async with open_server(pages, host=host, port=0, token=token, url=url) as address:
        yield address


@pytest.fixture
async def browser():
    """Return a session that keeps cookies, also of addresses."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def get(session, url, **how):
    async with session.get(url, allow_redirects=False, **how) as response:
        return response.status, await response.text(), response.headers


@each_row(
    "lag_seconds, status, said", [(0, 200, '"status": "ok"'), (6.0, 503, '"event_loop_lag_seconds": 6.0')]
)
async def test_a_process_that_answers_is_alive_unless_its_loop_lags(browser, lag_seconds, status, said):
    lag = LoopLag(lambda _: None)
    lag._latest = lag_seconds
    async with serving(lag=lag) as address:
        found, text, _ = await get(browser, f"{address}/healthz")

    assert found == status
    assert said in text


@each_row(
    "said, words",
    [
        (OK, OK),
        ("not connected", "not connected"),
        (OSError("canary detail"), "broke: OSError"),
        (None, "no answer within 0.2 s"),
    ],
)
async def test_a_process_is_ready_whose_checks_hold_and_says_which_one_fails_and_no_more(
    browser, said, words
):
    async with serving(Said(database=OK, gateway=said)) as address:
        found, text, _ = await get(browser, f"{address}/readyz")

    status, ready = (200, "ready") if said == OK else (503, "not ready")
    assert found == status
    assert json.loads(text) == {"status": ready, "checks": {"database": OK, "gateway": words}}


async def test_checks_are_not_run_for_each_of_many_who_ask(browser):
    said = Said(database=OK)
    async with serving(said, fresh_seconds=60) as address:
        await asyncio.gather(*(get(browser, f"{address}/readyz") for _ in range(20)))

    assert said.asked == 1


async def test_metrics_are_brought_up_to_date_and_tell_of_readiness(browser):
    async with serving(Said(database=OK, gateway="not connected")) as address:
        status, text, headers = await get(browser, f"{address}/metrics")

    assert status == 200
    assert headers["Content-Type"].startswith("text/plain")
    lines = text.splitlines()
    assert "clapper_queue_depth 7.0" in lines
    assert "clapper_ready 0.0" in lines
    assert 'clapper_check{check="database"} 1.0' in lines
    assert 'clapper_check{check="gateway"} 0.0' in lines
    assert any(line.startswith("process_resident_memory_bytes ") for line in lines)


@each_row("path", ["/", "/metrics", "/style.css"])
async def test_without_the_token_nothing_but_health_is_told(browser, path):
    async with serving(token=TOKEN) as address:
        assert (await get(browser, f"{address}/healthz"))[0] == 200
        assert (await get(browser, f"{address}/readyz"))[0] == 200
        for how in (
            {},
            {"headers": {"Authorization": "Bearer wrong"}},
            {"headers": {"Authorization": f"Basic {TOKEN}"}},
            {"headers": {"Cookie": "clapper=wrong"}},
            {"headers": {"Cookie": f"clapper={TOKEN}"}},
            {"params": {"token": "wrong"}},
            {"params": {"token": ""}},
            {"params": {"token": "wröng"}},
        ):
            status, text, headers = await get(browser, f"{address}{path}", **how)
            assert status == 401
            assert TOKEN not in text
            assert "Set-Cookie" not in headers


async def test_a_bearer_is_let_in(browser):
    async with serving(token=TOKEN) as address:
        status, _, headers = await get(
            browser, f"{address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"}
        )

    assert status == 200
    assert "Set-Cookie" not in headers


async def test_a_token_in_the_address_is_exchanged_for_a_cookie_and_held_by_neither_that_nor_the_log(
    browser, caplog
):
    caplog.set_level(logging.DEBUG)
    async with serving(token=TOKEN) as address:
        status, _, headers = await get(browser, f"{address}/", params={"token": TOKEN})
        assert (status, headers["Location"]) == (303, "/")
        cookie = headers["Set-Cookie"]
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
        assert TOKEN not in cookie

        assert (await get(browser, f"{address}/"))[0] == 200
        await get(browser, f"{address}/", params={"token": "canary-wrong"})
    assert "canary" not in caplog.text


EVIL = ["//evil.example/", "/%2Fevil.example", "/%5Cevil.example", "/%09/evil.example", "/x/%0d%0aA:b", "///"]


@each_row(
    "path, place", [("/metrics", "/metrics"), ("/style.css", "/style.css"), *((path, "/") for path in EVIL)]
)
async def test_the_exchange_never_leads_to_where_a_stranger_s_link_points(browser, path, place):
    async with serving(token=TOKEN) as address:
        link = URL(f"{address}{path}?token={TOKEN}", encoded=True)
        status, _, headers = await get(browser, link)
    assert (status, headers["Location"]) == (303, place)


@each_row("told, secure", [({}, False), ({"X-Forwarded-Proto": "https"}, True)])
async def test_behind_tls_the_cookie_stays_behind_tls(browser, told, secure):
    async with serving(token=TOKEN) as address:
        _, _, headers = await get(browser, f"{address}/", params={"token": TOKEN}, headers=told)

    assert ("Secure" in headers["Set-Cookie"].split("; ")) is secure


EVIL_HOSTS = ["evil.example", "evil.example:8099", "192.0.2.1", "[2001:db8::1]:80", ""]
OUR_HOSTS = ["localhost:1", "LOCALHOST", "127.0.0.1", "127.0.0.1:8099", "[::1]:8099", "[::1]"]


@each_row("host", [*EVIL_HOSTS, *OUR_HOSTS])
async def test_without_a_token_this_machine_reads_everything_and_a_name_of_elsewhere_nothing(browser, host):
    async with serving() as address:
        for path in ("/", "/metrics"):
            status, _, _ = await get(browser, f"{address}{path}", headers={"Host": host})
            assert status == (200 if host in OUR_HOSTS else 403)


@each_row("path", ["/", "/healthz", "/metrics", "/nowhere"])
async def test_every_answer_is_locked_up(browser, path):
    async with serving() as address:
        _, _, headers = await get(browser, f"{address}{path}")

    policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


@each_row(
    "query, seconds",
    [
        ("", "15"),
        ("?refresh=2", "2"),
        ("?refresh=0", "15"),
        ("?refresh=1;url=//evil.example", "15"),
        ("?refresh=-1", "15"),
    ],
)
async def test_the_page_is_looked_at_again_after_a_while(browser, query, seconds):
    async with serving() as address:
        _, _, headers = await get(browser, f"{address}/{query}")

    assert headers["Refresh"] == seconds


FORM = "application/x-www-form-urlencoded"
PROXY = "https://clapper.example"


async def act(session, address, *, method="POST", path="/act", body="job=9ac0", **headers):
    """Send an act as the operator's page does, but for the given headers; None leaves one out."""
    mine = {"Origin": address, "Authorization": f"Bearer {TOKEN}", "Content-Type": FORM}
    mine |= {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in mine.items() if value is not None}
    how = {"headers": sent, "data": body, "allow_redirects": False, "skip_auto_headers": ["Content-Type"]}
    async with session.request(method, f"{address}{path}", **how) as response:
        return response.status, response.headers.get("Location")


async def test_an_act_is_done_once_and_leads_back_to_the_page(browser):
    done = []
    async with serving(token=TOKEN, done=done) as address:
        assert await act(browser, address) == (303, "/?said=done")
        _, text, headers = await get(
            browser, f"{address}/?said=done", headers={"Authorization": f"Bearer {TOKEN}"}
        )
    assert done == ["9ac0"]
    assert "done" in text
    assert headers["Refresh"] == "15;url=/"


ATTACKS = [
    (401, {"Authorization": None}),
    (401, {"Authorization": "Bearer wrong"}),
    (401, {"Authorization": None, "Cookie": "clapper=wrong"}),
    (401, {"Authorization": None, "path": f"/act?token={TOKEN}"}),
    (403, {"Origin": None}),
    (403, {"Origin": "null"}),
    (403, {"Origin": "http://evil.example"}),
    (403, {"Origin": "http://127.0.0.1:1"}),  # another program of this machine: cookies know no ports
    (403, {"Host": "evil.example", "Origin": "http://evil.example"}),  # a name that was made to lead here
    (403, {"Host": "evil.example"}),
    (403, {"Host": "127.0.0.1.evil.example", "Origin": "http://127.0.0.1.evil.example"}),
    (403, {"Origin": PROXY}),
    (415, {"Content_Type": "text/plain"}),
    (415, {"Content_Type": "application/json"}),
    (415, {"Content_Type": None}),
    (405, {"method": "GET", "body": None}),
    (413, {"body": "job=" + "a" * 10_000}),
]


@each_row("status, how", ATTACKS)
async def test_an_act_that_the_page_did_not_send_is_not_done(browser, caplog, status, how):
    caplog.set_level(logging.DEBUG)
    done = []
    async with serving(token=TOKEN, done=done) as address:
        assert (await act(browser, address, **how))[0] == status
    assert done == []
    assert TOKEN not in caplog.text


@each_row("how", [{}, {"Authorization": None}, {"path": "/healthz"}, {"path": "/"}, {"method": "DELETE"}])
async def test_without_a_token_nothing_can_be_done_from_this_machine_either(browser, how):
    done = []
    async with serving(done=done) as address:
        assert (await act(browser, address, **how))[0] == 403
    assert done == []


@each_row(
    "status, host, origin",
    [
        (303, "clapper.example", PROXY),
        (303, "127.0.0.1:8099", PROXY),  # a proxy that names what it asks
        (403, "evil.example", PROXY),
        (403, "clapper.example", "http://clapper.example"),
        (403, "clapper.example", f"{PROXY}.evil.example"),
    ],
)
async def test_behind_a_proxy_acts_come_from_its_address(browser, status, host, origin):
    async with serving(token=TOKEN, url=PROXY) as address:
        assert (await act(browser, address, Host=host, Origin=origin))[0] == status


@each_row(
    "host, shown", [("::1", "http://[::1]:"), ("::", "http://[::1]:"), ("0.0.0.0", "http://127.0.0.1:")]
)
async def test_an_address_is_written_as_browsers_want_it(browser, host, shown):
    async with serving(host=host, token=TOKEN) as address:
        assert address.startswith(shown)
        assert (await get(browser, f"{address}/healthz"))[0] == 200


async def next_measurement(measured):
    before = len(measured)
    async with asyncio.timeout(10):
        while len(measured) == before:
            await asyncio.sleep(0.005)


async def test_a_loop_that_is_held_up_is_seen_to_lag():
    measured = []
    async with LoopLag(measured.append, every_seconds=0.01) as lag:
        await next_measurement(measured)
        time.sleep(0.3)  # noqa: ASYNC251 - this is what is to be seen
        await next_measurement(measured)
        assert lag.latest >= 0.25 or max(measured) >= 0.25

    assert max(measured) >= 0.25


async def test_nothing_is_measured_once_it_is_left():
    measured = []
    async with LoopLag(measured.append, every_seconds=0.001):
        await next_measurement(measured)
    ended = len(measured)

    await asyncio.sleep(0.05)

    assert len(measured) == ended
