"""REST routes of channels, messages, users and the guild."""

from typing import Any

from aiohttp import web

from tests.loopback_discord.answers import found, nothing
from tests.loopback_discord.backend import Backend
from tests.loopback_discord.errors import DiscordError, Refusal
from tests.loopback_discord.form import FORM
from tests.loopback_discord.ledger import Message
from tests.loopback_discord.payloads import channel_json, self_json
from tests.loopback_discord.world import BOT, Channel, ChannelKind, Permission

_DEFAULT_HISTORY = 50
_MAX_HISTORY = 100


class ChannelRoutes:
    """Where a bot posts. Every route asks first whether the channel is there and open to the bot."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def routes(self) -> list[web.RouteDef]:
        one = "/channels/{channel_id}/messages/{message_id}"
        return [
            web.get("/channels/{channel_id}", self.get_channel),
            web.post("/channels/{channel_id}/messages", self.post_message),
            web.get("/channels/{channel_id}/messages", self.history),
            web.get(one, self.get_message),
            web.patch(one, self.edit_message),
            web.delete(one, self.delete_message),
            web.get("/users/@me", self.get_self),
            web.post("/users/@me/channels", self.open_dm),
        ]

    async def get_channel(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permission.VIEW_CHANNEL)
        return found(channel_json(channel, self._backend.world))

    async def post_message(self, request: web.Request) -> web.Response:
        form = request[FORM]
        channel = self._channel(request, Permission.VIEW_CHANNEL)
        self._require(channel, _posting_in(channel))
        if form.files:
            self._require(channel, Permission.ATTACH_FILES)
        if form.fields().get("message_reference"):
            self._require(channel, Permission.READ_MESSAGE_HISTORY, Refusal.NO_HISTORY_FOR_REPLY)
        if channel.recipient is not None and channel.recipient.id in self._backend.world.closed_dms:
            raise DiscordError(Refusal.CLOSED_DM)
        message, is_new = self._backend.messages.post(channel, form)
        if is_new:
            await self._backend.announce("MESSAGE_CREATE", message)
        return found(self._backend.shown(message) | {"nonce": form.fields().get("nonce")})

    async def history(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permission.VIEW_CHANNEL)
        if not self._backend.world.bot_permissions(channel) & Permission.READ_MESSAGE_HISTORY:
            return found([])
        messages = sorted(self._backend.ledger.visible(channel), key=lambda message: message.id)
        return found([self._backend.shown(message) for message in _page(messages, request.query)])

    async def get_message(self, request: web.Request) -> web.Response:
        return found(self._backend.shown(self._message(request)))

    async def edit_message(self, request: web.Request) -> web.Response:
        form = request[FORM]
        message = self._message(request)
        if message.author != BOT:
            raise DiscordError(Refusal.NOT_THE_AUTHOR)
        self._backend.messages.edit(message, form)
        await self._backend.announce("MESSAGE_UPDATE", message)
        return found(self._backend.shown(message))

    async def delete_message(self, request: web.Request) -> web.Response:
        message = self._message(request)
        if message.author != BOT:
            self._require(message.channel, Permission.MANAGE_MESSAGES)
        self._backend.messages.delete(message)
        await self._backend.announce("MESSAGE_DELETE", message)
        return nothing()

    async def get_self(self, _: web.Request) -> web.Response:
        return found(self_json())

    async def open_dm(self, request: web.Request) -> web.Response:
        form = request[FORM]
        world = self._backend.world
        user = world.users.get(int(form.fields().get("recipient_id") or 0))
        if user is None or user.bot:
            raise DiscordError(Refusal.INVALID_RECIPIENT)
        return found(channel_json(self._backend.direct(user), world))

    def _channel(self, request: web.Request, needed: Permission) -> Channel:
        channel = self._backend.world.channels.get(int(request.match_info["channel_id"]))
        if channel is None:
            raise DiscordError(Refusal.UNKNOWN_CHANNEL)
        self._require(channel, Permission.VIEW_CHANNEL, Refusal.MISSING_ACCESS)
        self._require(channel, needed)
        return channel

    def _require(
        self, channel: Channel, needed: Permission, refusal: Refusal = Refusal.MISSING_PERMISSIONS
    ) -> None:
        if channel.guild_id is not None and not self._backend.world.bot_permissions(channel) & needed:
            raise DiscordError(refusal)

    def _message(self, request: web.Request) -> Message:
        channel = self._channel(request, Permission.VIEW_CHANNEL)
        return self._backend.messages.find(channel.id, int(request.match_info["message_id"]))


def _posting_in(channel: Channel) -> Permission:
    in_thread = channel.kind is ChannelKind.PUBLIC_THREAD
    return Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES


def _page(messages: list[Message], query: Any) -> list[Message]:
    """Return one page of history, newest first, as `after` and `limit` ask for."""
    limit = min(int(query.get("limit", _DEFAULT_HISTORY)), _MAX_HISTORY)
    if "after" in query:
        return [message for message in messages if message.id > int(query["after"])][:limit][::-1]
    return messages[::-1][:limit]
