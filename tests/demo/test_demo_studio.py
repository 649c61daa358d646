"""The simulated server that the demo opens."""

from datetime import UTC, datetime

from demo.studio import WELCOME
from tests.demo.small_bot import open_small_studio


async def test_the_welcome_is_the_only_message_and_comes_from_the_bot():
    async with open_small_studio() as studio:
        (message,) = studio.channel.history()
        assert message.content == WELCOME
        assert message.author.name == "Clapper"
        assert message.id == studio.welcome_id


async def test_the_simulated_clock_shows_today():
    async with open_small_studio() as studio:
        (message,) = studio.channel.history()
        assert abs((datetime.now(UTC) - message.created_at).total_seconds()) < 5


async def test_each_run_gives_out_the_same_ids_so_that_kept_jobs_find_their_channel():
    async with open_small_studio() as first:
        ids = (first.channel.guild.id, first.channel.id, first.ann.id, first.ben.id)
    async with open_small_studio() as second:
        assert ids == (second.channel.guild.id, second.channel.id, second.ann.id, second.ben.id)


async def test_both_members_may_use_the_command():
    async with open_small_studio() as studio:
        assert "video" in studio.ann.available_commands(studio.channel)
        assert "video" in studio.ben.available_commands(studio.channel)


async def test_a_refusal_that_the_bot_answers_is_no_failure_of_the_command():
    async with open_small_studio() as studio:
        reply = await studio.ann.slash(studio.channel, "video", prompt="forbidden")
        assert reply.response.content == "refused"
        assert studio.env.errors == []
