"""Signals to child processes."""

import asyncio
import contextlib
import os
import signal


def send(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Send a signal, or none to a process that has just ended.

    `Process.send_signal` asks for the exit status first, and takes it from the event loop when the process has ended
    by itself in that moment: the loop then reports 255.
    """
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, number)
