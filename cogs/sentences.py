"""The catalogue: every sentence that a user can read; what is refused stands in `cogs.refusals`."""

from typing import assert_never

from db.job import JobState, Reason
from hailuo.camera import CameraMove
from hailuo.request import Duration, Model, Resolution
from jobs.order import Order

# Commands and options ------------------------------------------------------------------------------------

VIDEO_COMMAND = "Make a video from a prompt, and a picture if you like"
PROMPT_OPTION = "What happens in the video, up to 2000 characters"
IMAGE_OPTION = "First frame: JPEG, PNG, WebP, HEIC or AVIF, under 20 MB"
DURATION_OPTION = "Length of the video (6 seconds if left out)"
RESOLUTION_OPTION = "768p if left out; 1080p goes with 6 seconds only"
CAMERA_OPTION = "Up to three camera moves, separated by commas"
MODEL_OPTION = "Hailuo 2.3 if left out; Fast needs a first frame"
ENHANCE_OPTION = "Whether the service may improve your words (Full if left out)"
SPOILER_OPTION = "Hide the video behind a click"
WATERMARK_OPTION = "Ask for the provider's watermark"
JOBS_COMMAND = "Your videos: look at one, cancel it, see it again"
QUEUE_COMMAND = "What this server has rendering and waiting"
HELP_COMMAND = "How this works, with examples"

DURATIONS = {Duration.SHORT: "6 seconds", Duration.LONG: "10 seconds"}
RESOLUTIONS = {Resolution.P768: "768p", Resolution.P1080: "1080p (6 seconds only)"}
MODELS = {Model.HAILUO: "Hailuo 2.3", Model.HAILUO_FAST: "Hailuo 2.3 Fast (needs a first frame)"}
ENHANCE_FULL = "Full"
ENHANCE_QUICK = "Quick"
ENHANCE_OFF = "Off, my exact words"

MEANINGS = {
    CameraMove.TRUCK_LEFT: "Slide left",
    CameraMove.TRUCK_RIGHT: "Slide right",
    CameraMove.PAN_LEFT: "Turn left",
    CameraMove.PAN_RIGHT: "Turn right",
    CameraMove.PUSH_IN: "Move closer",
    CameraMove.PULL_OUT: "Move away",
    CameraMove.PEDESTAL_UP: "Rise",
    CameraMove.PEDESTAL_DOWN: "Sink",
    CameraMove.TILT_UP: "Look up",
    CameraMove.TILT_DOWN: "Look down",
    CameraMove.ZOOM_IN: "Magnify",
    CameraMove.ZOOM_OUT: "Widen the view",
    CameraMove.SHAKE: "Shaky hand",
    CameraMove.TRACKING: "Follow the subject",
    CameraMove.STATIC: "Hold still",
}


def move_label(move: CameraMove) -> str:
    """Return a camera move with what it does: `Slide left (Truck left)`."""
    return f"{MEANINGS[move]} ({move.english})"


# Acknowledgement and status ------------------------------------------------------------------------------


def queued(*, place: int, ready: str) -> str:
    """The job is on disk."""
    where = "next in line" if place <= 1 else f"number {place} in line"
    return f"**Queued**, {where}, {expected(ready)}. I will post the video here and mention you."


def accepted(*, ready: str) -> str:
    """The acknowledgement once the provider has the job."""
    return f"**Rendering**, {expected(ready)}. I will post the video here and mention you."


DELIVERED = "**Delivered.**"
DELIVERED_DIRECTLY = "**Delivered** to your direct messages."

WAS_AWAY = "I was away for a moment. The video is still being made, and there is nothing to do."

CANCEL = "Cancel"
CANCELLED = "**Cancelled.** Nothing was charged, and it does not count against your limits."
CANCEL_AGAIN = "It went back to waiting at this very moment. Press **Cancel** once more."
CANCEL_TOO_LATE = "**It is too late to cancel**: the provider is working on it, and offers no way to stop."
CANCEL_FINISHED = "**It is too late to cancel**: the video is finished and on its way."
CANCEL_UNCLEAR = "**This one cannot be cancelled**: I cannot tell whether the provider is making it. `/jobs` tells you more."
ALREADY_CANCELLED = "This one was cancelled already. Nothing was charged."
CANCEL_ENDED = "This one has ended already. `/jobs` shows how."
NO_SUCH_JOB = "There is no such video of yours here. `/jobs` lists the ones you have."


def not_cancelled(state: JobState) -> str:
    """Say why a job in `state` cannot be cancelled."""
    match state:
        case JobState.QUEUED:
            return CANCEL_AGAIN
        case JobState.SUBMITTING | JobState.RENDERING:
            return CANCEL_TOO_LATE
        case JobState.DELIVERING:
            return CANCEL_FINISHED
        case JobState.UNKNOWN:
            return CANCEL_UNCLEAR
        case JobState.CANCELLED:
            return ALREADY_CANCELLED
        case JobState.DELIVERED | JobState.FAILED:
            return CANCEL_ENDED
        case _:
            assert_never(state)


def moves_read(moves: tuple[CameraMove, ...]) -> str:
    """Name the camera moves as they were read."""
    return "Camera: " + ", ".join(move_label(move) for move in moves)


def order_line(order: Order) -> str:
    """Return an order in a few words: `6 s · 768p · Hailuo 2.3 · Push in`."""
    return " · ".join([format_line(order), *(move.english for move in order.moves)])


def format_line(order: Order) -> str:
    """Return the format of an order without its moves: `6 s · 768p · Hailuo 2.3`."""
    request = order.request
    model = "Hailuo 2.3 Fast" if request.model is Model.HAILUO_FAST else "Hailuo 2.3"
    return f"{int(request.duration)} s · {request.resolution.value} · {model}"


def rendering(
    *, user_id: int, progress: int | None, ready: str | None, late: bool, was_away: bool = False
) -> str:
    """The provider has accepted the job."""
    lines = [f"🎬 **Rendering** for <@{user_id}>"]
    if progress:
        lines.append(f"{bar(progress)} {progress} %")
    if was_away:
        lines.append(WAS_AWAY)
    if late:
        lines.append(
            "This one takes unusually long. It is still being made: there is no need to order it again."
        )
    elif ready:
        lines.append(f"Expected {ready}")
    else:
        lines.append("This one takes a little longer than usual, and is still being made.")
    return "\n".join(lines)


def expected(ready: str) -> str:
    """Say when a result is likely, in words that stay true when the time has passed."""
    return f"expected {ready}"


def bar(progress: int) -> str:
    """Return a bar of ten cells for a reported percentage."""
    filled = max(0, min(10, progress // 10))
    return "▰" * filled + "▱" * (10 - filled)


def delivering(*, user_id: int) -> str:
    """The video exists and is on its way."""
    return f"📦 **Finished**, on its way here for <@{user_id}>"


def ready(*, user_id: int) -> str:
    """The first line of the result."""
    return f"<@{user_id}> your video is ready"


READY_PRIVATELY = "Your video is ready"


def ready_elsewhere(*, channel_id: int) -> str:
    """The first line of a result whose channel cannot be posted to."""
    return f"Your video is ready. I could not post it in <#{channel_id}>, so here it is"


def too_large_for_discord(*, link: str, expires: str, key: str) -> str:
    """The last lines of a result that no message can carry."""
    return (
        f"It is too large for Discord, even made smaller. Download it here, the link stops working {expires}:\n"
        f"{link}\n-# Video {key}"
    )


# Endings -------------------------------------------------------------------------------------------------

NOT_CHARGED = "It was not charged, and it does not count against your limits."
CHARGED = "It was charged, and it counts against your limits."
CHARGE_UNKNOWN = "It may have been charged, so it counts against your limits."

ENDINGS = {
    Reason.MODERATED: "**The provider's content filter refused your video.** Try other words or another picture.",
    Reason.REJECTED: "**The provider did not accept your order.** The bot's operator can look up why.",
    Reason.OUT_OF_CREDIT: "**The bot's account with the provider is empty**, so your video was not made. "
    "Only the bot's operator can change that.",
    Reason.KEY_REFUSED: "**The provider refused the bot's key**, so your video was not made. "
    "Only the bot's operator can change that.",
    Reason.PROVIDER: "**The provider could not make your video.** You can order it again.",
    Reason.LOST: "**The provider no longer knows about your video.** The bot's operator can look into it.",
    Reason.BAD_RESULT: "**What the provider made could not be fetched, or does not play.** "
    "The bot's operator can look into it.",
    Reason.TOO_LARGE: "**Your video is too large to be posted here**, even made smaller. "
    "It is kept: **Show again** in `/jobs` tries once more.",
    Reason.UNDELIVERABLE: "**Your video is finished, but I could not post it in its channel.** It is kept: "
    "choose **Show again** in `/jobs`, in a channel of the same server where I may post.",
    Reason.AMBIGUOUS_SUBMIT: "**The connection broke while I ordered your video**, so I cannot tell whether "
    "the provider is making it. I will not order it again by myself, because that could cost twice.",
    Reason.AMBIGUOUS_DELIVERY: "**I cannot tell whether your video was posted.** It is kept: "
    "**Show again** in `/jobs` shows it to you.",
    Reason.WAITED_TOO_LONG: "**Your video waited too long for its turn**, so I cancelled it rather than start it by "
    "surprise. Order it again if you still want it.",
    Reason.FRAME_GONE: "**The first frame of your video is gone from the bot's disk**, so it was not ordered. "
    "Please attach it again.",
}


MODERATOR_DECIDES = "A moderator can decide."
OPERATOR_DECIDES = "The bot's operator can decide."


def ended(*, reason: Reason, charged: int | None, in_server: bool, user_id: int | None = None) -> str:
    """Tell how a job ended without a video; `user_id` where the words stand in a channel."""
    words = [ENDINGS[reason]]
    if reason is Reason.AMBIGUOUS_SUBMIT:
        words.append(MODERATOR_DECIDES if in_server else OPERATOR_DECIDES)
    if user_id:
        words.insert(0, f"<@{user_id}>")
    return " ".join([*words, charge_line(charged)])


def decided(*, user_id: int, by: int, again: bool) -> str:
    """Say in the channel what a moderator decided about an order of unknown outcome."""
    if again:
        return f"<@{by}> sent the order of <@{user_id}> again. It counts a second time, since the first may have been charged."
    return f"<@{by}> gave up the order of <@{user_id}>. It may have been charged, so it still counts."


def ended_neutrally(user_id: int) -> str:
    """Tell in a channel that something private is to be read elsewhere."""
    return f"<@{user_id}> there is news about one of your videos. `/jobs` tells you more."


def charge_line(charged: int | None) -> str:
    """Say whether it cost anything."""
    if charged is None:
        return CHARGE_UNKNOWN
    return CHARGED if charged else NOT_CHARGED


# /jobs, /queue -------------------------------------------------------------------------------------------

JOBS_EMPTY = "You have no videos here yet. `/video` makes the first one."
JOBS_TITLE = "**Your videos here**, newest first. Choose one:"
JOBS_PLACEHOLDER = "Choose a video"
SHOW_AGAIN = "Show again"
SUBMIT_AGAIN = "Submit again"
GIVE_UP = "Give up"
BACK = "Back to the list"
SHOWN_PRIVATELY = "Here it is again, seen by you alone."
SENT_AGAIN = "I am posting it in this channel."
FILE_GONE = "The file is no longer kept."
FILE_TOO_LARGE = "The file is too large to show here."
QUEUE_EMPTY = "Nothing is rendering or waiting in this server."
QUEUE_RUNNING = "**Rendering**"
QUEUE_WAITING = "**Waiting**"
QUEUE_MORE = "• … and more"


def state_name(state: JobState) -> str:
    """Return what a state is called."""
    match state:
        case JobState.QUEUED:
            return "waiting"
        case JobState.SUBMITTING | JobState.RENDERING:
            return "rendering"
        case JobState.DELIVERING:
            return "finished, on its way"
        case JobState.DELIVERED:
            return "delivered"
        case JobState.FAILED:
            return "failed"
        case JobState.CANCELLED:
            return "cancelled"
        case JobState.UNKNOWN:
            return "unclear"
        case _:
            assert_never(state)


def queue_running_line(*, user_id: int, format_line: str, since: str) -> str:
    """One running job, without its prompt: that is its owner's business."""
    return f"• <@{user_id}> · {format_line} · started {since}"


def queue_waiting_line(*, place: int, user_id: int, format_line: str, ready: str) -> str:
    """One waiting job."""
    return f"• number {place} · <@{user_id}> · {format_line} · {expected(ready)}"


# Errors and help -----------------------------------------------------------------------------------------


def broke(reference: str) -> str:
    """Something of ours broke; nobody is left without a word."""
    return (
        "**Something broke on our side.** If your video was queued, it is still being made: `/jobs` shows it. "
        f"Reference for the operator: `{reference}`"
    )


HELP = """\
**Clapper makes short videos with MiniMax-Hailuo-2.3.**
Type `/video`, say what happens, and send. A few minutes later the video is posted in the channel.

**Ideas**
• `/video prompt: A red kite over a windy beach, golden hour`
• attach a picture as `image`: it becomes the first frame
• `camera: Push in` moves closer, `camera: Truck left, Pedestal up` does two things at once
• camera moves can be typed in the prompt as well: `[Push in] a lighthouse at night`

**Good to know**
• 6 or 10 seconds at 768p; 1080p goes with 6 seconds
• *Hailuo 2.3 Fast* is quicker and needs a first frame
• `enhance: Off` keeps your exact words
• `/jobs` shows, cancels and repeats your videos, `/queue` shows what this server has under way
"""
