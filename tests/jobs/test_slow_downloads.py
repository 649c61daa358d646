"""Slow downloads: they hold up nobody, lose nothing of what came, and end."""

import asyncio
import contextlib

from aiohttp import web

from db.jobs.job import JobState
from jobs.pipeline import DELIVERIES_AT_ONCE
from media.transfer.download import Downloader, DownloadLimits
from media.video.probe import probe
from tests.support.stage import open_stage

ETAG = '"film"'
SLOW = 2 * DELIVERIES_AT_ONCE
LIMITS = DownloadLimits(slow_after_seconds=0.5, slow_at_once=DELIVERIES_AT_ONCE // 2)


class SlowServer:
    """Serves one film to everybody, in drops until it is told to hurry; counts what it sent by path."""

    def __init__(self, film):
        self.film = film
        self.hurry = asyncio.Event()
        self.sent = {}

    async def __call__(self, request):
        start = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").removesuffix("-"))
        response = web.StreamResponse(status=206 if start else 200, headers={"ETag": ETAG})
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.film) - 1}/{len(self.film)}"
        response.content_length = len(self.film) - start
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            drop = len(self.film) // 40
            for at in range(start, len(self.film), drop):
                piece = self.film[at : at + drop]
                await response.write(piece)
                self.sent[request.path] = self.sent.get(request.path, 0) + len(piece)
                if not self.hurry.is_set():
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self.hurry.wait(), 0.1)
        return response


@contextlib.asynccontextmanager
async def serving(server):
    runner = web.ServerRunner(web.Server(server, access_log=None), shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def point_at(stage, receipt, link):
    async def body(transaction):
        sql = "UPDATE jobs SET result_url = :link WHERE id = :id RETURNING id"
        await transaction.one(sql, link=link, id=receipt.job.id)

    await stage.store.job_queries._engine.write(body)


async def test_slow_downloads_hold_up_no_other_delivery_and_go_on_where_they_were(tmp_path, sandbox, clock):
    async with contextlib.AsyncExitStack() as stack:
        downloader = await stack.enter_async_context(Downloader({"127.0.0.1"}, limits=LIMITS))
        stage = await stack.enter_async_context(open_stage(tmp_path, sandbox, clock, downloader=downloader))
        film = stage.files.video((await stage.delivered()).video_file).read_bytes()
        server = SlowServer(film)
        url = await stack.enter_async_context(serving(server))
        slow = [await stage.rendered() for _ in range(SLOW)]
        for number, receipt in enumerate(slow):
            await point_at(stage, receipt, f"{url}/{number}.mp4")
        clock.advance(1)
        ready = await stage.rendered()

        async with stage.pipeline.worker(), asyncio.timeout(50):
            while (await stage.job(ready)).state is not JobState.DELIVERED:
                await asyncio.sleep(0.02)
            states = [(await stage.job(receipt)).state for receipt in slow]
            assert set(states) == {JobState.DELIVERING}
            server.hurry.set()
            while not all([(await stage.job(each)).state is JobState.DELIVERED for each in slow]):
                clock.advance(1)  # less than a lease takes to pass while a process measures what came
                stage.pipeline.wakeup.notify()
                await asyncio.sleep(0.05)
        for receipt in slow:
            path = stage.files.video((await stage.job(receipt)).video_file)
            assert (await asyncio.to_thread(probe, path)).codec == "h264"
        assert sum(server.sent.values()) < (SLOW + 0.8) * len(film)
        assert [*(tmp_path / "videos").glob(".*")] == []
