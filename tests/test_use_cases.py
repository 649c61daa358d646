"""The five use cases of the provider's page, through the real client, against the sandbox; real films come back."""

import asyncio
import io

import pytest
from PIL import Image, ImageChops, ImageStat

from hailuo.camera import CameraMove
from hailuo.client import HailuoClient, first_frame_data_uri
from hailuo.provider import TaskStatus
from hailuo.request import Duration, Enhance, Model, Resolution, VideoOptions, VideoRequest, compose_prompt
from hailuo.transport import open_session
from media.transfer.download import Downloader
from media.video.frames import first_frame
from media.video.probe import probe
from sandbox.server import open_sandbox
from tests.support.caps import GATEWAY
from tests.support.films import jpeg_of
from tests.support.rows import each_row


class Provider:
    """The client and the sandbox behind it."""

    def __init__(self, client, sandbox, downloader, folder):
        self.client, self.sandbox = client, sandbox
        self._downloader, self._folder = downloader, folder

    async def make(self, request, first_frame_image=None):
        """Submit, poll and download; return the film and the body that was accepted."""
        task_id = await self.client.submit(
            request,
            submit_key=f"key-{request.prompt[:40].encode().hex()}",
            first_frame=first_frame_image,
        )
        task = await self._finished(task_id)
        film = self._folder / f"{task_id}.mp4"
        await self._downloader.fetch(task.video_url, film)
        return film, self.sandbox.ledger.accepted[-1].body

    async def _finished(self, task_id):
        async with asyncio.timeout(50):
            while True:
                task = await self.client.get_task(task_id)
                if task.status is not TaskStatus.RUNNING:
                    return task
                await asyncio.sleep(0.05)


@pytest.fixture
async def provider(tmp_path):
    """Return a provider that renders films at an eighth of their size."""
    async with (
        open_sandbox(scale=8) as sandbox,
        open_session() as session,
        Downloader(private_hosts={"127.0.0.1"}) as downloader,
    ):
        client = HailuoClient(session, api_url=sandbox.url, api_key=sandbox.api_key, table=GATEWAY)
        yield Provider(client, sandbox, downloader, tmp_path)


async def test_text_to_video(provider):
    film, body = await provider.make(VideoRequest(prompt="A cute kitten running on the grass"))
    facts = probe(film)
    assert (facts.codec, facts.pixel_format, facts.duration_seconds) == (
        "h264",
        "yuv420p",
        pytest.approx(6, abs=0.1),
    )
    assert (body["model"], body["duration"], body["resolution"]) == ("MiniMax-Hailuo-2.3", 6, "768p")


async def test_ten_seconds(provider):
    film, body = await provider.make(
        VideoRequest(prompt="a long road", options=VideoOptions(duration=Duration.LONG))
    )
    assert probe(film).duration_seconds == pytest.approx(10, abs=0.1)
    assert body["duration"] == 10


async def test_1080p(provider):
    film, body = await provider.make(
        VideoRequest(prompt="a city", options=VideoOptions(resolution=Resolution.P1080))
    )
    facts = probe(film)
    assert (facts.width, facts.height) == (240, 136)  # an eighth of 1920x1080, rounded to even
    assert body["resolution"] == "1080p"


def strangeness(film, picture):
    """Return by how much the first picture of a film differs from another picture, 0 to 255."""
    first = Image.open(io.BytesIO(first_frame(film)))
    alike = picture.resize(first.size, Image.Resampling.LANCZOS)
    return sum(ImageStat.Stat(ImageChops.difference(first, alike)).mean) / 3


async def test_first_frame_as_data_uri(provider, tmp_path):
    picture = tmp_path / "frame.jpg"
    picture.write_bytes(jpeg_of(900, 600))
    request = VideoRequest(prompt="it begins to move", has_first_frame=True)
    film, _ = await provider.make(request, first_frame_data_uri(picture))

    facts = probe(film)
    assert facts.width / facts.height == pytest.approx(1.5, abs=0.03)
    assert strangeness(film, Image.open(picture)) < 6


async def test_first_frame_as_url(provider, tmp_path):
    picture = tmp_path / "frame.jpg"
    picture.write_bytes(jpeg_of(600, 900))
    url = await provider.client.upload_image(picture)
    request = VideoRequest(prompt="it begins to move", has_first_frame=True)
    film, body = await provider.make(request, url)

    assert body["first_frame_image"] == url
    assert strangeness(film, Image.open(io.BytesIO(jpeg_of(600, 900)))) < 6


async def test_fast_pretreatment(provider):
    request = VideoRequest(prompt="quickly now", options=VideoOptions(enhance=Enhance.QUICK))
    _, body = await provider.make(request)
    assert (body["prompt_optimizer"], body["fast_pretreatment"]) == (True, True)


async def test_the_fast_model_with_a_picture(provider, tmp_path):
    picture = tmp_path / "frame.jpg"
    picture.write_bytes(jpeg_of(640, 480))
    request = VideoRequest(prompt="go", options=VideoOptions(model=Model.HAILUO_FAST), has_first_frame=True)
    _, body = await provider.make(request, first_frame_data_uri(picture))
    assert body["model"] == "MiniMax-Hailuo-2.3-Fast"


@each_row("move", CameraMove)
async def test_each_camera_move(provider, move):
    film, body = await provider.make(VideoRequest(prompt=compose_prompt("a lighthouse", (move,))))
    assert body["prompt"] == f"[{move.token}]a lighthouse"
    assert probe(film).duration_seconds == pytest.approx(6, abs=0.1)


async def test_three_moves_act_together(provider):
    moves = (CameraMove.PAN_LEFT, CameraMove.PEDESTAL_UP, CameraMove.ZOOM_IN)
    _, body = await provider.make(VideoRequest(prompt=compose_prompt("a lighthouse", moves)))
    assert body["prompt"] == "[左摇,上升,变焦推近]a lighthouse"
