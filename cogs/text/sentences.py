"""Sentences about amounts, orders, endings and refusals, built from the messages of the catalogues.

Times are Discord timestamps: each reader sees them in their own time zone and language.
"""

import math
from typing import assert_never

from cogs.text.catalogue import Words
from db.jobs.admission import Blocked
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState, Reason, Route
from db.money.caps import CapReached, Measure
from hailuo.camera import CameraMove
from hailuo.models import MICROS
from hailuo.request import MAX_PROMPT, RuleBroken
from jobs.money.accounts import Allowance
from jobs.notify.notifier import Strikes
from jobs.orders.order import ChannelNotAllowed, GuildNotAllowed, Order, OrderRefused, WordsNotAllowed
from jobs.orders.variations import (
    CannotBeJoined,
    ChainTooLong,
    JobErased,
    NothingToJoin,
    NotPossible,
    NotReusable,
    VariationRefused,
)
from jobs.storage.files import FileGone, FrameGone, VideoGone
from media.errors import PictureRefused


def exact(epoch_ms: int) -> str:
    """Return a timestamp that Discord shows as "30 November 2026 17:30"."""
    return f"<t:{epoch_ms // 1000}:f>"


def relative(epoch_ms: int) -> str:
    """Return a timestamp that Discord shows as "in 2 minutes"."""
    return f"<t:{epoch_ms // 1000}:R>"


def dollars(words: Words, micros: int) -> str:
    """Return an amount of micro-dollars as dollars and cents."""
    return words("usd", amount=f"{micros / MICROS:,.2f}")


def price_line(words: Words, allowance: Allowance, *, price: int) -> str:
    """Return a sentence with the price of an order and the number of such orders that are left today."""
    costs = words("costs", price=dollars(words, price))
    tightest = allowance.tightest(price=price)
    if tightest is None:
        return costs
    left = words("left-today", count=tightest.left_at(price), resets=relative(tightest.resets_at))
    return words.joined([costs, left])


def move_name(words: Words, move: CameraMove) -> str:
    """Return the name of a camera move."""
    return words(f"move-name-{move.value}")


def move_label(words: Words, move: CameraMove) -> str:
    """Return the name and the meaning of a camera move: `Slide left (Truck left)`."""
    return words("move-label", name=move_name(words, move), meaning=words(f"move-{move.value}"))


def moves_read(words: Words, moves: tuple[CameraMove, ...]) -> str:
    """Return a sentence with the camera moves that were recognised in the prompt."""
    return words("moves-read", moves=[move_label(words, move) for move in moves])


def order_line(words: Words, order: Order) -> str:
    """Return the format and the camera moves of an order: `6 s · 768p · Hailuo 2.3 · Push in`."""
    return " · ".join([format_line(words, order), *(move_name(words, move) for move in order.moves)])


def format_line(words: Words, order: Order) -> str:
    """Return the format of an order: `6 s · 768p · Hailuo 2.3`."""
    options = order.request.options
    return words(
        "format-line",
        seconds=order.seconds,
        resolution=options.resolution.value,
        model=words(f"model-{options.model.name.lower()}"),
    )


def rendering(words: Words, job: Job, *, ready: str | None, was_away: bool = False) -> str:
    """Return the status text of a job that the provider is rendering.

    `ready` is the expected time, None if that has passed. `was_away` adds that the bot was away.
    """
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
    """Return a progress bar of ten cells for a percentage."""
    filled = max(0, min(10, progress // 10))
    return "▰" * filled + "▱" * (10 - filled)


def ended(words: Words, job: Job) -> str:
    """Return a text that says how a job ended without a video, and whether it was charged."""
    reason = job.reason or Reason.PROVIDER
    sentences = [_why(words, job, reason)]
    if reason in MAY_BE_ORDERED_AGAIN:
        sentences.append(_decision(words, job))
    return words.joined([*sentences, charge_line(words, job.charged)])


def strikes_line(words: Words, strikes: Strikes) -> str:
    """Return a sentence with the number of a member's refusals by the provider's filter, and any suspension."""
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
    """Return the text of `ended` after a mention of the requester; for messages in a channel."""
    return f"<@{job.user_id}> {ended(words, job)}"


def charge_line(words: Words, charged: int | None) -> str:
    """Return a sentence that says whether a job was charged; `charged` is None if nobody knows."""
    if charged is None:
        return words("charge-unknown")
    return words("charged" if charged else "not-charged")


def rule_broken(words: Words, broken: RuleBroken) -> str:
    """Return a sentence that names the provider's rule that a request breaks."""
    length = broken.value or 0
    return words(
        f"rule-{broken.rule.value}", length=str(length), limit=str(MAX_PROMPT), over=str(length - MAX_PROMPT)
    )


def picture_refused(words: Words, refusal: PictureRefused) -> str:
    """Return a text that names the rule that a picture breaks, by how much, and what to do."""
    figures = {name: str(figure) for name, figure in refusal.figures.items()}
    megabytes = f"{float(refusal.figures.get('size_bytes', 0)) / 1_000_000:.1f}"
    megapixels = str(int(refusal.figures.get("limit_pixels", 0)) // 1_000_000)
    fault = words(f"picture-{refusal.reason.value}", megabytes=megabytes, megapixels=megapixels, **figures)
    return words("picture-refused", fault=fault)


def blocked(words: Words, refused: Blocked) -> str:
    """Return a text that says why a member may not order, and until when."""
    said = words(f"blocked-{refused.cause}")
    if refused.until_at is None:
        return said
    return words.joined([said, words("blocked-until", until=exact(refused.until_at))])


def cap_reached(words: Words, reached: CapReached) -> str:
    """Return a text that says which limit is reached, how much of it is left, and when it resets."""
    resets = (
        words(f"cap-resets-{_clock_of(reached)}", when=relative(reached.resets_at))
        if reached.resets_at
        else ""
    )
    match reached.measure:
        case Measure.MICROS_PER_DAY | Measure.MICROS_PER_MONTH:
            figures = {"limit": dollars(words, reached.limit), "left": dollars(words, reached.left)}
        case Measure.COOLDOWN:
            figures = {"limit": math.ceil(reached.limit / 1000)}
        case Measure.ACTIVE | Measure.PER_DAY:
            figures = {"limit": reached.limit}
        case _:
            assert_never(reached.measure)
    said = words(f"cap-{reached.name}", **figures)
    return words.joined([said, resets]) if resets else said


def _clock_of(reached: CapReached) -> str:
    """Return what ends a limit: a day of the server or of UTC, a pause between two videos, or the end of a video."""
    match reached.measure:
        case Measure.ACTIVE:
            return "active"
        case Measure.COOLDOWN:
            return "pace"
        case _:
            return "local" if reached.level.is_local else "utc"


def order_refused(words: Words, refused: OrderRefused) -> str:
    """Return a sentence that says why the server or the operator does not allow an order."""
    match refused:
        case ChannelNotAllowed():
            channels = [f"<#{channel}>" for channel in sorted(refused.allowed)]
            return (
                words("channel-not-allowed-but", channels=channels)
                if channels
                else words("channel-not-allowed")
            )
        case WordsNotAllowed():
            return words("words-not-allowed", found=refused.found)
        case GuildNotAllowed():
            return words("guild-not-allowed" if refused.guild_id else "direct-not-allowed")
        case _:
            return words("order-not-allowed")


def take_refused(words: Words, refused: VariationRefused | FileGone) -> str:
    """Return a sentence that says why a variation (a new order made from an old video) is not possible."""
    match refused:
        case FrameGone():
            return words("take-frame-gone")
        case VideoGone():
            return words("take-video-gone")
        case JobErased():
            return words("take-erased")
        case NotReusable():
            return words("take-not-shared")
        case NotPossible():
            return words("take-not-possible")
        case NothingToJoin():
            return words("take-nothing-to-join")
        case ChainTooLong():
            return words("take-chain-too-long", limit=refused.limit)
        case CannotBeJoined():
            return words("take-cannot-be-joined")
        case _:
            return words("take-not-possible")
