"""Real clips out of real renderer processes, watched through the API."""

import asyncio
import io
import multiprocessing

import av
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat

from sandbox.contract import read_order
from sandbox.studio import Studio, padded


async def watched(provider, task_id):
    """Look at a task until it ends and return what was seen, one entry per change."""
    seen = []
    while True:
        task = await provider.task(task_id)
        if not seen or (seen[-1]["status"], seen[-1]["progress"]) != (task["status"], task["progress"]):
            seen.append(task)
        if task["status"] in ("completed", "failed"):
            return seen
        await asyncio.sleep(0.05)


def scene(width, height):
    """A picture with something in every corner, so that a wrong crop is seen."""
    picture = Image.new("RGB", (width, height), (200, 170, 120))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, width // 3, height // 2), (30, 60, 160))
    pen.ellipse((width // 2, height // 4, width * 3 // 4, height * 3 // 4), (190, 40, 40))
    pen.rectangle((width * 5 // 6, height * 2 // 3, width, height), (20, 120, 50))
    return picture


def png(picture):
    target = io.BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def frames(data):
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def difference(one, other):
    """Return the mean difference of two pictures, 0..255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


@pytest.mark.proof
@pytest.mark.timeout(120)
async def test_a_picture_becomes_a_full_size_clip_that_starts_with_it(open_provider, as_data_uri):
    picture = scene(1280, 800)
    async with open_provider(render_seconds=1.0) as provider:
        task_id = await provider.accepted(
            prompt="[推进] The red ball grows", first_frame_image=as_data_uri(png(picture))
        )
        seen = await watched(provider, task_id)
        assert seen[0]["status"] == "pending"
        assert seen[-1]["status"] == "completed"
        running = [task["progress"] for task in seen if task["status"] == "processing"]
        assert len(running) > 5
        assert running == sorted(running)
        assert seen[-1]["actual_time"] >= 1
        reply = await provider.get(await provider.video_url(task_id))
    assert reply.body.index(b"moov") < reply.body.index(b"mdat")
    with av.open(io.BytesIO(reply.body)) as container:
        [stream] = container.streams
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (1228, 768)
        assert abs(container.duration / 1_000_000 - 6) <= 0.1
        first = next(container.decode(video=0)).to_image()
    assert difference(first, picture.resize(first.size)) < 3


async def test_the_moves_of_the_prompt_are_really_made(open_provider, as_data_uri):
    source = as_data_uri(png(scene(800, 600)))
    async with open_provider(scale=8) as provider:
        ids = [
            await provider.accepted(prompt=prompt, first_frame_image=source)
            for prompt in ("[固定] x", "[推进] x", "[左移,上升] x")
        ]
        clips = []
        for task_id in ids:
            await watched(provider, task_id)
            clips.append(frames((await provider.get(await provider.video_url(task_id))).body))
    still, pushed, slid = clips
    assert {len(clip) for clip in clips} == {144}
    assert still[0].size == (128, 96)
    top = (0, 0, 128, 70)  # above the caption
    assert difference(still[0].crop(top), still[-1].crop(top)) < 3
    assert difference(pushed[0].crop(top), pushed[-1].crop(top)) > 8
    assert difference(pushed[-1].crop(top), slid[-1].crop(top)) > 8


@pytest.mark.proof
async def test_a_third_clip_waits_for_a_free_process(open_provider):
    async with open_provider(scale=2) as provider:
        ids = [await provider.accepted(prompt=f"clip {n}") for n in range(3)]
        await provider.task_when(ids[0], lambda task: task["status"] != "pending")
        assert [(await provider.task(task_id))["status"] for task_id in ids[1:]] == ["processing", "pending"]
        assert (await watched(provider, ids[2]))[-1]["status"] == "completed"


async def test_a_killed_renderer_fails_its_task_and_the_next_one_is_made(open_provider):
    async with open_provider(scale=2) as provider:
        task_id = await provider.accepted(duration=10)
        await provider.task_when(task_id, lambda task: task["progress"] > 0)
        for process in multiprocessing.active_children():
            process.kill()
        last = (await watched(provider, task_id))[-1]
        assert (last["status"], last["error"]["message"]) == ("failed", "upstream render error")
        assert (await provider.get("/v1/balance")).data["used_balance"] == 0
        assert (await watched(provider, await provider.accepted()))[-1]["status"] == "completed"


async def test_closing_gives_up_what_is_being_rendered(tmp_path, clock, wait_until):
    studio = Studio(tmp_path, clock=clock)
    order = read_order({"model": "MiniMax-Hailuo-2.3", "prompt": "x", "duration": 10})
    renderings = [studio.begin(order, (), f"clip-{number}") for number in range(3)]
    await wait_until(lambda: renderings[0].percent() > 0)
    assert not renderings[2].started
    await studio.close()
    assert multiprocessing.active_children() == []
    assert list(tmp_path.iterdir()) == []


def test_a_clip_cannot_be_padded_to_less_than_it_is():
    assert len(padded(b"x" * 100, 108)) == 108
    assert padded(b"x" * 100, 100) == b"x" * 100
    for size in (99, 107):
        with pytest.raises(ValueError, match="cannot be padded"):
            padded(b"x" * 100, size)
