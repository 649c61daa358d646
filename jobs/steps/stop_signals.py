"""How a process is told to stop, and what it makes of being told twice."""

import asyncio
import contextlib
import signal


class StopSignals:
    """SIGTERM and SIGINT: the first lets an open bot drain; before it is open, or asked twice, it is cancelled."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.can_drain = False
        self._running = asyncio.current_task()

    def listen(self) -> None:
        """Handle the signals of this process from now on."""
        for name in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C raises KeyboardInterrupt instead
                asyncio.get_running_loop().add_signal_handler(name, self._ask)

    def _ask(self) -> None:
        if self._running and (self.asked.is_set() or not self.can_drain):
            self._running.cancel()
        self.asked.set()
