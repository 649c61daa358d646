"""What is said about the faults that other parts find in a request: rules, pictures, caps."""

from cogs.words import Words
from db.admission import CapReached
from hailuo.request import MAX_PROMPT, RuleBroken
from jobs.take_faults import (
    CannotBeJoined,
    ChainTooLong,
    FrameGone,
    JobErased,
    NothingToJoin,
    NotPossible,
    NotReusable,
    TakeRefused,
    VideoGone,
)
from media.picture_fault import PictureRefused


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
    fault = words(f"picture-{refusal.reason.value}", megabytes=megabytes, **figures)
    return words("picture-refused", fault=fault)


def cap_reached(words: Words, reached: CapReached, *, resets: str) -> str:
    """Say which limit is used up, and when it counts anew."""
    return words(f"cap-{reached.cap.value}", limit=reached.limit, resets=resets)


def take_refused(words: Words, refused: TakeRefused) -> str:
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
