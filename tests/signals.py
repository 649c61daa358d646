"""Signals to child processes."""

import contextlib
import os
import signal
from typing import Protocol


class Running(Protocol):
    """A process of one's own, or one of the nursery's."""

    pid: int
    returncode: int | None


def send(process: Running, number: signal.Signals) -> None:
    """Send a signal, or none to a process that has just ended.

    `Process.send_signal` asks for the exit status first, and takes it from the event loop when the process has ended
    by itself in that moment: the loop then reports 255.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
