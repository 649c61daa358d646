"""Pictures as people have them, through the whole bot: what reaches the provider shows what a browser shows."""

import base64
import io

import pytest
from PIL import Image

from tests.guarantees.memory import needs_proc
from tests.loopback_discord import ANN, VIDEOS
from tests.media.colour_samples import COLOUR, MEANT, SIGHT, SOURCES, flat
from tests.media.picture_samples import file_of
from tests.support.processes import UNLIMITED, environment, running_bot

pytestmark = [pytest.mark.proof, pytest.mark.process, needs_proc, pytest.mark.timeout(180)]

OTHER_FILES = {
    "GIF": file_of(flat(), "GIF"),
    "BMP": file_of(flat(), "BMP"),
    "TIFF": file_of(flat(), "TIFF", compression="tiff_lzw"),
    "progressive JPEG": file_of(flat(), "JPEG", quality=95, progressive=True),
    "JPEG without its end": file_of(flat(), "JPEG", quality=95)[:-2],
    "lossless WebP": file_of(flat(), "WEBP", lossless=True),
}


async def test_pictures_reach_the_provider_with_the_colours_that_a_browser_shows(discord, parrot, data_dir):
    pictures = {name: (data, MEANT[name]) for name, data in SOURCES.items()}
    pictures |= {name: (data, COLOUR) for name, data in OTHER_FILES.items()}
    assert len(pictures) >= 40
    wrong = {}
    async with running_bot(discord, environment(discord, parrot, data_dir, **UNLIMITED)):
        for count, (name, (data, meant)) in enumerate(pictures.items(), 1):
            await discord.slash(
                "video",
                user=ANN,
                channel=VIDEOS,
                options={"prompt": "kite"},
                attachments={"image": ("a.png", data)},
            )
            await discord.ledger.wakeup.until(lambda n=count: len(parrot.orders) == n, 30, what=name)
            sent = parrot.orders[-1]["first_frame_image"].partition(",")[2]
            with Image.open(io.BytesIO(base64.b64decode(sent))) as shown:
                seen = shown.convert("RGB").getpixel(SIGHT)
            if any(abs(one - other) > 6 for one, other in zip(seen, meant, strict=True)):
                wrong[name] = seen, meant
    assert wrong == {}
