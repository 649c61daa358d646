"""The words of `/jobs` and `/queue`: one line in a list, one page per job."""

from cogs import sentences
from cogs.escape import plain_text, quoted
from cogs.timestamps import relative
from db.job import Job, JobState, Reason
from jobs.order import Order


def list_label(job: Job) -> str:
    """Return a job's name in a select: the beginning of its prompt."""
    return plain_text(Order.of(job).text, limit=90)


def list_note(job: Job) -> str:
    """Return the line under a job's name in a select, where no markup works."""
    return f"{sentences.state_name(job.state)} · {sentences.order_line(Order.of(job))}"[:100]


def job_page(job: Job, *, expected_at: int | None) -> str:
    """Return everything that its owner wants to know about a job."""
    order = Order.of(job)
    lines = [quoted(order.text, limit=900), sentences.order_line(order), _state_line(job, expected_at)]
    if job.guild_id and job.message_id:
        lines.append(f"https://discord.com/channels/{job.guild_id}/{job.channel_id}/{job.message_id}")
    return "\n".join(lines)


def _state_line(job: Job, expected_at: int | None) -> str:
    words = f"**{sentences.state_name(job.state).capitalize()}** · {relative(job.created_at)}"
    if job.reason and job.state in {JobState.FAILED, JobState.UNKNOWN}:
        return f"{words}\n{sentences.ended(reason=Reason(job.reason), charged=job.charged)}"
    if expected_at and job.state in {JobState.QUEUED, JobState.RENDERING}:
        return f"{words} · {sentences.likely_ready(relative(expected_at))}"
    return words
