"""What a bot may answer to an interaction: one callback, then edits and follow-ups by its token."""

from enum import IntEnum
from typing import Any

from tests.loopback_discord.backend import Backend
from tests.loopback_discord.errors import DiscordError, Refusal, invalid_form, require_length
from tests.loopback_discord.form import Form
from tests.loopback_discord.ledger import Callback, Interaction, Message
from tests.loopback_discord.limits import check_components


class Kind(IntEnum):
    COMMAND = 2
    COMPONENT = 3
    MODAL = 5


class Reply(IntEnum):
    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    OPEN_MODAL = 9


_MESSAGES = (Reply.MESSAGE, Reply.DEFERRED_MESSAGE)
_UPDATES = (Reply.DEFERRED_UPDATE, Reply.UPDATE)
_ALLOWED = {
    Kind.COMMAND: (*_MESSAGES, Reply.OPEN_MODAL),
    Kind.COMPONENT: (*_MESSAGES, *_UPDATES, Reply.OPEN_MODAL),
    Kind.MODAL: (*_MESSAGES, *_UPDATES),
}
_MAX_MODAL_TITLE = 45
_MAX_MODAL_PARTS = 5


class InteractionDesk:
    """Takes callbacks and webhook calls, with Discord's rules on tokens and on acknowledging once."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    async def answer(
        self, interaction_id: int, token: str, form: Form, *, received_at: float
    ) -> dict[str, Any]:
        """Take a callback and return the callback object."""
        interaction = self._backend.ledger.interactions.get(interaction_id)
        if interaction is None or interaction.token != token:
            raise DiscordError(Refusal.UNKNOWN_INTERACTION)
        if interaction.received_at is None:
            interaction.received_at = received_at
            self._backend.ledger.wakeup.notify()
        if interaction.callback is not None:
            raise DiscordError(Refusal.ALREADY_ACKNOWLEDGED)
        return await self._accept(interaction, form)

    def original(self, token: str) -> Message:
        message = self.by_token(token).original
        if message is None or message.deleted:
            raise DiscordError(Refusal.UNKNOWN_MESSAGE)
        return message

    def message(self, token: str, message_id: int) -> Message:
        interaction = self.by_token(token)
        known = [interaction.original, interaction.source, *interaction.followups]
        for message in known:
            if message is not None and message.id == message_id and not message.deleted:
                return message
        raise DiscordError(Refusal.UNKNOWN_MESSAGE)

    async def follow_up(self, token: str, form: Form) -> Message:
        """Post a follow-up; the first one after a deferred reply fills that reply instead. Nonces do nothing."""
        interaction = self.by_token(token)
        if interaction.original is not None and interaction.original.loading:
            await self.edit(interaction.original, form)
            return interaction.original
        message, _ = self._backend.messages.post(interaction.channel, form, interaction=interaction)
        interaction.followups.append(message)
        await self._backend.announce("MESSAGE_CREATE", message)
        return message

    async def edit(self, message: Message, form: Form) -> None:
        self._backend.messages.edit(message, form)
        await self._backend.announce("MESSAGE_UPDATE", message)

    async def delete(self, message: Message) -> None:
        self._backend.messages.delete(message)
        await self._backend.announce("MESSAGE_DELETE", message)

    def by_token(self, token: str) -> Interaction:
        """Return the acknowledged interaction of a webhook token that still lives."""
        interaction = self._backend.ledger.tokens.get(token)
        if interaction is None or interaction.callback is None:
            raise DiscordError(Refusal.UNKNOWN_WEBHOOK)
        age = self._backend.rules.clock() - interaction.created_at
        if age > self._backend.rules.token_lifetime_seconds:
            raise DiscordError(Refusal.DEAD_TOKEN)
        return interaction

    async def _accept(self, interaction: Interaction, form: Form) -> dict[str, Any]:
        kind = int(form.fields()["type"])
        if kind not in _ALLOWED[Kind(interaction.type)]:
            raise invalid_form("type", "BASE_TYPE_CHOICES", f"{kind} does not answer {interaction.type}")
        reply, inner = Reply(kind), form.inner()
        _check_data(reply, inner.fields())
        event = self._carry_out(interaction, reply, inner)
        interaction.callback = Callback(type=reply, data=inner.fields(), seconds=interaction.seconds or 0.0)
        self._backend.ledger.wakeup.notify()
        if event and interaction.original is not None:
            await self._backend.announce(event, interaction.original)
        return self._callback_json(interaction, reply)

    def _carry_out(self, interaction: Interaction, reply: Reply, inner: Form) -> str | None:
        messages = self._backend.messages
        match reply:
            case Reply.MESSAGE:
                interaction.original, _ = messages.post(interaction.channel, inner, interaction=interaction)
                return "MESSAGE_CREATE"
            case Reply.DEFERRED_MESSAGE:
                flags = int(inner.fields().get("flags") or 0)
                interaction.original = messages.defer(interaction, flags=flags)
                return "MESSAGE_CREATE"
            case Reply.DEFERRED_UPDATE:
                interaction.original = interaction.source
                return None
            case Reply.UPDATE:
                interaction.original = interaction.source
                if interaction.source is not None:
                    messages.edit(interaction.source, inner)
                return "MESSAGE_UPDATE"
            case Reply.OPEN_MODAL:
                return None

    def _callback_json(self, interaction: Interaction, reply: Reply) -> dict[str, Any]:
        about: dict[str, Any] = {"id": str(interaction.id), "type": interaction.type}
        resource: dict[str, Any] = {"type": int(reply)}
        message = interaction.original
        if message is not None:
            about["response_message_id"] = str(message.id)
            about["response_message_loading"] = message.loading
            about["response_message_ephemeral"] = message.ephemeral
            resource["message"] = self._backend.shown(message)
        return {"interaction": about, "resource": resource}


def _check_data(reply: Reply, data: dict[str, Any]) -> None:
    if reply is Reply.OPEN_MODAL:
        require_length(data.get("title"), "data.title", _MAX_MODAL_TITLE, least=1)
        require_length(data.get("components"), "data.components", _MAX_MODAL_PARTS, least=1)
        check_components(data["components"])
