"""What can be wrong with a finished file."""

import time
import zlib

import aiohttp
import pytest

from sandbox.faults import Fault, FaultName, Where


async def test_an_address_expires_on_demand_and_the_next_look_has_a_fresh_one(provider):
    task_id, url = await provider.finished()
    provider.arm(Fault(FaultName.EXPIRED))
    assert [(await provider.get(url)).status for _ in range(2)] == [403, 403]
    fresh = await provider.video_url(task_id)
    assert fresh != url
    assert (await provider.get(fresh)).status == 200


async def test_a_file_is_truncated_without_a_sign(provider):
    _, url = await provider.finished()
    whole = (await provider.get(url)).body
    provider.arm(Fault(FaultName.TRUNCATED), Fault(FaultName.TRUNCATED, "99"))
    assert (await provider.get(url)).body == whole[: len(whole) // 2]
    assert (await provider.get(url)).body == whole[: len(whole) * 99 // 100]
    assert (await provider.get(url)).body == whole


async def test_a_file_is_cut_short_of_its_length(provider):
    _, url = await provider.finished()
    provider.arm(Fault(FaultName.CUT_MID_RESPONSE, where=Where.FILE))
    with pytest.raises(aiohttp.ClientPayloadError):
        await provider.get(url)


async def test_a_file_has_no_moov_or_is_a_page(provider):
    _, url = await provider.finished()
    whole = (await provider.get(url)).body
    provider.arm(
        Fault(FaultName.WITHOUT_MOOV), Fault(FaultName.HTML_FILE), Fault(FaultName.HTML_FILE, "video/mp4")
    )
    broken = await provider.get(url)
    assert (len(broken.body), b"moov" in whole, b"moov" in broken.body) == (len(whole), True, False)
    for content_type in ("text/html", "video/mp4"):
        page = await provider.get(url)
        assert (page.status, page.body[:15]) == (200, b"<!doctype html>")
        assert page.headers["Content-Type"].startswith(content_type)


async def test_a_file_drips(provider):
    _, url = await provider.finished()
    provider.arm(Fault(FaultName.DRIP, "20"))
    started = time.monotonic()
    async with provider.session.get(url) as response:
        assert (response.status, response.content_length > 1000) == (200, True)
        await response.content.readexactly(6)
        assert time.monotonic() - started >= 5 / 20


async def test_a_file_never_ends(provider):
    _, url = await provider.finished()
    provider.arm(Fault(FaultName.ENDLESS))
    async with provider.session.get(url) as response:
        assert response.content_length is None
        assert len(await response.content.readexactly(3_000_000)) == 3_000_000


async def test_a_file_unpacks_to_far_more_than_it_is(provider):
    _, url = await provider.finished()
    provider.arm(Fault(FaultName.GZIP_BOMB, "8"))
    async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(url) as response:
        body = await response.read()
        assert response.headers["Content-Encoding"] == "gzip"
    assert len(body) < 20_000
    assert zlib.decompress(body, wbits=31) == bytes(8 * 1024 * 1024)


async def test_a_file_is_somewhere_else(provider):
    _, url = await provider.finished()
    provider.arm(Fault(FaultName.REDIRECT), Fault(FaultName.REDIRECT, "http://127.0.0.1:1/elsewhere"))
    first, second = await provider.get(url), await provider.get(url)
    assert (first.status, second.status) == (302, 302)
    assert second.headers["Location"] == "http://127.0.0.1:1/elsewhere"
    followed = await provider.get(first.headers["Location"])
    assert (followed.status, followed.body[4:8]) == (200, b"ftyp")
