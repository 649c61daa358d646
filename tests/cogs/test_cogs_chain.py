"""*Continue* three times, then *Join*: each clip begins where the one before it ends, and the whole is one film."""

import asyncio
import io

import av
import pytest
from PIL import Image, ImageChops, ImageStat

from media.video.frames import first_frame, last_frame
from tests.support.house import facts_of

CLIPS = 4
FRAMES_OF_A_CLIP = 144
MOST_DIFFERENCE = 6.0  # of 255, as the mean over all pixels and colours


def difference(one, other):
    """Return by how much two pictures of the same size differ, as the mean of all pixels."""
    pictures = [Image.open(io.BytesIO(data)).convert("RGB") for data in (one, other)]
    means = ImageStat.Stat(ImageChops.difference(*pictures)).mean
    return sum(means) / len(means)


def frames_of(data):
    """Count the pictures of a film."""
    with av.open(io.BytesIO(data)) as film:
        return sum(1 for _ in film.decode(video=0))


async def chain_of(house):
    """Order a clip and continue the newest one until there are enough; return their messages."""
    await house.video(camera="Push in")
    clips = await house.delivered()
    while len(clips) < CLIPS:
        form = await house.ann.click(clips[-1], label="Continue")
        await house.ann.submit_modal(form, {"prompt": f"part {len(clips) + 1}"})
        await house.until_job(f"relation = 'continue' AND state = 'delivered' AND id = {len(clips) + 1}")
        clips = await house.delivered(count=len(clips) + 1)
    return clips


@pytest.mark.proof
@pytest.mark.timeout(300)
async def test_a_chain_of_four_clips_has_no_seams_and_joins_into_one_film_at_no_cost(build_house):
    house = await build_house(instant=False, scale=2)
    clips = await chain_of(house)
    assert house.posts == CLIPS
    films = [house.settings.data_dir / "videos" / row["video_file"] for row in house.rows()]
    ends = [await asyncio.to_thread(last_frame, film) for film in films]
    begins = [await asyncio.to_thread(first_frame, film) for film in films]
    seams = [difference(end, begin) for end, begin in zip(ends[:-1], begins[1:], strict=True)]
    assert max(seams) < MOST_DIFFERENCE
    assert difference(begins[0], ends[0]) > MOST_DIFFERENCE, "the clip moves, or seams would say nothing"

    await house.restart()
    pressed = await house.ben.click(clips[-1], label="Join")
    assert "It's free" in pressed.response.content or "Delivered" in pressed.response.content
    assert pressed.ephemeral
    *_, whole = await house.delivered(count=CLIPS + 1)
    frames = frames_of(await whole.attachments[0].read())
    assert frames == CLIPS * FRAMES_OF_A_CLIP - (CLIPS - 1)
    facts = await facts_of(whole)
    assert facts.duration_seconds == pytest.approx(frames / 24, abs=0.05)
    assert f"{6 * CLIPS} s · 768p" in whole.content
    assert house.posts == CLIPS
    assert [label.label for label in whole.components[0].children] == ["Continue", "Delete"]
    row = house.rows()[-1]
    assert (row["relation"], row["user_id"], row["charged"]) == ("join", house.ben.id, 0)
