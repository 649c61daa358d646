"""The messages: posting with nonces, editing, deleting, looking back."""

import copy
from typing import Any

from tests.loopback_discord.errors import DiscordError, Refusal, invalid_form
from tests.loopback_discord.files import FileStore, StoredFile
from tests.loopback_discord.form import Form
from tests.loopback_discord.ledger import EPHEMERAL, LOADING, Interaction, Ledger, Message, Revision
from tests.loopback_discord.limits import check_message, check_not_empty, walk
from tests.loopback_discord.mentions import ALL, USERS_ONLY, pings_of
from tests.loopback_discord.rules import Mint, Rules
from tests.loopback_discord.world import BOT, Channel, User, World

_SETTABLE_FLAGS = EPHEMERAL | 1 << 2 | 1 << 12


class MessageStore:
    """All messages of all channels. Every change is in the ledger and rings its bell."""

    def __init__(self, world: World, rules: Rules, ledger: Ledger, files: FileStore, mint: Mint) -> None:
        self._world = world
        self._rules = rules
        self._ledger = ledger
        self._files = files
        self._mint = mint
        self._nonces: dict[tuple[int, str], Message] = {}
        self._by_id: dict[int, Message] = {}

    def post(
        self, channel: Channel, form: Form, *, author: User = BOT, interaction: Interaction | None = None
    ) -> tuple[Message, bool]:
        """Create a message, or find the one that an enforced nonce names; True says that it is new."""
        self._check(form)
        check_not_empty(form)
        self._check_reference(channel, form)
        if interaction is None and (first := self._sent_before(author, form.fields())):
            return first, False
        message = self._new(channel, form, author, interaction)
        nonce = form.fields().get("nonce")
        if nonce is not None and interaction is None:
            message.nonce = str(nonce)
            self._nonces[author.id, message.nonce] = message
        return message, True

    def defer(self, interaction: Interaction, *, flags: int) -> Message:
        return self._add(
            Message(
                id=self._mint.next(),
                channel=interaction.channel,
                author=BOT,
                created_at=self._rules.clock(),
                flags=LOADING | (flags & EPHEMERAL),
                interaction=interaction,
            )
        )

    def edit(self, message: Message, form: Form) -> None:
        """Change what `form` names; the rest stays. A thinking message is filled by its first edit."""
        self._check(form)
        fields = form.fields()
        message.content = (fields.get("content") or "") if "content" in fields else message.content
        message.embeds = fields.get("embeds") or [] if "embeds" in fields else message.embeds
        message.components = _numbered(fields["components"]) if "components" in fields else message.components
        message.attachments = self._attachments_after_edit(message, form)
        message.flags = message.flags & ~LOADING
        message.edited_at = self._rules.clock()
        self._record(message, fields)

    def delete(self, message: Message) -> None:
        """Delete a message for good; the ledger keeps it, marked."""
        message.deleted_at = self._rules.clock()
        self._ledger.wakeup.notify()

    def find(self, channel_id: int, message_id: int) -> Message:
        """Return a message that is still there and not ephemeral."""
        message = self._by_id.get(message_id)
        if message is None or message.deleted or message.ephemeral or message.channel.id != channel_id:
            raise DiscordError(Refusal.UNKNOWN_MESSAGE)
        return message

    def forget_nonces(self) -> None:
        """Forget all nonces, as Discord does after a few minutes."""
        self._nonces.clear()

    def _check(self, form: Form) -> None:
        check_message(form, limit_bytes=self._rules.upload_limit_bytes)
        fields = form.fields()
        texts = [fields.get("content") or "", *(form.description_of(number) or "" for number in form.files)]
        for word, refusal in self._rules.refused_words.items():
            if any(word in text for text in texts):
                raise DiscordError(refusal)

    def _check_reference(self, channel: Channel, form: Form) -> None:
        reference = form.fields().get("message_reference")
        if not reference or reference.get("fail_if_not_exists") is False:
            return
        try:
            self.find(channel.id, int(reference["message_id"]))
        except DiscordError:
            code = "REPLIES_UNKNOWN_MESSAGE"
            raise invalid_form("message_reference", code, "Unknown message") from None

    def _sent_before(self, author: User, fields: dict[str, Any]) -> Message | None:
        """Return the first message of this nonce. Its reach is the author, as documented, not the channel."""
        first = self._nonces.get((author.id, str(fields.get("nonce"))))
        if not fields.get("enforce_nonce") or first is None:
            return None
        if self._rules.clock() - first.created_at > self._rules.nonce_window_seconds:
            return None
        if first.deleted:
            raise DiscordError(Refusal.UNKNOWN_MESSAGE)
        return first

    def _new(self, channel: Channel, form: Form, author: User, interaction: Interaction | None) -> Message:
        fields = form.fields()
        allowed = fields.get("allowed_mentions")
        default = ALL if interaction is None else USERS_ONLY
        pings = pings_of(fields.get("content") or "", allowed, default=default)
        message = Message(
            id=self._mint.next(),
            channel=channel,
            author=author,
            created_at=self._rules.clock(),
            content=fields.get("content") or "",
            embeds=fields.get("embeds") or [],
            components=_numbered(fields.get("components") or []),
            attachments=self._store(channel, form),
            flags=int(fields.get("flags") or 0) & _SETTABLE_FLAGS,
            allowed_mentions=allowed,
            pings=pings.users & self._world.users.keys(),
            pings_everyone=pings.everyone,
            reference=fields.get("message_reference"),
            interaction=interaction,
        )
        self._record(message, fields)
        return self._add(message)

    def _add(self, message: Message) -> Message:
        self._by_id[message.id] = message
        self._ledger.messages.append(message)
        self._ledger.wakeup.notify()
        return message

    def _record(self, message: Message, fields: dict[str, Any]) -> None:
        message.revisions.append(
            Revision(at=self._rules.clock(), content=message.content, payload=dict(fields))
        )
        self._ledger.wakeup.notify()

    def _store(self, channel: Channel, form: Form) -> list[StoredFile]:
        return [
            self._files.put(channel.id, name, data, description=form.description_of(number))
            for number, (name, data) in sorted(form.files.items())
        ]

    def _attachments_after_edit(self, message: Message, form: Form) -> list[StoredFile]:
        named = form.fields().get("attachments")
        kept_ids = None if named is None else {str(entry.get("id")) for entry in named}
        kept = [file for file in message.attachments if kept_ids is None or str(file.id) in kept_ids]
        return kept + self._store(message.channel, form)


def _numbered(components: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Return components with the ids that Discord gives to those that have none."""
    numbered = copy.deepcopy(components or [])
    for number, component in enumerate(walk(numbered), 1):
        component.setdefault("id", number)
    return numbered
