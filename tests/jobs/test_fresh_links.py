"""A link that brings no video, whatever is wrong with it, is replaced by a fresh one; how often is bounded."""

import asyncio
import contextlib

import pytest

from db.jobs.job import JobState
from sandbox.faults import Fault

PAGE = b"<html>Sign in</html>"
PRIVATE = "http://10.0.0.1/film.mp4"


def answer(status, body=b"", *headers, length=None):
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers)
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


FALSE = {
    "a page that says it is a film": answer("200 OK", PAGE, "Content-Type: video/mp4"),
    "an empty file": answer("200 OK"),
    "a film without its end": answer("200 OK", b"film", length=100),
    "a cut answer": b"HTTP/1.1 200",
    "a server's fault": answer("500 Internal Server Error", PAGE),
    "a proxy's fault": answer("502 Bad Gateway", PAGE),
    "a server that is busy": answer("503 Service Unavailable"),
    "a server that has had enough": answer("429 Too Many Requests"),
    "an expired signature": answer("403 Forbidden"),
    "nothing there": answer("404 Not Found"),
    "no answer of a web server": b"220 ftp.example\r\n\r\n",
    "a file that is packed badly": answer("200 OK", b"not gzip", "Content-Encoding: gzip"),
    "a file that is too large": answer("200 OK", length=10**9),
    "a redirect inside": answer("302 Found", b"", f"Location: {PRIVATE}"),
    "redirects without end": answer("302 Found", b"", "Location: /again"),
}


@contextlib.asynccontextmanager
async def always(what):
    """Give `what` to everybody who asks; yield the address and the list of those who did."""
    came = []

    async def give(reader, writer):
        came.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(what)
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(give, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/film.mp4?receipt=0", came


async def rendered(stage, link):
    """Order a video of which the provider tells `link` first."""
    receipt = await stage.rendered()

    async def body(transaction):
        await transaction.one("UPDATE jobs SET result_url = :link RETURNING id", link=link)

    await stage.store.job_queries._engine.write(body)
    return receipt


@pytest.mark.parametrize("what", FALSE)
async def test_a_fresh_link_is_asked_for_whatever_is_wrong_with_the_file(stage, what):
    async with always(FALSE[what]) as (link, came):
        receipt = await rendered(stage, link)
        await stage.pipeline.deliverer.step()
    job = await stage.job(receipt)
    assert (job.state, job.troubles) == (JobState.DELIVERED, 0)
    assert stage.sandbox.ledger.task_gets[job.provider_task_id] == 2
    assert (
        len(came) <= 4
    )  # a cut answer is asked for once more by the library, redirects are followed three times


@pytest.mark.parametrize("link", [
    "http://127.0.0.1:9/film.mp4", "https://gone.invalid/film.mp4", f"https://{'a' * 64}.example/film.mp4", "http://gone.invalid/", "", PRIVATE,
    "https://u:p@cdn.example/film.mp4", "ftp://cdn.example/film.mp4",
])  # fmt: skip
async def test_a_fresh_link_is_asked_for_where_the_old_one_leads_nowhere(stage, link):
    receipt = await rendered(stage, link)
    await stage.pipeline.deliverer.step()
    assert (await stage.job(receipt)).state is JobState.DELIVERED


async def test_a_link_that_stays_the_same_is_asked_for_once_per_try_and_so_is_the_provider(stage):
    receipt = await stage.rendered()
    key = (await stage.job(receipt)).provider_task_id
    stage.sandbox.faults.add(Fault.parse("html_file*always"))
    await stage.pipeline.deliverer.step()

    job = await stage.job(receipt)
    assert (job.state, job.troubles) == (JobState.DELIVERING, 1)
    ledger = stage.sandbox.ledger
    assert (ledger.task_gets[key], ledger.file_gets[key]) == (2, 1)
    assert job.next_at > stage.clock()
