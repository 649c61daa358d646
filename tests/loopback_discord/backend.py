"""Everything that one loopback Discord is made of, opened together and handed to its parts."""

from typing import Any

from tests.loopback_discord.commands import CommandBook
from tests.loopback_discord.faults import FaultBook
from tests.loopback_discord.files import FileStore
from tests.loopback_discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from tests.loopback_discord.ledger import Ledger, Message
from tests.loopback_discord.messages import MessageStore
from tests.loopback_discord.payloads import message_json
from tests.loopback_discord.ratelimits import RateLimits
from tests.loopback_discord.rules import Mint, Rules
from tests.loopback_discord.world import Channel, ChannelKind, User, World


class Backend:
    """The parts; each knows those that it needs."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.world, self.ledger, self.faults = World(), Ledger(), FaultBook()
        self.mint = Mint(rules)
        self.rate_limits = RateLimits(rules)
        self.files = FileStore(rules=rules, mint=self.mint)
        self.messages = MessageStore(self.world, rules, self.ledger, self.files, self.mint)
        self.gateway = Gateway(world=self.world, ledger=self.ledger)
        self.commands = CommandBook(self.mint)

    def shown(self, message: Message) -> dict[str, Any]:
        """Return a message as its JSON object."""
        return message_json(message, self.files, self.world)

    def direct(self, user: User) -> Channel:
        """Return the direct messages with `user`, opened if they were not yet."""
        for channel in self.world.channels.values():
            if channel.recipient == user:
                return channel
        opened = Channel(id=self.mint.next(), kind=ChannelKind.DM, recipient=user)
        self.world.channels[opened.id] = opened
        return opened

    async def announce(self, event: str, message: Message) -> None:
        """Tell the gateway of a message that came, changed or went; ephemeral ones are told to nobody."""
        if message.ephemeral:
            return
        guild_id = message.channel.guild_id
        data = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if event != "MESSAGE_DELETE":
            data = self.shown(message)
            data |= {"nonce": message.nonce} if message.nonce is not None else {}
        data |= {"guild_id": str(guild_id)} if guild_id is not None else {}
        intent = GUILD_MESSAGES if guild_id is not None else DIRECT_MESSAGES
        await self.gateway.dispatch(event, data, guild_id=guild_id, intent=intent)
