"""Failpoints: where the crash suite kills this process. Without `FAILPOINT` in the environment they are nothing."""

import os
import signal
from collections.abc import Callable
from enum import StrEnum


class Failpoint(StrEnum):
    """Every beat of every step, in the order of a job's life. Each is marked in one place."""

    ADMIT_ASKED = "admit_asked"  #: nothing is kept yet
    ADMIT_COMMITTED = "admit_committed"  #: on disk, not acknowledged
    ADMIT_ACKNOWLEDGED = "admit_acknowledged"
    WITHDRAWN = "withdrawn"  #: waited too long; cancelled and given back
    SUBMIT_CLAIMED = "submit_claimed"
    SUBMIT_ORDERING = "submit_ordering"  #: just before the paid call
    SUBMIT_ORDERED = "submit_ordered"  #: the provider has answered, the row does not say so
    SUBMIT_RECORDED = "submit_recorded"
    STRANDED_CLAIMED = "stranded_claimed"
    STRANDED_RECORDED = "stranded_recorded"
    POLL_CLAIMED = "poll_claimed"
    POLL_ANSWERED = "poll_answered"
    POLL_RECORDED = "poll_recorded"
    DELIVER_CLAIMED = "deliver_claimed"
    DELIVER_DOWNLOADED = "deliver_downloaded"  #: on disk, the row does not say so
    DELIVER_STORED = "deliver_stored"
    DELIVER_SENDING = "deliver_sending"
    DELIVER_SENT = "deliver_sent"  #: the channel shows it, the row does not say so
    DELIVER_RECORDED = "deliver_recorded"
    NOTICE_CLAIMED = "notice_claimed"
    NOTICE_SENT = "notice_sent"  #: the requester has it, the row does not say so
    NOTICE_RECORDED = "notice_recorded"
    ENDING_CLAIMED = "ending_claimed"
    ENDING_SENT = "ending_sent"  #: the requester knows, the row does not say so
    ENDING_RECORDED = "ending_recorded"


def die() -> None:
    """End this process as kill -9 does: nothing is finished, nothing is closed."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))  # Windows has no SIGKILL


def armed(asked_for: str) -> Callable[[Failpoint], None]:
    """Return what kills the process at a beat: `name`, or `name*2` for the second time it comes by."""
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
    """Do nothing."""


failpoint = armed(os.environ["FAILPOINT"]) if os.environ.get("FAILPOINT") else _pass_by
