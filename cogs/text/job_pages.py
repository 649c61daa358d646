"""Texts about jobs: in lists, on a job's own page, and in the messages that accompany a job."""

from typing import assert_never

from cogs.text.catalogue import Words, plain_text, quoted, shown, words_for
from cogs.text.sentences import (
    ended,
    ended_for,
    format_line,
    moves_read,
    order_line,
    relative,
    rendering,
    strikes_line,
)
from db.jobs.job import Job, JobState, Reason, Route
from jobs.notify.notifier import Status, Strikes
from jobs.orders.order import Order

MAX_ALT_TEXT = 1024

PRIVATE_ENDINGS = frozenset({Reason.MODERATED, Reason.WITHDRAWN})
"""Endings whose reason only the requester may read."""


def list_label(job: Job) -> str:
    """Return a job's label in a select: the beginning of its prompt, or its key if there is no prompt."""
    return plain_text(Order.of(job).text, limit=90) or job.key


def list_note(words: Words, job: Job) -> str:
    """Return the line below a job's label in a select: its state and format, without markup."""
    return f"{state_name(words, job.state)} · {order_line(words, Order.of(job))}"[:100]


def list_line(words: Words, job: Job) -> str:
    """Return a job's line in the text of a list: the beginning of its prompt, its state, its age, and a link."""
    prompt = shown(Order.of(job).text, limit=60) or f"`{job.key}`"
    parts = [f"• {prompt}", f"**{state_name(words, job.state)}**", relative(job.created_at), *_links(job)]
    return " · ".join(parts)


def alt_text(order: Order) -> str:
    """Return the alternative text of a video (for screen readers): its prompt."""
    return plain_text(order.text, limit=MAX_ALT_TEXT)


def job_page(words: Words, job: Job, *, expected_at: int | None) -> str:
    """Return the text of a job's page for its requester: state, format, link and prompt."""
    order = Order.of(job)
    lines = [_state_line(words, job, expected_at), order_line(words, order), *_links(job)]
    return "\n".join([*lines, quoted(order.text, limit=900)])


def details_page(words: Words, job: Job, *, origin: Job | None) -> str:
    """Return the text about a job for everybody who can see it: also its requester and the job it was made from."""
    order = Order.of(job)
    lines = [
        _state_line(words, job, None),
        words("details-by", user=str(job.user_id)),
        order_line(words, order),
        *_origin_lines(words, job, origin),
        *_links(job),
    ]
    return "\n".join([*lines, quoted(order.text, limit=900)])


def reply_now(status: Status) -> str | None:
    """Return the updated text for a job's private acknowledgement; None if the text need not change."""
    words = words_for(status.job)
    headline = _reply_headline(words, status)
    return None if headline is None else "\n".join([headline, *order_lines(words, status.order)])


def notice(job: Job) -> str:
    """Return the direct message with the link to a video that was posted in a channel."""
    return words_for(job)("ready-notice", link=" ".join(_links(job)))


def order_lines(words: Words, order: Order) -> list[str]:
    """Return the lines of an acknowledgement that repeat the order: format, recognised camera moves, prompt."""
    moves = [moves_read(words, order.moves)] if order.moves else []
    return [format_line(words, order), *moves, quoted(order.text)]


def _reply_headline(words: Words, status: Status) -> str | None:
    match status.job.state:
        case JobState.RENDERING:
            private = status.job.route is Route.PRIVATE
            return words("accepted-privately" if private else "accepted", ready=relative(status.expected_at))
        case JobState.DELIVERED:
            return " ".join([_delivered(words, status.job), *_links(status.job)])
        case JobState.FAILED | JobState.UNKNOWN | JobState.CANCELLED:
            return ended(words, status.job) if status.job.reason else None
        case JobState.QUEUED | JobState.SUBMITTING | JobState.DELIVERING:
            return None
        case _:
            assert_never(status.job.state)


def state_name(words: Words, state: JobState) -> str:
    """Return the name of a job's state."""
    return words(f"state-{state.value}")


def _delivered(words: Words, job: Job) -> str:
    return words("delivered" if job.route is Route.CHANNEL else "delivered-directly")


def _links(job: Job) -> list[str]:
    if not job.message_id or job.route is not Route.CHANNEL:
        return []
    return [link_to(job)]


def link_to(job: Job) -> str:
    """Return the address of the message that holds a result in a channel."""
    return f"https://discord.com/channels/{job.guild_id or '@me'}/{job.channel_id}/{job.message_id}"


def _origin_lines(words: Words, job: Job, origin: Job | None) -> list[str]:
    if job.relation is None:
        return []
    relation = words(f"relation-{job.relation.value}")
    if origin is None:
        return [relation]
    if origin.erased_at is not None:
        return [words("relation-to-deleted", relation=relation)]
    (where,) = _links(origin) or [f"`{origin.key}`"]
    return [words("relation-to", relation=relation, video=where)]


def _state_line(words: Words, job: Job, expected_at: int | None) -> str:
    line = f"**{state_name(words, job.state).capitalize()}** · {relative(job.created_at)}"
    if job.reason and job.state is not JobState.DELIVERING:
        return f"{line}\n{ended(words, job)}"
    if expected_at and job.state in {JobState.QUEUED, JobState.RENDERING}:
        return f"{line} · {words('job-expected', ready=relative(expected_at))}"
    return line


def status_text(status: Status, *, now: int) -> str:
    """Return the text of the status message in the channel while a job runs."""
    job, words = status.job, words_for(status.job)
    if job.state is JobState.DELIVERING:
        headline = words("status-delivering", user=str(job.user_id))
    else:
        ready = relative(status.expected_at) if status.expected_at > now else None
        headline = rendering(words, job, ready=ready, was_away=status.was_away)
    order = order_line(words, status.order)
    return "\n".join([headline, order, quoted(status.order.text, limit=200)])


def result_text(job: Job, order: Order, *, limit: int = 1500) -> str:
    """Return the text of the message that delivers a video."""
    words = words_for(job)
    lines = [
        _result_headline(words, job),
        order_line(words, order),
        quoted(order.text, limit=limit),
    ]
    return "\n".join(lines)


def _result_headline(words: Words, job: Job) -> str:
    match job.route:
        case Route.CHANNEL:
            return words("ready", user=str(job.user_id))
        case Route.PRIVATE:
            return words("ready-privately")
        case Route.FALLBACK:
            return words("ready-elsewhere", channel=str(job.channel_id))
        case _:
            assert_never(job.route)


def ending(job: Job, strikes: Strikes | None) -> str:
    """Return the direct message about a job that ended without a video.

    `strikes`, if given, adds how often the provider's filter refused the member's prompts lately.
    """
    return "\n".join([*ended_lines(words_for(job), job, strikes), quoted(Order.of(job).text, limit=1200)])


def ended_lines(words: Words, job: Job, strikes: Strikes | None) -> list[str]:
    """Return lines about how a job ended and, if given, about the member's refusals by the provider's filter."""
    lines = [ended(words, job)]
    return [*lines, strikes_line(words, strikes)] if strikes else lines


def ending_in_channel(job: Job) -> str:
    """Return the text about a job's ending for the channel; it omits reasons that only the requester may read."""
    if job.reason in PRIVATE_ENDINGS:
        return words_for(job)("ended-neutrally", user=str(job.user_id))
    return ended_for(words_for(job), job)
