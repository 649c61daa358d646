"""Failpoints: places where the crash tests kill this process. Without FAILPOINT in the environment they do nothing."""

import os
import signal
from collections.abc import Callable
from enum import StrEnum


class Failpoint(StrEnum):
    """The names of all failpoints, in the order of a job's life. Each is used in one place of the code."""

    ADMIT_ASKED = "admit_asked"  #: nothing is stored yet
    ADMIT_COMMITTED = "admit_committed"  #: the job is committed, not acknowledged
    ADMIT_ACKNOWLEDGED = "admit_acknowledged"
    WITHDRAWN = "withdrawn"  #: the job waited too long; it is cancelled, its price given back
    SUBMIT_CLAIMED = "submit_claimed"
    SUBMIT_ORDERING = "submit_ordering"  #: just before the paid call
    SUBMIT_ORDERED = "submit_ordered"  #: the provider has answered; the row does not show it yet
    SUBMIT_RECORDED = "submit_recorded"
    STRANDED_CLAIMED = "stranded_claimed"
    STRANDED_RECORDED = "stranded_recorded"
    POLL_CLAIMED = "poll_claimed"
    POLL_ANSWERED = "poll_answered"
    POLL_RECORDED = "poll_recorded"
    DELIVER_CLAIMED = "deliver_claimed"
    DELIVER_DOWNLOADED = "deliver_downloaded"  #: the video is on disk; the row does not show it yet
    DELIVER_STORED = "deliver_stored"
    DELIVER_SENDING = "deliver_sending"
    DELIVER_SENT = "deliver_sent"  #: the channel shows the video; the row does not show it yet
    DELIVER_RECORDED = "deliver_recorded"
    NOTICE_CLAIMED = "notice_claimed"
    NOTICE_SENT = "notice_sent"  #: the requester has the message; the row does not show it yet
    NOTICE_RECORDED = "notice_recorded"
    ENDING_CLAIMED = "ending_claimed"
    ENDING_SENT = "ending_sent"  #: the requester is notified; the row does not show it yet
    ENDING_RECORDED = "ending_recorded"


def die() -> None:
    """Kill this process as `kill -9` does: nothing is finished, nothing is closed."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows has no SIGKILL


def armed(asked_for: str) -> Callable[[Failpoint], None]:
    """Return a function that kills the process at a failpoint: `name`, or at its second visit: `name*2`."""
    name, _, times = asked_for.partition("*")
    beat, left = Failpoint(name), int(times or 1)

    def strike(reached: Failpoint) -> None:
        nonlocal left
        if reached is beat:
            left -= 1
            if left == 0:
                die()

    return strike


def _pass_by(_beat: Failpoint) -> None:
    """Do nothing: the failpoint function if FAILPOINT is not set."""


failpoint = armed(os.environ["FAILPOINT"]) if os.environ.get("FAILPOINT") else _pass_by
