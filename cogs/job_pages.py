"""The words of `/jobs` and `/queue`: one line in a list, one page per job."""

from typing import assert_never

from cogs import sentences
from cogs.escape import plain_text, quoted
from cogs.timestamps import relative
from db.job import Job, JobState, Reason, Route
from jobs.notifier import Status
from jobs.order import Order

MAX_ALT_TEXT = 1024


def list_label(job: Job) -> str:
    """Return a job's name in a select, which may not be empty: the beginning of its prompt."""
    return plain_text(Order.of(job).text, limit=90) or job.key


def list_note(job: Job) -> str:
    """Return the line under a job's name in a select, where no markup works."""
    return f"{sentences.state_name(job.state)} · {sentences.order_line(Order.of(job))}"[:100]


def alt_text(order: Order) -> str:
    """Return what stands for a video where it cannot be seen: its prompt."""
    return plain_text(order.text, limit=MAX_ALT_TEXT)


def job_page(job: Job, *, expected_at: int | None) -> str:
    """Return everything that its owner wants to know about a job."""
    order = Order.of(job)
    lines = [_state_line(job, expected_at), sentences.order_line(order), *_links(job)]
    return "\n".join([*lines, quoted(order.text, limit=900)])


def reply_now(status: Status) -> str | None:
    """Return what the private acknowledgement of a job should say now, None to leave it as it is."""
    words = _reply_words(status)
    return None if words is None else "\n".join([words, *order_lines(status.order)])


def order_lines(order: Order) -> list[str]:
    """Return what an acknowledgement repeats of an order: its format, its moves as they were read, its prompt."""
    moves = [sentences.moves_read(order.moves)] if order.moves else []
    return [sentences.format_line(order), *moves, quoted(order.text)]


def _reply_words(status: Status) -> str | None:
    match status.job.state:
        case JobState.RENDERING:
            return sentences.accepted(ready=relative(status.expected_at))
        case JobState.DELIVERED:
            return " ".join([_delivered(status.job), *_links(status.job)])
        case JobState.FAILED | JobState.UNKNOWN | JobState.CANCELLED:
            return ending(status.job) if status.job.reason else None
        case JobState.QUEUED | JobState.SUBMITTING | JobState.DELIVERING:
            return None
        case _:
            assert_never(status.job.state)


def ending(job: Job) -> str:
    """Return how a job ended without a video, and whether it was charged."""
    return sentences.ended(
        reason=job.reason or Reason.PROVIDER, charged=job.charged, in_server=bool(job.guild_id)
    )


def _delivered(job: Job) -> str:
    return sentences.DELIVERED if job.route is Route.CHANNEL else sentences.DELIVERED_DIRECTLY


def _links(job: Job) -> list[str]:
    if not job.message_id or job.route is not Route.CHANNEL:
        return []
    return [f"https://discord.com/channels/{job.guild_id or '@me'}/{job.channel_id}/{job.message_id}"]


def _state_line(job: Job, expected_at: int | None) -> str:
    words = f"**{sentences.state_name(job.state).capitalize()}** · {relative(job.created_at)}"
    if job.reason and job.state is not JobState.DELIVERING:
        return f"{words}\n{ending(job)}"
    if expected_at and job.state in {JobState.QUEUED, JobState.RENDERING}:
        return f"{words} · {sentences.expected(relative(expected_at))}"
    return words
