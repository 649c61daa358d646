"""Everything that one loopback Discord is made of, opened together and handed to its parts."""

import secrets
from dataclasses import dataclass, field

from tests.loopback_discord.commands import CommandBook
from tests.loopback_discord.faults import FaultBook
from tests.loopback_discord.files import FileStore
from tests.loopback_discord.gateway import DIRECT_MESSAGES, GUILD_MESSAGES, Gateway
from tests.loopback_discord.ledger import Ledger, Message
from tests.loopback_discord.messages import MessageStore
from tests.loopback_discord.mint import Mint
from tests.loopback_discord.payloads import message_json
from tests.loopback_discord.ratelimits import RateLimits
from tests.loopback_discord.rules import Rules
from tests.loopback_discord.world import World


@dataclass(slots=True, eq=False)
class Backend:
    world: World = field(default_factory=World)
    rules: Rules = field(default_factory=Rules)
    ledger: Ledger = field(default_factory=Ledger)
    faults: FaultBook = field(default_factory=FaultBook)
    mint: Mint = field(init=False)
    rate_limits: RateLimits = field(init=False)
    files: FileStore = field(init=False)
    messages: MessageStore = field(init=False)
    gateway: Gateway = field(init=False)
    commands: CommandBook = field(init=False)

    def __post_init__(self) -> None:
        self.mint = Mint(self.rules)
        self.rate_limits = RateLimits(self.rules)
        self.files = FileStore(rules=self.rules, mint=self.mint)
        self.messages = MessageStore(
            world=self.world, rules=self.rules, ledger=self.ledger, files=self.files, mint=self.mint
        )
        self.gateway = Gateway(world=self.world, ledger=self.ledger)
        self.commands = CommandBook(self.mint)

    def new_token(self) -> str:
        return secrets.token_urlsafe(48)

    async def announce(self, event: str, message: Message) -> None:
        """Tell the gateway of a message that came, changed or went; ephemeral ones are told to nobody."""
        if message.ephemeral:
            return
        guild_id = message.channel.guild_id
        data = {"id": str(message.id), "channel_id": str(message.channel.id)}
        if event != "MESSAGE_DELETE":
            data = message_json(message, self.files, self.world)
            data |= {"nonce": message.nonce} if message.nonce is not None else {}
        data |= {"guild_id": str(guild_id)} if guild_id is not None else {}
        intent = GUILD_MESSAGES if guild_id is not None else DIRECT_MESSAGES
        await self.gateway.dispatch(event, data, guild_id=guild_id, intent=intent)
