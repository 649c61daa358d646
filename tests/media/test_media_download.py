"""Downloads from real servers on loopback, well-behaved and otherwise."""

import asyncio
import contextlib
import gzip
import logging
import os
import socket
import sys
import traceback
import zlib

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from memory import needs_proc
from yarl import URL

from media.transfer.destinations import LinkRules, Network, parse_link
from media.transfer.download import (
    DownloadBroken,
    Downloader,
    DownloadFailed,
    DownloadLimits,
    DownloadRefused,
    DownloadSlow,
    DownloadTooLarge,
    LinkExpired,
)
from tests.support.rows import each_row

HOME = ("127.0.0.1",)
QUERY = "?Signature=canary-signature"
FILM = os.urandom(300_000)


@contextlib.asynccontextmanager
async def served(answer):
    """Run `async answer(request) -> response` on loopback and yield its address."""
    server = web.Server(answer, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def raw(*pieces, pause=0.0, ending=True):
    """Run a server that answers everything with `pieces`, then with the last one for ever unless `ending`."""
    over, answers = asyncio.Event(), set()

    async def answer(reader, writer):
        answers.add(asyncio.current_task())
        with contextlib.suppress(ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            while not (ending or over.is_set()):
                writer.write(pieces[-1])
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), pause)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        over.set()
        await asyncio.gather(*answers)


def head(*lines):
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


async def give_film(_):
    return web.Response(body=FILM)


async def fetch(url, folder, *, private=HOME, headers=None, resolver=None, **limits):
    async with Downloader(private, limits=DownloadLimits(**limits), resolver=resolver) as downloader:
        return await downloader.fetch(url, folder / "film.mp4", headers=headers)


async def failure(url, folder, **options):
    """Return the failure of a download, which must leave nothing behind and tell no secret."""
    async with asyncio.timeout(20):
        with pytest.raises(DownloadFailed) as caught:
            await fetch(url, folder, **options)
    assert list(folder.iterdir()) == []
    assert "canary" not in "".join(traceback.format_exception(caught.value))
    return caught.value


async def test_a_film_arrives_whole(tmp_path):
    async with served(give_film) as url:
        assert await fetch(f"{url}/film.mp4{QUERY}", tmp_path) == len(FILM)
    assert (tmp_path / "film.mp4").read_bytes() == FILM
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


async def test_the_target_is_replaced_only_by_a_whole_film(tmp_path):
    (tmp_path / "film.mp4").write_bytes(b"older")
    async with raw(head("Content-Length: 100"), b"x" * 50) as url:
        with pytest.raises(DownloadBroken):
            await fetch(url, tmp_path)
    assert (tmp_path / "film.mp4").read_bytes() == b"older"
    async with served(give_film) as url:
        await fetch(url, tmp_path)
    assert (tmp_path / "film.mp4").read_bytes() == FILM


def deflated(data):
    bare = zlib.compressobj(wbits=-15)
    return bare.compress(data) + bare.flush()


@each_row("coding, body", [
    ("gzip", gzip.compress(FILM)), ("GZIP", gzip.compress(FILM)), ("x-gzip", gzip.compress(FILM)),
    ("deflate", zlib.compress(FILM)), ("deflate", deflated(FILM)), ("gzip, aws-chunked", gzip.compress(FILM)),
    ("", FILM), (" ", FILM), ("identity", FILM), ("aws-chunked", FILM), ("utf-8", FILM), ("UTF-8,", FILM), ("binary", FILM),
    ("none", FILM), ("mp4", FILM), ("compress", FILM), ("br", FILM), ("gzip", FILM), ("deflate", FILM), ("identity, identity", FILM),
])  # fmt: skip
async def test_known_codings_are_unpacked_and_others_ignored(tmp_path, coding, body):
    size = f"Content-Length: {len(body)}"
    async with raw(head(size, f"Content-Encoding: {coding}"), body) as url:
        assert await fetch(url, tmp_path) == len(FILM)
    assert (tmp_path / "film.mp4").read_bytes() == FILM


async def test_nothing_packed_is_asked_for_and_a_bomb_ends_at_the_limit(tmp_path):
    asked = []

    async def give_packed(request):
        asked.append(request.headers["Accept-Encoding"])
        return web.Response(body=gzip.compress(bytes(10_000_000)), headers={"Content-Encoding": "gzip"})

    async with served(give_packed) as url:
        assert isinstance(await failure(url, tmp_path, max_bytes=1_000_000), DownloadBroken)
        assert await fetch(url, tmp_path, max_bytes=10_000_000) == 10_000_000
    assert asked == ["identity"] * 2


@each_row("body", [gzip.compress(FILM)[:-9], gzip.compress(FILM)[:1000] + b"x" * 300_000])
async def test_what_is_packed_badly_is_broken(tmp_path, body):
    async with raw(head(f"Content-Length: {len(body)}", "Content-Encoding: gzip"), body) as url:
        assert isinstance(await failure(url, tmp_path), DownloadBroken)


@each_row("status, kind", [
    (400, LinkExpired), (401, LinkExpired), (403, LinkExpired), (404, LinkExpired), (410, LinkExpired),
    (204, DownloadBroken), (206, DownloadBroken), (408, DownloadBroken), (429, DownloadBroken),
    (500, DownloadBroken), (503, DownloadBroken), (304, DownloadBroken),
])  # fmt: skip
async def test_the_status_tells_a_dead_link_from_a_sick_server(tmp_path, status, kind):
    async def give(_):
        return web.Response(status=status)

    async with served(give) as url:
        refusal = await failure(url + QUERY, tmp_path)
    assert (type(refusal), refusal.status, refusal.host) == (kind, status, "127.0.0.1")


async def test_an_announced_size_above_the_limit_is_refused_before_the_body(tmp_path):
    async with raw(head("Content-Length: 1000000"), ending=True) as url:
        assert isinstance(await failure(url, tmp_path, max_bytes=999_999), DownloadTooLarge)


@each_row("headers", [("Transfer-Encoding: chunked",), ("Connection: close",)])
async def test_an_endless_body_ends_at_the_limit(tmp_path, headers):
    piece = b"x" * 65_536
    chunk = b"10000\r\n" + piece + b"\r\n" if "chunked" in headers[0] else piece
    async with raw(head(*headers), chunk, ending=False) as url:
        assert isinstance(await failure(url, tmp_path, max_bytes=1_000_000), DownloadTooLarge)


async def test_a_body_of_exactly_the_limit_is_taken(tmp_path):
    async with served(give_film) as url:
        assert await fetch(url, tmp_path, max_bytes=len(FILM)) == len(FILM)


@each_row("pieces", [
    (head("Content-Length: 100"), b"x" * 50),
    (head("Transfer-Encoding: chunked"), b"5\r\nhello\r\n"),
    (head("Content-Length: 0"),),
    (head("Connection: close"),),
    (b"HTTP/1.1 200 OK\r\nContent-Le",),
    (b"\x16\x03\x01 this is not HTTP\r\n\r\n",),
    (b"",),
])  # fmt: skip
async def test_a_body_that_is_cut_off_or_empty_is_broken(tmp_path, pieces):
    async with raw(*pieces) as url:
        assert isinstance(await failure(url + "/" + QUERY, tmp_path), DownloadBroken)


async def test_silence_is_broken_after_the_idle_time(tmp_path):
    async with raw(head("Content-Length: 9"), b"", pause=60, ending=False) as url:
        assert isinstance(await failure(url + "/" + QUERY, tmp_path, idle_seconds=0.2), DownloadBroken)


async def test_a_drip_is_broken_by_the_minimum_rate(tmp_path):
    async with raw(head("Connection: close"), b"x", pause=0.005, ending=False) as url:
        refusal = await failure(url, tmp_path, rate_window_seconds=0.3, min_bytes_per_second=10_000)
    assert isinstance(refusal, DownloadBroken)
    assert "too slow" in str(refusal)


async def test_a_drip_before_the_body_is_broken_by_the_total_time(tmp_path):
    async with raw(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n", pause=0.02, ending=False) as url:
        assert isinstance(await failure(url, tmp_path, total_seconds=0.4, idle_seconds=5), DownloadBroken)


async def test_a_steady_stream_is_broken_by_the_total_time(tmp_path):
    async with raw(head("Connection: close"), b"x" * 1000, pause=0.01, ending=False) as url:
        assert isinstance(await failure(url, tmp_path, total_seconds=0.4), DownloadBroken)


async def test_a_refused_connection_is_broken(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/{QUERY}"
        assert isinstance(await failure(url, tmp_path), DownloadBroken)


async def test_giving_up_leaves_nothing_behind(tmp_path):
    async with raw(head("Connection: close"), b"x" * 70_000, pause=0.01, ending=False) as url:
        waiting = asyncio.create_task(fetch(url, tmp_path))
        while not list(tmp_path.glob(".*.part")):
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert list(tmp_path.iterdir()) == []


async def test_a_full_or_missing_folder_is_a_fault_of_the_disk(tmp_path):
    async with served(give_film) as url:
        with pytest.raises(FileNotFoundError):
            await fetch(url, tmp_path / "missing")


@each_row("link", [
    "http://example.com/film.mp4", "ftp://example.com/film.mp4", "file:///etc/passwd", "data:text/plain,x", "film.mp4",
    "", "https://", "https://[::1", "https://user:pw@example.com/", "http://user@127.0.0.1/", "//example.com/film.mp4",
    "http://127.0.0.1.example.com/", "http://127.1/", "http://2130706433/", "https:///film.mp4", "https:film.mp4",
    f"https://{'a' * 64}.example/", f"https://{'ü' * 60}.example/", f"https://{'a.' * 130}example/", "https://a..example/",
    "https://.example/", "https://xn--/", "https://a%00b.example/", "https://a b.example/", "https://a.example:99999/",
])  # fmt: skip
async def test_links_that_nobody_follows(tmp_path, link):
    assert isinstance(await failure(link + QUERY * bool(link), tmp_path), DownloadRefused)


@contextlib.asynccontextmanager
async def listening():
    """Yield a port on loopback and the list of connections that came."""
    came = []
    server = await asyncio.start_server(
        lambda _, writer: (came.append(writer), writer.close()), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1], came


@each_row("host", [
    "127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "[fec0::1]", "169.254.169.254", "100.64.0.1", "10.0.0.1", "224.0.0.1", "127.1", "2130706433", "0x7f.1",
])  # fmt: skip
async def test_no_connection_is_made_to_an_address_that_is_not_public(tmp_path, host):
    async with listening() as (port, came):
        refusal = await failure(f"https://{host}:{port}/film.mp4{QUERY}", tmp_path, private=())
        assert isinstance(refusal, DownloadRefused)
        assert came == []


class TwoFaced(AbstractResolver):
    """Says that every name lives at the given addresses."""

    def __init__(self, *addresses):
        self.addresses = addresses
        self.asked = 0

    async def resolve(self, host, port=0, family=socket.AF_INET):
        self.asked += 1
        kinds = [
            (address, socket.AF_INET6 if ":" in address else socket.AF_INET) for address in self.addresses
        ]
        return [
            {"hostname": host, "host": address, "port": port, "family": kind, "proto": 0, "flags": 0}
            for address, kind in kinds
        ]

    async def close(self):
        pass


@each_row("addresses", [("127.0.0.1",), ("127.0.0.1", "10.0.0.1", "::1"), ("::ffff:127.0.0.1",)])
async def test_a_name_that_leads_inside_is_refused_when_it_connects(tmp_path, addresses):
    resolver = TwoFaced(*addresses)
    async with listening() as (port, came):
        link = f"https://cdn.example.com:{port}/film.mp4{QUERY}"
        assert isinstance(await failure(link, tmp_path, resolver=resolver), DownloadRefused)
        assert (resolver.asked, came) == (1, [])


def redirecting(*places):
    """Return an answer that sends to each of `places` in turn, then gives the film, and the list of requests."""
    seen, left = [], list(places)

    async def answer(request):
        seen.append(request)
        if left:
            return web.Response(status=302, headers={"Location": left.pop(0)})
        return web.Response(body=FILM)

    return answer, seen


async def test_three_redirects_are_followed(tmp_path):
    answer, seen = redirecting("/two", "three?x=1", "/four")
    async with served(answer) as url:
        assert await fetch(f"{url}/one", tmp_path) == len(FILM)
    assert [request.path_qs for request in seen] == ["/one", "/two", "/three?x=1", "/four"]


async def test_a_fourth_redirect_is_refused(tmp_path):
    answer, seen = redirecting(*["/again"] * 9)
    async with served(answer) as url:
        assert isinstance(await failure(url + "/" + QUERY, tmp_path), DownloadRefused)
    assert len(seen) == 4


@each_row("place", [
    "https://10.0.0.1/", "https://[::1]/", "http://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://[",
    "http://u:p@127.0.0.1/", "//example.com/film.mp4", f"https://{'a' * 64}.example/", "https://a..example/",
])  # fmt: skip
async def test_every_redirect_is_checked_as_the_first_link(tmp_path, place):
    answer, seen = redirecting(place)
    async with served(answer) as url:
        assert isinstance(await failure(url + "/" + QUERY, tmp_path), DownloadRefused)
    assert len(seen) == 1


@each_row("link", ["https://storage.internal/film.mp4", "http://STORAGE.internal:9000/", "https://[::1]/"])
def test_only_the_operators_own_links_lead_to_private_hosts(link):
    rules = LinkRules(["storage.internal", "[::1]"])
    assert rules.network_of(URL(link)) is Network.PRIVATE
    assert rules.network_of(URL(link), redirected_from=Network.PRIVATE) is Network.PRIVATE
    with pytest.raises(DownloadRefused):
        rules.network_of(URL(link), redirected_from=Network.PUBLIC)


@each_row("host", ["storage.internal.example.com", "x.storage.internal", "127.0.0.1"])
def test_hosts_are_compared_whole(host):
    rules = LinkRules(["storage.internal"])
    assert rules.network_of(URL(f"https://{host}/")) is Network.PUBLIC
    with pytest.raises(DownloadRefused):
        rules.network_of(URL(f"http://{host}/"))


SIGNED = (
    "/b/a%2Fb%28c%29%7Ed/film.mp4?Expires=1&Signature=a%2Bb%2fc~d__&Key-Pair-Id=K",  # CloudFront
    "/film%20(1).mp4?X-Amz-Credential=K%2F20261130%2Fs3&X-Amz-SignedHeaders=host&X-Amz-Signature=0a",  # S3
    "/v/%E4%BD%A0.mp4?OSSAccessKeyId=K&Signature=Q%2B%3D%3d&response-content-type=video%2Fmp4",  # Aliyun OSS
    "/a+b;c=1,2/:@!$&'()*//x/~y?sig=./../=+%20%2B;&=&&x=%",
    '/{a}|"b"<c>^`\\?x=[1]{2}|^`\\"',
    "/%zz%?%",
)


@contextlib.asynccontextmanager
async def strict(*places):
    """Run a server that sends to each of `places`, then gives a film; yield its address and the lines it was asked."""
    asked, left = [], list(places)

    async def answer(reader, writer):
        asked.append((await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")[0])
        found = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\nLocation: %b\r\n\r\n"
        film = head("Content-Length: 4", "Connection: close") + b"film"
        writer.write(found % left.pop(0) if left else film)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked


@each_row("target", SIGNED)
async def test_a_signed_link_and_one_that_it_redirects_to_are_asked_for_letter_for_letter(tmp_path, target):
    async with (
        strict() as (there, asked_there),
        strict(target.encode(), (there + target + "#part").encode()) as (here, asked_here),
    ):
        await fetch(f"{here}{target}#part", tmp_path)
    line = f"GET {target} HTTP/1.1".encode()
    assert (asked_here, asked_there) == ([line, line], [line])


@each_row("place", ["/ü%2F ~", "/%C3%BC%2F%20~"])
async def test_what_cannot_be_sent_as_it_is_is_encoded_and_nothing_else(tmp_path, place):
    async with strict(place.encode()) as (url, asked):
        await fetch(f"{url}{place}", tmp_path)
    assert asked == [b"GET /%C3%BC%2F%20~ HTTP/1.1"] * 2


@each_row("host, sent", [("BÜCHER.example", "xn--bcher-kva.example"), ("a_b.example", "a_b.example")])
def test_a_host_of_another_alphabet_is_asked_for_by_its_name_in_ascii(host, sent):
    assert parse_link(f"https://{host}/%28").raw_host == sent


class Cutting:
    """Serves a film as a plain file server does, but cuts its answers off after `after` bytes while there are `cuts`."""

    def __init__(self, *, film=FILM, cuts=1, after=120_000, **headers):
        self.film, self.cuts, self.after = film, cuts, after
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.ranges, self.sent = [], 0

    async def __call__(self, request):
        asked, start = request.headers.get("Range"), 0
        self.ranges.append(asked)
        wanted = request.headers.get("If-Range")
        if asked and wanted in (self.headers.get("ETag"), self.headers.get("Last-Modified")):
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
        response = web.StreamResponse(status=206 if start else 200, headers=self.headers)
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.film) - 1}/{len(self.film)}"
        response.content_length = len(self.film) - start
        await response.prepare(request)
        body = self.film[start:]
        if self.cuts:
            self.cuts, body = self.cuts - 1, body[: self.after]
        await response.write(body)
        self.sent += len(body)
        if len(body) < len(self.film) - start:
            request.transport.close()
        return response


ETAG = '"0a1b"'
DATE = "Mon, 30 Nov 2026 12:00:00 GMT"


@each_row("named", [{"ETag": ETAG}, {"Last_Modified": DATE}, {"ETag": 'W/"1"', "Last_Modified": DATE}])
async def test_a_download_that_breaks_off_goes_on_where_it_was_also_in_another_process(tmp_path, named):
    server = Cutting(cuts=2, **named)
    async with served(server) as url:
        for _ in range(2):
            with pytest.raises(DownloadBroken):
                await fetch(url, tmp_path)
        assert await fetch(url, tmp_path) == len(FILM)
    assert (tmp_path / "film.mp4").read_bytes() == FILM
    assert server.ranges == [None, "bytes=120000-", "bytes=240000-"]
    assert server.sent == len(FILM)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


async def test_a_download_that_is_given_up_by_a_stop_goes_on_where_it_was(tmp_path):
    async with raw(
        head("Connection: close", f"ETag: {ETAG}"), FILM[:70_000], b"", pause=60, ending=False
    ) as url:
        waiting = asyncio.create_task(fetch(url, tmp_path))
        while not list(tmp_path.glob(".*.part")):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    server = Cutting(cuts=0, ETag=ETAG)
    async with served(server) as url:
        assert await fetch(url, tmp_path) == len(FILM)
    assert server.ranges == ["bytes=70000-"]
    assert (tmp_path / "film.mp4").read_bytes() == FILM


async def test_a_file_that_changed_meanwhile_is_fetched_from_its_beginning(tmp_path):
    other = os.urandom(200_000)
    async with served(Cutting(ETag=ETAG)) as url:
        with pytest.raises(DownloadBroken):
            await fetch(url, tmp_path)
    async with served(Cutting(film=other, cuts=0, ETag='"2c3d"')) as url:
        assert await fetch(url, tmp_path) == len(other)
    assert (tmp_path / "film.mp4").read_bytes() == other


MISFITS = {
    "416": (416, {"Content-Range": f"bytes */{len(FILM)}"}),
    "412": (412, {}),
    "400": (400, {}),
    "another part": (206, {"Content-Range": f"bytes 0-{len(FILM) - 1}/{len(FILM)}"}),
    "not all of the rest": (206, {"Content-Range": f"bytes 120000-130000/{len(FILM)}"}),
    "the rest of another file": (206, {"Content-Range": f"bytes 120000-{len(FILM) - 1}/{len(FILM)}", "ETag": '"2c3d"'}),
    "no word of which part": (206, {}),
    "several parts": (206, {"Content-Type": "multipart/byteranges; boundary=x"}),
    "a packed part": (
        206, {"Content-Range": f"bytes 120000-{len(FILM) - 1}/{len(FILM)}", "Content-Encoding": "gzip"},
    ),
}  # fmt: skip


@each_row("what", MISFITS)
async def test_an_answer_that_does_not_fit_leads_to_the_whole_file_at_once(tmp_path, what):
    status, headers = MISFITS[what]
    async with served(Cutting(ETag=ETAG)) as url:
        with pytest.raises(DownloadBroken):
            await fetch(url, tmp_path)

    async def answer(request):
        if "Range" in request.headers:
            return web.Response(status=status, headers=headers, body=b"junk")
        return web.Response(body=FILM)

    async with served(answer) as url:
        assert await fetch(url, tmp_path) == len(FILM)
    assert (tmp_path / "film.mp4").read_bytes() == FILM


async def test_a_sick_server_costs_nothing_of_what_came(tmp_path):
    async def sick(_):
        return web.Response(status=503)

    server = Cutting(ETag=ETAG)
    async with served(server) as url:
        with pytest.raises(DownloadBroken):
            await fetch(url, tmp_path)
        async with served(sick) as other:
            with pytest.raises(DownloadBroken):
                await fetch(other, tmp_path)
        await fetch(url, tmp_path)
    assert server.ranges == [None, "bytes=120000-"]


async def test_the_limit_holds_for_all_tries_together(tmp_path):
    server = Cutting(ETag=ETAG)
    async with served(server) as url:
        with pytest.raises(DownloadBroken):
            await fetch(url, tmp_path)
        assert isinstance(await failure(url, tmp_path, max_bytes=250_000), DownloadTooLarge)


async def test_slow_downloads_give_their_places_up_to_others_and_keep_what_came(tmp_path):
    async def drip(request):
        response = web.StreamResponse(headers={"ETag": ETAG})
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b"x" * 1000)
                await asyncio.sleep(0.02)
        return response

    limits = DownloadLimits(slow_after_seconds=0.2, slow_at_once=2, total_seconds=1.5)
    async with served(drip) as url, Downloader(HOME, limits=limits) as downloader:
        began = asyncio.get_running_loop().time()
        ended = {}

        async def one(number):
            try:
                await downloader.fetch(url, tmp_path / f"{number}.mp4")
            except DownloadBroken as fault:
                ended[number] = (type(fault), asyncio.get_running_loop().time() - began)

        await asyncio.gather(*map(one, range(6)))
    slow = [seconds for kind, seconds in ended.values() if kind is DownloadSlow]
    others = [seconds for kind, seconds in ended.values() if kind is DownloadBroken]
    assert (len(slow), len(others)) == (4, 2)
    assert max(slow) < 1.2 < min(others)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f".{n}.mp4.kept.part" for n in range(6)]


async def test_a_redirect_without_a_place_is_refused(tmp_path):
    async with raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n") as url:
        assert isinstance(await failure(url, tmp_path), DownloadRefused)


async def test_headers_go_to_the_first_origin_only(tmp_path):
    there, seen_there = redirecting()
    async with served(there) as other:
        here, seen_here = redirecting("/next", f"{other}/film.mp4")
        async with served(here) as url:
            await fetch(url, tmp_path, headers={"Authorization": "Bearer canary"})
    assert [request.headers.get("Authorization") for request in seen_here] == ["Bearer canary"] * 2
    assert [request.headers.get("Authorization") for request in seen_there] == [None]


async def test_cookies_are_neither_kept_nor_sent(tmp_path):
    cookies = []

    async def give(request):
        cookies.append(request.headers.get("Cookie"))
        return web.Response(body=FILM, headers={"Set-Cookie": "a=b"})

    async with served(give) as url, Downloader(HOME) as downloader:
        for _ in range(2):
            await downloader.fetch(url, tmp_path / "film.mp4")
    assert cookies == [None, None]


async def test_no_link_is_ever_logged(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    async with served(give_film) as url:
        await fetch(f"{url}/{QUERY}", tmp_path)
        (tmp_path / "film.mp4").unlink()
        await failure(f"{url}/{QUERY}", tmp_path, max_bytes=10)
    assert "canary" not in caplog.text


MEASURE = """
import asyncio, pathlib, sys
from media.transfer.download import *
from tests.media.memory import peak_mib

async def main():
    limits = DownloadLimits(max_bytes=150_000_000)
    async with Downloader(["127.0.0.1"], limits=limits) as downloader:
        before = peak_mib()
        try:
            await downloader.fetch(sys.argv[1], pathlib.Path(sys.argv[2]))
        except DownloadTooLarge:
            print(peak_mib() - before)

asyncio.run(main())
"""


@needs_proc
async def test_an_endless_body_costs_little_memory(tmp_path):
    async with raw(head("Connection: close"), b"x" * 1_000_000, ending=False) as url:
        run = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MEASURE, url, str(tmp_path / "film.mp4")), stdout=asyncio.subprocess.PIPE
        )
        grown_mib, _ = await run.communicate()
    assert int(grown_mib) < 50
    assert list(tmp_path.iterdir()) == []
