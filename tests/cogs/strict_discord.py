"""What the simulator leaves out of Discord: size limits, nonces, rights, the portal, connections that break."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from discord.webhook.async_ import AsyncWebhookAdapter
from simcord import Env
from simcord.backend.errors import BackendError
from simcord.http import client as simulated_client

_CHANNEL_POST = re.compile(r"/channels/(\d+)/messages")
DEFAULT_LIMIT = 10 * 1024 * 1024
MAX_NONCE = 25
_PORTAL = "/oauth2/applications/@me"


@dataclass(slots=True)
class StrictDiscord:
    """Stands before the simulator's only door; every request of the bot passes it.

    `limit_bytes` is what one request may carry. `cut_after` holds errors: each lets one upload to a channel take
    effect and then breaks the connection. `on_request` is called with method and path before anything happens.
    `members_install` says that the developer portal lets members install the bot for themselves.
    """

    env: Env
    limit_bytes: int = DEFAULT_LIMIT
    cut_after: list[Exception] = field(default_factory=list)
    on_request: Callable[[str, str], None] | None = None
    direct_messages_take_files: bool = True
    members_install: bool = True
    uploads: list[int] = field(default_factory=list)  #: sizes that were tried
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    _dispatch: Callable[..., Any] = simulated_client.router.dispatch
    _by_nonce: dict[tuple[str, str], Any] = field(default_factory=dict)

    async def next_call(self, *, at_most_seconds: float) -> None:
        """Wait for the bot's next request."""
        self.happened.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.happened.wait(), at_most_seconds)

    def __call__(
        self, backend: Any, method: str, path: str, *, json: Any = None, files: Any = None, **rest: Any
    ) -> Any:
        """Answer one request as Discord does."""
        self.happened.set()
        if self.on_request:
            self.on_request(method, path)
        if method == "POST" and (channel := _CHANNEL_POST.fullmatch(path)):
            return self._post(int(channel[1]), backend, method, path, json=json, files=files, **rest)
        self._check_size(files)
        self._check_installs(json)
        answer = self._dispatch(backend, method, path, json=json, files=files, **rest)
        return answer | {"integration_types_config": self._installs()} if path == _PORTAL else answer

    def _installs(self) -> dict[str, Any]:
        return {"0": {}, "1": {}} if self.members_install else {"0": {}}

    def _check_installs(self, json: Any) -> None:
        """Refuse commands for an installation that the application does not have."""
        commands = json if isinstance(json, list) else []
        wanted = {str(kind) for command in commands for kind in command.get("integration_types") or ()}
        if not wanted <= self._installs().keys():
            raise BackendError(400, 50035, "Invalid Form Body: integration_types")

    def _post(
        self, channel_id: int, backend: Any, method: str, path: str, *, json: Any, files: Any, **rest: Any
    ) -> Any:
        nonce = _nonce_of(json)
        self._check_size(files)
        _open_thread(backend.channels.get(channel_id))
        if files and channel_id in backend.channels and (guild := backend.channels[channel_id].guild_id):
            backend.require_permissions(guild, backend.bot_user.id, channel_id, "attach_files")
        if files and not self.direct_messages_take_files and channel_id in backend.dm_channels.values():
            raise BackendError(403, 50007, "Cannot send messages to this user")
        if nonce and (first := self._by_nonce.get((path, nonce))) is not None:
            return self._first_message(backend, channel_id, first)
        message = self._dispatch(backend, method, path, json=json, files=files, **rest)
        if nonce:
            self._by_nonce[path, nonce] = message
        if files and self.cut_after:
            raise self.cut_after.pop(0)
        return message

    def _check_size(self, files: Any) -> None:
        if not files:
            return
        size = sum(_size_of(file) for file in files)
        self.uploads.append(size)
        if size > self.limit_bytes:
            raise BackendError(413, 40005, "Request entity too large")

    def _first_message(self, backend: Any, channel_id: int, first: Any) -> Any:
        if int(first["id"]) not in backend.messages[channel_id]:
            raise BackendError(404, 10008, "Unknown Message")
        return first


@contextlib.contextmanager
def strict_discord(env: Env) -> Iterator[StrictDiscord]:
    """Put the strict door before `env`, also for replies that the worker sends from outside the simulator."""
    strict = StrictDiscord(env)
    over_the_wire = AsyncWebhookAdapter.request

    async def through_the_door(_adapter: Any, route: Any, session: Any, **rest: Any) -> Any:
        return await env._webhook_adapter.request(route, session, **rest)

    simulated_client.router.dispatch = strict
    AsyncWebhookAdapter.request = through_the_door
    try:
        yield strict
    finally:
        AsyncWebhookAdapter.request = over_the_wire
        simulated_client.router.dispatch = strict._dispatch


def _open_thread(channel: Any) -> None:
    """Do what a message does to an archived thread; a locked one takes none from whoever does not manage threads."""
    thread = channel.thread_metadata if channel else None
    if thread and thread.locked:
        raise BackendError(400, 160005, "Thread is locked")
    if thread:
        thread.archived = False


def _nonce_of(json: Any) -> str | None:
    nonce = (json or {}).get("nonce")
    if nonce is not None and len(str(nonce)) > MAX_NONCE:
        raise BackendError(400, 50035, "Invalid Form Body: nonce must be 25 or fewer in length")
    return str(nonce) if nonce is not None and (json or {}).get("enforce_nonce") else None


def _size_of(file: Any) -> int:
    place = file.fp.tell()
    size = file.fp.seek(0, 2)
    file.fp.seek(place)
    return size
