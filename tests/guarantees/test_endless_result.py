"""A result that does not end costs the bot a bounded transfer and no memory, and its requester reads what became of it."""

import pytest

from tests.guarantees.memory import flat_memory, needs_proc
from tests.guarantees.parrot import GIBIBYTE, Says
from tests.loopback_discord import ANN, VIDEOS
from tests.support.processes import environment, running_bot

pytestmark = [pytest.mark.process, needs_proc]

CAP_BYTES = 200_000_000
IN_FLIGHT_BYTES = 50_000_000


async def test_an_endless_result_ends_at_the_cap_in_flat_memory_and_is_told_as_a_failure(
    discord, parrot, data_dir, jobs, record_property
):
    async with running_bot(discord, environment(discord, parrot, data_dir)) as bot:
        with flat_memory(bot.pid, record_property, "a file that does not end"):
            order = {"prompt": f"{Says.ENDLESS} kite"}
            await discord.slash("video", user=ANN, channel=VIDEOS, options=order)
            told = await discord.wait_for_message(
                VIDEOS, lambda message: "broken or couldn't be downloaded" in message.content, timeout=50
            )
    [job] = jobs()
    assert CAP_BYTES <= parrot.endless_bytes < CAP_BYTES + IN_FLIGHT_BYTES < GIBIBYTE
    assert (job["state"], job["reason"], job["video_file"]) == ("failed", "bad_result", None)
    assert job["detail"].startswith(f"more than {CAP_BYTES} bytes came")
    assert told.pings == {ANN.id}
    assert "It was charged" in told.content
    assert list((data_dir / "videos").iterdir()) == []
