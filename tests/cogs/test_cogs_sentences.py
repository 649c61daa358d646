"""The catalogue of sentences is complete, and every sentence fits where it is shown."""

import pytest

from cogs import refusals, sentences
from db.job import JobState, Reason
from hailuo.camera import CameraMove
from media.picture_fault import PictureFault, PictureRefused

FIGURES = {
    "size_bytes": 21_000_000,
    "limit_bytes": 20_000_000,
    "format": "GIF",
    "width": 300,
    "height": 900,
    "above": 300,
    "below": 2.5,
    "ratio": 0.3,
    "pixels": 900_000_000,
    "limit_pixels": 50_000_000,
}


@pytest.mark.parametrize(
    ("in_server", "who"), [(True, "A moderator can decide"), (False, "The bot's operator can decide")]
)
def test_an_order_of_unknown_outcome_says_who_decides(in_server, who):
    reason = Reason.AMBIGUOUS_SUBMIT
    assert who in sentences.ended(reason=reason, charged=None, in_server=in_server)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize(
    ("charged", "words"),
    [(1, "It was charged"), (0, "It was not charged"), (None, "It may have been charged")],
)
def test_every_ending_says_why_and_whether_it_was_charged(reason, charged, words):
    said = sentences.ended(reason=reason, charged=charged, in_server=True, user_id=7)
    assert said.startswith("<@7> **")
    assert words in said
    assert "limits" in said
    assert len(said) <= 500


@pytest.mark.parametrize("fault", PictureFault)
def test_every_fault_of_a_picture_has_a_sentence_with_its_figures(fault):
    said = refusals.picture_refused(PictureRefused(fault, **FIGURES))
    assert said.startswith("**This picture cannot be the first frame**: ")
    assert said.endswith(".")


@pytest.mark.parametrize("state", JobState)
def test_every_state_has_a_name_and_a_reason_why_it_cannot_be_cancelled(state):
    assert sentences.state_name(state).islower()
    assert sentences.not_cancelled(state).endswith(".")


def test_every_camera_move_says_what_it_does_in_words_of_its_own():
    meanings = [sentences.MEANINGS[move] for move in CameraMove]
    assert len(set(meanings)) == len(meanings)


def test_a_bar_shows_what_was_reported_and_never_runs_over():
    assert sentences.bar(0) == "▱" * 10
    assert sentences.bar(37) == "▰" * 3 + "▱" * 7
    assert sentences.bar(100) == sentences.bar(250) == "▰" * 10


def test_a_status_never_promises_a_time_that_has_passed():
    said = sentences.rendering(user_id=7, progress=None, ready=None, late=False)
    assert "a little longer than usual" in said
    assert "<t:" not in said


def test_times_keep_the_spelling_that_discord_reads():
    said = sentences.rendering(user_id=7, progress=40, ready="<t:5:R>", late=False)
    assert "Expected <t:5:R>" in said
    assert "40 %" in said
