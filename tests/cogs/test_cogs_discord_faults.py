"""What an error of Discord means for a message, as one table."""

import discord
import pytest

from cogs.discord_faults import AlreadyDeleted, notify_error
from jobs.notifier import TooLarge, TryLater, Unreachable


class _Response:
    reason = "as the table says"

    def __init__(self, status):
        self.status = status


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (413, 40005, TooLarge),
        (413, 0, TooLarge),
        (400, 40005, TooLarge),
        (404, 10008, AlreadyDeleted),
        (404, 10003, Unreachable),
        (403, 50001, Unreachable),
        (403, 50013, Unreachable),
        (403, 50007, Unreachable),
        (400, 50083, Unreachable),
        (401, 0, TryLater),
        (429, 20028, TryLater),
        (500, 0, TryLater),
        (503, 0, TryLater),
        (200, 0, TryLater),
    ],
)
def test_each_answer_of_discord_has_one_meaning(status, code, meaning):
    error = discord.HTTPException(_Response(status), {"code": code, "message": "no"})
    assert type(notify_error(error)) is meaning


@pytest.mark.parametrize(
    "error", [TimeoutError(), OSError("reset"), TypeError("no JSON"), ValueError("no JSON")]
)
def test_what_breaks_on_the_way_may_be_repeated(error):
    assert type(notify_error(error)) is TryLater


def test_a_wait_that_discord_asks_for_is_passed_on():
    assert notify_error(discord.RateLimited(7.5)).retry_after_seconds == 7.5
