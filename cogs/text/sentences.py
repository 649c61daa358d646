"""Sentences that are put together from several messages of the catalogues."""

from cogs.text.catalogue import Words
from cogs.text.timestamps import exact
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState, Reason, Route
from hailuo.camera import CameraMove
from jobs.notify.notifier import Strikes
from jobs.orders.order import Order


def move_name(words: Words, move: CameraMove) -> str:
    """Return what a camera move is called."""
    return words(f"move-name-{move.value}")


def move_label(words: Words, move: CameraMove) -> str:
    """Return a camera move with what it does: `Slide left (Truck left)`."""
    return words("move-label", name=move_name(words, move), meaning=words(f"move-{move.value}"))


def moves_read(words: Words, moves: tuple[CameraMove, ...]) -> str:
    """Name the camera moves as they were read."""
    return words("moves-read", moves=[move_label(words, move) for move in moves])


def order_line(words: Words, order: Order) -> str:
    """Return an order in a few words: `6 s · 768p · Hailuo 2.3 · Push in`."""
    return " · ".join([format_line(words, order), *(move_name(words, move) for move in order.moves)])


def format_line(words: Words, order: Order) -> str:
    """Return the format of an order without its moves: `6 s · 768p · Hailuo 2.3`."""
    options = order.request.options
    return words(
        "format-line",
        seconds=order.seconds,
        resolution=options.resolution.value,
        model=words(f"model-{options.model.name.lower()}"),
    )


def rendering(words: Words, job: Job, *, ready: str | None, was_away: bool = False) -> str:
    """Say that the provider has the job; `ready` tells when it is likely, None once that has passed."""
    lines = [words("status-rendering", user=str(job.user_id))]
    if job.progress:
        lines.append(words("status-progress", bar=bar(job.progress), percent=job.progress))
    if was_away:
        lines.append(words("status-was-away"))
    if job.late_at is not None:
        lines.append(words("status-late"))
    else:
        lines.append(words("status-expected", ready=ready) if ready else words("status-overdue"))
    return "\n".join(lines)


def bar(progress: int) -> str:
    """Return a bar of ten cells for a reported percentage."""
    filled = max(0, min(10, progress // 10))
    return "▰" * filled + "▱" * (10 - filled)


def ended(words: Words, job: Job) -> str:
    """Tell how a job ended without a video, and whether it was charged."""
    reason = job.reason or Reason.PROVIDER
    sentences = [_why(words, job, reason)]
    if reason in MAY_BE_ORDERED_AGAIN:
        sentences.append(_decision(words, job))
    return words.joined([*sentences, charge_line(words, job.charged)])


def strikes_line(words: Words, strikes: Strikes) -> str:
    """Say how many refusals by the filter there were, and what that means."""
    figures = {"count": str(strikes.count), "limit": str(strikes.limit)}
    if strikes.until_at is None:
        return words("strikes-so-far", **figures)
    return words("strikes-suspended", **figures, until=exact(strikes.until_at))


def _why(words: Words, job: Job, reason: Reason) -> str:
    if reason is Reason.UNDELIVERABLE and job.route is Route.PRIVATE:
        return words("ending-undeliverable-privately")
    return words(f"ending-{reason.value}")


def _decision(words: Words, job: Job) -> str:
    if job.state is not JobState.UNKNOWN:
        return words("somebody-decided")
    return words("moderator-decides" if _is_seen_by_moderators(job) else "operator-decides")


def _is_seen_by_moderators(job: Job) -> bool:
    return bool(job.guild_id) and job.route is not Route.PRIVATE


def ended_for(words: Words, job: Job) -> str:
    """Tell it where others read along, to the requester."""
    return f"<@{job.user_id}> {ended(words, job)}"


def charge_line(words: Words, charged: int | None) -> str:
    """Say whether it cost anything."""
    if charged is None:
        return words("charge-unknown")
    return words("charged" if charged else "not-charged")
