"""What users do: run commands, type into options, press buttons, send modals."""

import time
from collections.abc import Callable
from typing import Any

from tests.loopback_discord.backend import Backend
from tests.loopback_discord.envelope import Envelope, new_interaction
from tests.loopback_discord.files import StoredFile
from tests.loopback_discord.handle import Handle
from tests.loopback_discord.ledger import Interaction, Message
from tests.loopback_discord.limits import walk
from tests.loopback_discord.modal import filled
from tests.loopback_discord.options import NotSendable, descend, nest, option_values
from tests.loopback_discord.payloads import attachment_json, member_json, user_json
from tests.loopback_discord.responses import Kind, Reply
from tests.loopback_discord.world import Channel, User

_BUTTON = 2
_MESSAGE_MENU = 3


class Driver:
    """The users' side. Every method returns once the event is on its way to the bot.

    `circumstances` are further facts about an interaction, as `Envelope` names them.
    """

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    async def slash(
        self,
        name: str,
        *,
        user: User,
        channel: Channel,
        options: dict[str, Any] | None = None,
        attachments: dict[str, tuple[str, bytes]] | None = None,
        checked: bool = True,
        **circumstances: Any,
    ) -> Handle:
        """Run a slash command; words after the first name a subcommand.

        Types are those of the synced command. `checked` False sends what Discord's client would not let through.
        """
        command, path, leaf = self._command(name)
        stored = {key: self._upload(channel, *file) for key, file in (attachments or {}).items()}
        ids = {key: file.id for key, file in stored.items()}
        values = nest(command, path, option_values(leaf, options or {}, ids, checked=checked))
        data: dict[str, Any] = _command_data(command) | {"options": values}
        resolved = self._resolved_attachments(stored.values()) | _resolved_users(options or {})
        data |= {"resolved": resolved} if resolved else {}
        return await self._send(Kind.COMMAND, data, user=user, channel=channel, **circumstances)

    async def context_menu(self, name: str, *, target: Message, **circumstances: Any) -> Handle:
        shown = self.backend.shown(target)
        data = _command_data(self.backend.commands.find(name, _MESSAGE_MENU))
        data |= {"target_id": str(target.id), "resolved": {"messages": {str(target.id): shown}}}
        return await self._send(Kind.COMMAND, data, **circumstances)

    async def click(
        self,
        message: Message,
        custom_id: str,
        *,
        checked: bool = True,
        **circumstances: Any,
    ) -> Handle:
        """Press a button. `checked` False forges a component that is not there."""
        parts = [part for part in walk(message.components) if "custom_id" in part]
        component = next((part for part in parts if part["custom_id"] == custom_id), None)
        if checked and (component is None or component.get("disabled")):
            found = [part["custom_id"] for part in parts]
            raise NotSendable(f"{custom_id!r} cannot be pressed; the message has {found}")
        kind = component["type"] if component else _BUTTON
        data: dict[str, Any] = {"custom_id": custom_id, "component_type": kind, "id": 1}
        return await self._send(
            Kind.COMPONENT, data, source=message, channel=message.channel, **circumstances
        )

    async def submit_modal(self, opened: Handle, values: dict[str, Any], **circumstances: Any) -> Handle:
        """Send the modal that `opened` was answered with, filled with `values` by custom id (`modal.filled`)."""
        callback = await opened.callback()
        if callback.type != Reply.OPEN_MODAL:
            raise NotSendable(f"interaction {opened.id} was not answered with a modal")
        before = opened.interaction
        stored: list[StoredFile] = []

        def store(name: str, file: bytes) -> str:
            stored.append(self._upload(before.channel, name, file))
            return str(stored[-1].id)

        components = filled(callback.data, values, store)
        data: dict[str, Any] = {"custom_id": callback.data["custom_id"], "components": components}
        data |= {"resolved": self._resolved_attachments(stored)} if stored else {}
        where = {"user": before.user, "channel": before.channel, "source": before.source}
        return await self._send(Kind.MODAL, data, **where, **circumstances)

    async def send_again(self, handle: Handle) -> None:
        """Deliver the same interaction once more, as a gateway may."""
        await self._dispatch(handle.interaction)

    async def wait_for_message(
        self,
        channel: Channel | None,
        predicate: Callable[[Message], bool] = lambda _: True,
        timeout: float = 10.0,
    ) -> Message:
        """Return the first message that everybody in `channel` (None: anywhere) sees and `predicate` accepts."""
        try:
            return await self.backend.ledger.wakeup.until(
                lambda: self._seen(channel, predicate), timeout, what="such message"
            )
        except TimeoutError as error:
            there = [message.content for message in self.backend.ledger.messages if not message.deleted]
            raise TimeoutError(f"{error}; there were: {there}") from None

    def _seen(self, channel: Channel | None, predicate: Callable[[Message], bool]) -> Message | None:
        for message in self.backend.ledger.messages:
            hidden = message.deleted or message.ephemeral or message.loading
            if not hidden and (channel is None or message.channel.id == channel.id) and predicate(message):
                return message
        return None

    def _command(self, name: str) -> tuple[dict[str, Any], list[str], dict[str, Any]]:
        """Return the command, the words after it, and what these lead to."""
        first, *path = name.split()
        command = self.backend.commands.find(first)
        return command, path, descend(command, path)

    async def _send(
        self, kind: Kind, data: dict[str, Any], *, source: Message | None = None, **circumstances: Any
    ) -> Handle:
        envelope = Envelope(**circumstances)
        interaction = new_interaction(self.backend, envelope, type=kind, data=data, source=source)
        await self._dispatch(interaction)
        return Handle(interaction, self.backend.ledger.wakeup)

    async def _dispatch(self, interaction: Interaction) -> None:
        if interaction.dispatched_at is None:
            interaction.dispatched_at = time.perf_counter()
        await self.backend.gateway.dispatch(
            "INTERACTION_CREATE", interaction.payload, guild_id=interaction.channel.guild_id
        )

    def _upload(self, channel: Channel, name: str, data: bytes) -> StoredFile:
        return self.backend.files.put(channel.id, name, data)

    def _resolved_attachments(self, stored: Any) -> dict[str, Any]:
        files = self.backend.files
        entries = {str(file.id): attachment_json(file, files) | {"ephemeral": True} for file in stored}
        return {"attachments": entries} if entries else {}


def _command_data(command: dict[str, Any]) -> dict[str, Any]:
    scope = {"guild_id": command["guild_id"]} if "guild_id" in command else {}
    return {"id": command["id"], "name": command["name"], "type": command["type"]} | scope


def _resolved_users(given: dict[str, Any]) -> dict[str, Any]:
    users = [value for value in given.values() if isinstance(value, User)]
    if not users:
        return {}
    members = {str(user.id): member_json(user) | {"permissions": "0"} for user in users}
    return {"users": {str(user.id): user_json(user) for user in users}, "members": members}
