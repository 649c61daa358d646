"""The catalogue of refusals: every sentence about what a user can mend, before anything is charged."""

from typing import assert_never

from hailuo.camera import CameraMove
from hailuo.request import MAX_PROMPT
from media.picture_fault import PictureFault, PictureRefused

FAST_WITHOUT_IMAGE = (
    "**Hailuo 2.3 Fast needs a first frame**, and none is attached. Attach a picture, or choose Hailuo 2.3."
)
LONG_AT_1080P = "**1080p goes with 6 seconds only**, and you asked for 10. Choose 768p for 10 seconds, or 6 seconds at 1080p."
MODERATORS_DECIDE = (
    "**A moderator decides this**: it takes the permission Manage Messages, because it may be charged again."
)
DECIDED_ALREADY = "This has been decided already."

UNKNOWN_CHANNEL = (
    "**I cannot post in this kind of channel.** Use a text channel or a thread. Nothing was charged."
)

PROMPT_EMPTY = "**The prompt is empty.** Say in a few words what happens in the video."


def prompt_too_long(length: int) -> str:
    """The prompt with its camera moves does not fit."""
    return (
        f"**The prompt is too long**: {length} characters with its camera moves, {MAX_PROMPT} are allowed. "
        f"Take out {length - MAX_PROMPT}."
    )


def picture_refused(refusal: PictureRefused) -> str:
    """Say which rule a first frame breaks, by how much, and what to do."""
    return "**This picture cannot be the first frame**: " + _picture_fault(refusal)


def _picture_fault(refusal: PictureRefused) -> str:
    figures = refusal.figures
    match refusal.reason:
        case PictureFault.TOO_BIG:
            return f"it has {_megabytes(figures['size_bytes'])} MB, and it must stay below 20 MB. Save it smaller."
        case PictureFault.NOT_A_PICTURE:
            return "the file is no picture. Attach a JPEG, PNG, WebP, HEIC or AVIF."
        case PictureFault.WRONG_FORMAT:
            return f"it is a {figures['format']} file. Attach a JPEG, PNG, WebP, HEIC or AVIF."
        case PictureFault.TOO_SMALL:
            return (
                f"it measures {figures['width']} × {figures['height']} pixels, "
                f"and its short side must be longer than {figures['above']}. Use a larger one."
            )
        case PictureFault.TOO_NARROW:
            return f"at {figures['width']} × {figures['height']} it is narrower than 2:5. Crop its height."
        case PictureFault.TOO_WIDE:
            return f"at {figures['width']} × {figures['height']} it is wider than 5:2. Crop its width."
        case PictureFault.TOO_MANY_PIXELS:
            return (
                f"at {figures['width']} × {figures['height']} it has too many pixels to be opened safely. "
                "Save it smaller."
            )
        case PictureFault.DAMAGED:
            return "the file is damaged. Save it anew, or attach another."
        case _:
            assert_never(refusal.reason)


def _megabytes(size: float | str) -> str:
    return f"{float(size) / 1_000_000:.1f}"


PICTURE_UNREADABLE = (
    "**Discord did not hand over the picture in time.** Nothing was charged. Attach it again, please."
)


def camera_unknown(name: str) -> str:
    """A word in the camera option is no move."""
    return (
        f"**“{name}” is no camera move.** Pick from the list that opens while you type: "
        + ", ".join(move.english for move in CameraMove)
        + "."
    )


def too_many_moves(count: int, limit: int) -> str:
    """More moves than act together."""
    return f"**{count} camera moves are too many**: up to {limit} act together. Leave some out."


def active_cap(limit: int) -> str:
    """The member has enough under way."""
    return (
        f"**You have {_videos(limit)} under way**, and that is the limit. "
        "Wait until one is ready, or cancel a waiting one with `/jobs`."
    )


def user_day_cap(limit: int, resets: str) -> str:
    """The member's day is used up."""
    return f"**Your limit of {_videos(limit)} a day is used up.** The count starts anew {resets}."


def bot_day_cap(limit: int, resets: str) -> str:
    """The bot's day is used up."""
    return (
        f"**The limit of {_videos(limit)} a day for everybody together is used up.** "
        f"The count starts anew {resets}."
    )


def _videos(count: int) -> str:
    return "1 video" if count == 1 else f"{count} videos"


def missing_permissions(names: list[str]) -> str:
    """The bot could not post the result here."""
    return (
        f"**I could not post the video here**: I lack {', '.join(names)} in this channel. "
        "Ask a moderator to allow it, or use another channel. Nothing was charged."
    )


PERMISSIONS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "attach_files": "Attach Files",
}
