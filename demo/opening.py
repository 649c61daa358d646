"""What the demo asks of the bot: something that opens it, unmodified, with its worker already at work."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import discord


class OpenBot(Protocol):
    """A bot that is open: its worker runs in real time, its client is not logged in yet."""

    @property
    def client(self) -> discord.Client:
        """The client that the simulator logs in; it syncs its commands in `setup_hook`."""
        ...

    @property
    def pages(self) -> str | None:
        """The address of the operator's page, where there is one."""
        ...


class BotOpener(Protocol):
    """Opens the bot against a provider at `api_url`, and closes worker and client on the way out."""

    def __call__(
        self, *, api_url: str, api_key: str, data_dir: Path
    ) -> AbstractAsyncContextManager[OpenBot]: ...
