"""Sentences that are put together: complete in every language, and fitting where they are shown."""

import msgspec
import pytest

from cogs.results.buttons import result_view
from cogs.text import sentences
from cogs.text.catalogue import LANGUAGES
from cogs.text.job_pages import state_name
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState, Reason, Route
from db.money.caps import DAILY, CapReached, Measure
from hailuo.camera import CameraMove
from hailuo.request import MAX_PROMPT, Model, Prices, Rule, RuleBroken, VideoOptions, VideoRequest
from jobs.orders.order import Order
from media.errors import PictureFault, PictureRefused
from tests.support.caps import GATEWAY, LIMITED
from tests.support.rows import each_row

ENGLISH = LANGUAGES.english
CHINESE = LANGUAGES.of("zh-CN")
FIGURES = {
    "size_bytes": 21_000_000,
    "limit_bytes": 20_000_000,
    "format": "GIF",
    "width": 300,
    "height": 9000,
    "above": 300,
    "below": 2.5,
    "ratio": 0.3,
    "pixels": 900_000_000,
    "limit_pixels": 50_000_000,
    "percent": 60,
}

every_language = pytest.mark.parametrize("words", [pytest.param(words, id=words.code) for words in LANGUAGES])


def a_job(**changes):
    """Return a job of user 7 in server 1."""
    return Job(**(dict.fromkeys(Job.__slots__) | {"guild_id": 1, "user_id": 7} | changes))


@each_row(
    "guild_id, route, who",
    [
        (1, Route.CHANNEL, "A moderator can sort this out"),
        (1, Route.PRIVATE, "The bot's operator can sort this out"),
        (0, Route.CHANNEL, "The bot's operator can sort this out"),
    ],
)
@each_row("reason", sorted(MAY_BE_ORDERED_AGAIN))
def test_an_order_of_unknown_outcome_says_who_decides(guild_id, route, who, reason):
    job = a_job(state=JobState.UNKNOWN, reason=reason, guild_id=guild_id, route=route)
    assert who in sentences.ended(ENGLISH, job)


async def test_a_video_of_a_model_that_the_provider_no_longer_has_keeps_its_buttons_without_a_price():
    request = VideoRequest(prompt="a kite", options=VideoOptions(model=Model.HAILUO_FAST))
    job = a_job(key="0123456789abcdef", request_json=Order(request=request, text="a kite").to_json())
    labels = [item.item.label for item in result_view(job, Prices(GATEWAY)).children]
    assert "Re-roll · $0.19" in labels
    without_fast = msgspec.structs.replace(GATEWAY, models=GATEWAY.models[:1])
    labels = [item.item.label for item in result_view(job, Prices(without_fast)).children]
    assert "Re-roll" in labels


def test_an_order_that_was_given_up_leaves_nothing_to_decide():
    said = sentences.ended(ENGLISH, a_job(state=JobState.FAILED, reason=Reason.AMBIGUOUS_SUBMIT, guild_id=1))
    assert "closed" in said
    assert "can sort this out" not in said


def test_a_private_video_that_could_not_be_sent_names_the_way_to_have_it():
    said = sentences.ended(ENGLISH, a_job(reason=Reason.UNDELIVERABLE, route=Route.PRIVATE, charged=1))
    assert "your DMs are closed" in said
    assert "channel" not in said


@each_row("reason", Reason)
@each_row(
    "charged, english, chinese",
    [
        (1, "It was charged", "已产生费用"),
        (0, "Nothing was charged", "没有产生费用"),
        (None, "It may have been charged", "可能已产生费用"),
    ],
)
def test_every_ending_says_why_and_whether_it_was_charged(reason, charged, english, chinese):
    for words, said_so, limits in ((ENGLISH, english, "limits"), (CHINESE, chinese, "额度")):
        said = sentences.ended_for(words, a_job(reason=reason, charged=charged))
        assert said.startswith("<@7> **")
        assert said_so in said
        assert limits in said
        assert len(said) <= 500


CAP_FIGURES = {
    Measure.ACTIVE: (2, 0, ["2"]),
    Measure.PER_DAY: (2, 0, ["2"]),
    Measure.MICROS_PER_DAY: (10_000_000, 120_000, ["10.00", "0.12"]),
    Measure.MICROS_PER_MONTH: (1_234_000_000, 0, ["1,234.00", "0.00"]),
    Measure.COOLDOWN: (90_500, 0, ["91"]),
}
"""A limit of each measure, what is left of it, and what of both is read."""


@every_language
@each_row("fault", PictureFault)
def test_every_fault_of_a_picture_has_a_sentence_with_its_figures(words, fault):
    said = sentences.picture_refused(words, PictureRefused(fault, **FIGURES))
    assert said.startswith("**")
    assert said.endswith((".", "。"))
    assert "9,000" not in said


@each_row(
    "said",
    ["an MP4", "an SVG", "an AVI", "an EPS", "an ICO", "a PDF", "a QuickTime (MOV)", "a RAW (CR2)", "a WebM"],
)
def test_a_file_is_named_with_its_article(said):
    refusal = PictureRefused(PictureFault.WRONG_FORMAT, format=said.split(" ", 1)[1])
    assert f"it's {said} file." in sentences.picture_refused(LANGUAGES.english, refusal)


@every_language
@each_row("rule", Rule)
def test_every_rule_has_a_sentence(words, rule):
    assert sentences.rule_broken(words, RuleBroken(rule, 2003)).startswith("**")


@every_language
def test_a_prompt_that_is_too_long_is_told_by_how_much(words):
    said = sentences.rule_broken(words, RuleBroken(Rule.PROMPT_TOO_LONG, MAX_PROMPT + 3))
    assert [figure for figure in ("2003", "2000", " 3") if figure not in said] == []


@every_language
@each_row("level, measure", LIMITED)
def test_every_limit_is_told_with_what_is_left_when_it_resets_and_by_which_clock(words, level, measure):
    limit, left, said = CAP_FIGURES[measure]
    told = sentences.cap_reached(words, CapReached(level, measure, limit=limit, left=left, resets_at=5000))

    assert [figure for figure in [*said, "<t:5:R>"] if figure not in told] == []
    assert ("UTC" in told) == (measure in DAILY and not level.is_local)


@each_row("level, measure", [pair for pair in LIMITED if pair[1] in {Measure.ACTIVE, Measure.PER_DAY}])
def test_every_limit_counts_one_video_and_several_ones(level, measure):
    one, many = (sentences.cap_reached(ENGLISH, CapReached(level, measure, limit=n)) for n in (1, 2))
    assert ("1 video" in one, "1 videos" in one) == (True, False)
    assert "2 videos" in many


@each_row("state", JobState)
def test_every_state_has_a_name_and_a_reason_why_it_cannot_be_cancelled(state):
    assert state_name(ENGLISH, state).islower()
    assert ENGLISH(f"not-cancelled-{state}").endswith(".")
    assert CHINESE(f"not-cancelled-{state}").endswith("。")


@every_language
def test_every_camera_move_has_a_name_and_says_what_it_does_in_words_of_its_own(words):
    for said in (
        [words(f"move-{move.value}") for move in CameraMove],
        [sentences.move_name(words, move) for move in CameraMove],
    ):
        assert len(set(said)) == len(CameraMove)


def test_english_calls_camera_moves_by_their_official_names_and_chinese_by_the_provider_s_tokens():
    for move in CameraMove:
        assert sentences.move_name(ENGLISH, move) == move.english
        assert sentences.move_name(CHINESE, move) == move.token


def test_a_bar_shows_what_was_reported_and_never_runs_over():
    assert sentences.bar(0) == "▱" * 10
    assert sentences.bar(37) == "▰" * 3 + "▱" * 7
    assert sentences.bar(100) == sentences.bar(250) == "▰" * 10


def test_a_status_never_promises_a_time_that_has_passed():
    said = sentences.rendering(ENGLISH, a_job(), ready=None)
    assert "longer than usual" in said
    assert "<t:" not in said


@every_language
def test_times_and_mentions_keep_the_spelling_that_discord_reads(words):
    said = sentences.rendering(words, a_job(user_id=123456789012345678, progress=40), ready="<t:5:R>")
    assert "<t:5:R>" in said
    assert "<@123456789012345678>" in said
    assert "40" in said
