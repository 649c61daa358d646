"""What is said about the faults that other parts find in a request: rules, pictures, caps."""

import math
from typing import assert_never

from cogs.text.catalogue import Words
from cogs.text.money import dollars
from cogs.text.timestamps import exact, relative
from db.jobs.admission import Blocked
from db.money.caps import DAILY, CapReached, Measure
from hailuo.request import MAX_PROMPT, RuleBroken
from jobs.orders.order_faults import ChannelNotAllowed, GuildNotAllowed, OrderRefused, WordsNotAllowed
from jobs.orders.variation_faults import (
    CannotBeJoined,
    ChainTooLong,
    FrameGone,
    JobErased,
    NothingToJoin,
    NotPossible,
    NotReusable,
    VariationRefused,
    VideoGone,
)
from media.pictures.fault import PictureRefused


def rule_broken(words: Words, broken: RuleBroken) -> str:
    """Say which rule of the provider a request breaks."""
    length = broken.value or 0
    return words(
        f"rule-{broken.rule.value}", length=str(length), limit=str(MAX_PROMPT), over=str(length - MAX_PROMPT)
    )


def picture_refused(words: Words, refusal: PictureRefused) -> str:
    """Say which rule a first frame breaks, by how much, and what to do."""
    figures = {name: str(figure) for name, figure in refusal.figures.items()}
    megabytes = f"{float(refusal.figures.get('size_bytes', 0)) / 1_000_000:.1f}"
    megapixels = str(int(refusal.figures.get("limit_pixels", 0)) // 1_000_000)
    fault = words(f"picture-{refusal.reason.value}", megabytes=megabytes, megapixels=megapixels, **figures)
    return words("picture-refused", fault=fault)


def blocked(words: Words, refused: Blocked) -> str:
    """Say that a member may not order, and when that ends."""
    said = words(f"blocked-{refused.cause}")
    if refused.until_at is None:
        return said
    return words.joined([said, words("blocked-until", until=exact(refused.until_at))])


def cap_reached(words: Words, reached: CapReached) -> str:
    """Say which limit is used up, what is left of it, and when it counts anew."""
    clock = "pace" if reached.measure not in DAILY else "local" if reached.level.is_local else "utc"
    resets = words(f"cap-resets-{clock}", when=relative(reached.resets_at)) if reached.resets_at else ""
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


def order_refused(words: Words, refused: OrderRefused) -> str:
    """Say what a server or the operator has decided."""
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


def take_refused(words: Words, refused: VariationRefused) -> str:
    """Say why no new video is made from an old one."""
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
