"""What happened: every request, message and interaction, kept for the test to read."""

import fnmatch
from dataclasses import dataclass, field
from typing import Any

from tests.loopback_discord.files import StoredFile
from tests.loopback_discord.wakeup import Wakeup
from tests.loopback_discord.world import Channel, User

EPHEMERAL = 1 << 6
LOADING = 1 << 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One state of a message: the fields as the client sent them, and when (wall seconds)."""

    at: float
    content: str
    payload: dict[str, Any]


@dataclass(slots=True, eq=False, kw_only=True)
class Message:
    """A message as it stands now, with all its revisions; `pings` are the users that it really notified."""

    id: int
    channel: Channel
    author: User
    created_at: float
    content: str = ""
    embeds: list[Any] = field(default_factory=list)
    components: list[Any] = field(default_factory=list)
    attachments: list[StoredFile] = field(default_factory=list)
    flags: int = 0
    nonce: str | None = None
    allowed_mentions: dict[str, Any] | None = None
    pings: frozenset[int] = frozenset()
    pings_everyone: bool = False
    reference: dict[str, Any] | None = None
    interaction: "Interaction | None" = None
    edited_at: float | None = None
    deleted_at: float | None = None
    revisions: list[Revision] = field(default_factory=list)

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """True while it only says that the bot is thinking."""
        return bool(self.flags & LOADING)

    @property
    def deleted(self) -> bool:
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """The answer to an interaction: Discord's callback type, its data, and seconds since the event was sent."""

    type: int
    data: dict[str, Any]
    seconds: float


@dataclass(slots=True, eq=False, kw_only=True)
class Interaction:
    """One INTERACTION_CREATE and all that came back.

    `dispatched_at` and `received_at` (of the callback request) are of `time.perf_counter`, `created_at` is wall time.
    """

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    payload: dict[str, Any]
    created_at: float
    dispatched_at: float | None = None
    received_at: float | None = None
    callback: Callback | None = None
    source: Message | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)

    @property
    def seconds(self) -> float | None:
        """Seconds from the gateway event to the arrival of the first callback request, None without one."""
        if self.dispatched_at is None or self.received_at is None:
            return None
        return self.received_at - self.dispatched_at


@dataclass(slots=True, eq=False, kw_only=True)
class Request:
    """One HTTP request; `path` is without `/api/v10`, `received_at` is of `time.perf_counter`.

    `accepted` says that it was carried out, whatever the client was told; `status` is None after a cut;
    `connection` tells the connections of clients apart.
    """

    method: str
    path: str
    received_at: float
    accepted: bool = False
    status: int | None = None
    code: int | None = None
    payload: Any = None
    connection: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayPayload:
    """One payload that a client sent over the gateway, heartbeats left out."""

    op: int
    data: Any


@dataclass(slots=True)
class Ledger:
    """Everything in the order of its happening. Nothing is ever taken out."""

    wakeup: Wakeup = field(default_factory=Wakeup)
    requests: list[Request] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    interactions: dict[int, Interaction] = field(default_factory=dict)
    tokens: dict[str, Interaction] = field(default_factory=dict)
    gateway: list[GatewayPayload] = field(default_factory=list)

    def requests_to(self, method: str, pattern: str) -> list[Request]:
        """Return the requests to paths such as `/channels/*/messages`."""
        return [
            request
            for request in self.requests
            if request.method == method and fnmatch.fnmatchcase(request.path, pattern)
        ]

    def visible(self, channel: Channel) -> list[Message]:
        """Return what everybody sees in `channel` now, oldest first."""
        return [
            message
            for message in self.messages
            if message.channel.id == channel.id and not message.deleted and not message.ephemeral
        ]

    def operations(self) -> list[int]:
        """Return the gateway operations of the clients in order: 2 identify, 6 resume, ..."""
        return [payload.op for payload in self.gateway]
