"""Pictures that want to be more than pictures, through the whole bot: what it costs, and what reaches the provider."""

import base64
import io

import pytest
from PIL import Image

from tests.guarantees.memory import flat_memory, needs_proc
from tests.loopback_discord import ANN, VIDEOS
from tests.media.picture_samples import BLUE, RED, exif, file_of, picture, png_bomb
from tests.support.processes import environment, running_bot

pytestmark = [pytest.mark.proof, pytest.mark.process, needs_proc]

TAIL = b"PK\x03\x04canary-tail.html<script>alert('canary-tail')</script>"
SIGHT = (100, 240)


def gps():
    tags = exif()
    place = tags.get_ifd(0x8825)
    place[1], place[2] = "N", (52.0, 31.0, 12.0)
    place[3], place[4] = "E", (13.0, 24.0, 18.0)
    return tags


def animated(kind):
    """Return an animation whose first picture is red and blue, and whose others are green."""
    green = [Image.new("RGB", (640, 480), "lime")] * 2
    return file_of(picture(), kind, save_all=True, append_images=green, duration=100)


ACCEPTED = {
    "PNG with a ZIP behind it": file_of(picture(), "PNG") + TAIL,
    "APNG": animated("PNG"),
    "animated WebP": animated("WEBP"),
    "JPEG with GPS": file_of(picture(), "JPEG", exif=gps().tobytes(), quality=95),
    "PNG with GPS": file_of(picture(), "PNG", exif=gps().tobytes()),
    "WebP with GPS": file_of(picture(), "WEBP", exif=gps().tobytes(), quality=95),
}
REFUSED = {
    "EPS": (file_of(picture(), "EPS"), "it's an EPS file"),
    "HTML": (b"<!doctype html><script>1</script>" * 20, "the file isn't a picture"),
    "film": (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" * 20, "it's an MP4 file"),
}


async def answer_to(discord, data):
    """Order a video of a file that calls itself a PNG; return what its sender reads."""
    handle = await discord.slash(
        "video", user=ANN, channel=VIDEOS, options={"prompt": "kite"}, attachments={"image": ("a.png", data)}
    )
    return await handle.original(30)


async def test_a_bomb_of_a_hundred_megapixels_is_refused_privately_and_costs_no_memory(
    discord, parrot, data_dir, jobs, record_property
):
    bomb = png_bomb(10_000)
    async with running_bot(discord, environment(discord, parrot, data_dir)) as bot:
        with flat_memory(bot.pid, record_property, f"five bombs of {len(bomb):,} bytes"):
            replies = [await answer_to(discord, bomb) for _ in range(5)]
    assert 12_000 < len(bomb) < 13_000
    assert {reply.content for reply in replies} == {
        "**I can't use this picture as the first frame**: 10000 × 10000 is too large for me: I can open up to "
        "82 megapixels of this kind. Save it smaller, or as a JPEG.\n"
        "Here's what you wrote:\n```\nkite\n```"
    }
    assert all(reply.ephemeral for reply in replies)
    assert discord.ledger.visible(VIDEOS) == []
    assert (jobs(), parrot.orders) == ([], [])


def sent_picture(parrot):
    head, _, data = parrot.orders[-1]["first_frame_image"].partition(",")
    assert head == "data:image/jpeg;base64"
    return base64.b64decode(data)


async def test_what_reaches_the_provider_is_one_bare_picture_whatever_was_attached(
    discord, parrot, data_dir, jobs
):
    assert all(b"Canary Cameras" in data for name, data in ACCEPTED.items() if "GPS" in name)
    settings = environment(discord, parrot, data_dir, MEMBER_ACTIVE=20, MEMBER_PER_DAY=20)
    async with running_bot(discord, settings):
        for count, (name, data) in enumerate(ACCEPTED.items(), 1):
            reply = await answer_to(discord, data)
            assert "can't use" not in reply.content, name
            await discord.ledger.wakeup.until(lambda n=count: len(parrot.orders) == n, 20, what=name)
            sent = sent_picture(parrot)
            with Image.open(io.BytesIO(sent)) as shown:
                assert (shown.format, shown.size, getattr(shown, "n_frames", 1)) == ("JPEG", (640, 480), 1)
                assert not shown.getexif(), name
                assert near(shown.convert("RGB").getpixel(SIGHT), RED), name
                assert near(shown.convert("RGB").getpixel((500, 240)), BLUE), name
            assert not [word for word in (b"canary", b"Canary", b"Exif", b"PK\x03\x04") if word in sent], name
        for name, (data, words) in REFUSED.items():
            reply = await answer_to(discord, data)
            assert words in reply.content, name
            assert reply.ephemeral
    assert len(jobs()) == len(parrot.orders) == len(ACCEPTED)


def near(colour, other):
    return all(abs(one - two) < 20 for one, two in zip(colour, other, strict=True))
