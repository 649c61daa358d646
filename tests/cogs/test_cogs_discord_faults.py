"""What an error of Discord means for a message, as one table."""

import discord

from cogs.discord.sending import CLOSED, AlreadyDeleted, WordsRefused, notify_error
from jobs.notify.notifier import TooLarge, TryLater, Unreachable
from tests.support.rows import each_row


class _Response:
    reason = "as the table says"

    def __init__(self, status):
        self.status = status


@each_row(
    "status, code, meaning",
    [
        (413, 40005, TooLarge),
        (413, 0, TooLarge),
        (400, 40005, TooLarge),
        (404, 10008, AlreadyDeleted),
        (400, 50045, TooLarge),
        (403, 400001, TooLarge),
        (400, 50035, WordsRefused),
        (400, 200000, WordsRefused),
        (400, 200001, WordsRefused),
        (400, 240000, WordsRefused),
        *((403, code, Unreachable) for code in CLOSED),
        *((status, 0, TryLater) for status in (400, 401, 403, 404, 405, 408, 409, 410, 415, 418, 429, 451)),
        (403, 40333, TryLater),
        (429, 40333, TryLater),
        (400, 20016, TryLater),
        (429, 20016, TryLater),
        (400, 20028, TryLater),
        (400, 20029, TryLater),
        (400, 40004, TryLater),
        (400, 40006, TryLater),
        (400, 40062, TryLater),
        (400, 110001, TryLater),
        (400, 130000, TryLater),
        (403, 60003, TryLater),
        (404, 10062, TryLater),
        (400, 999_999, TryLater),
        (429, 20028, TryLater),
        (500, 0, TryLater),
        (503, 0, TryLater),
        (200, 0, TryLater),
    ],
)
def test_each_answer_of_discord_has_one_meaning(status, code, meaning):
    error = discord.HTTPException(_Response(status), {"code": code, "message": "no"})
    assert type(notify_error(error)) is meaning


@each_row("error", [TimeoutError(), OSError("reset"), TypeError("no JSON"), ValueError("no JSON")])
def test_what_breaks_on_the_way_may_be_repeated(error):
    assert type(notify_error(error)) is TryLater


def test_a_wait_that_discord_asks_for_is_passed_on():
    assert notify_error(discord.RateLimited(7.5)).retry_after_seconds == 7.5


@each_row("status", [400, 403, 404, 408, 429])
def test_a_page_of_the_proxy_in_front_of_discord_closes_nothing(status):
    error = discord.HTTPException(_Response(status), "<html><body>Attention Required!</body></html>")
    assert type(notify_error(error)) is TryLater


def test_only_these_codes_close_a_destination_for_good():
    assert {50001, 50007, 50013, 50083, 50278, 10003, 10013, 160005} <= CLOSED
