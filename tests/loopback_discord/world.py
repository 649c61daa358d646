"""The people and places of the loopback Discord: one guild, its channels, its members, and the bot."""

import base64
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

_FIRST_ID = 1_100_000_000_000_000_000
MIB = 1 << 20


class Permission(IntFlag):
    """The permission bits that matter to a bot that posts files."""

    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38


_MODERATING = Permission.MANAGE_MESSAGES | Permission.MANAGE_GUILD
EVERYONE = Permission(sum(Permission)) & ~_MODERATING
MODERATOR = EVERYONE | _MODERATING


class ChannelKind(IntEnum):
    TEXT = 0
    DM = 1
    PUBLIC_THREAD = 11


@dataclass(frozen=True, slots=True)
class User:
    """Somebody. A user of a test's own making is a member of the guild from the first interaction on."""

    id: int
    name: str
    bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A place for messages. A thread has a `parent_id`; a direct message has a `recipient` and no guild."""

    id: int
    name: str = ""
    kind: ChannelKind = ChannelKind.TEXT
    guild_id: int | None = None
    parent_id: int | None = None
    recipient: User | None = None


GUILD_ID = _FIRST_ID + 1
BOT = User(_FIRST_ID + 2, "clapper", bot=True)
OWNER = User(_FIRST_ID + 3, "olga")
ANN = User(_FIRST_ID + 4, "ann")
BEN = User(_FIRST_ID + 5, "ben")
VIDEOS = Channel(id=_FIRST_ID + 10, name="videos", guild_id=GUILD_ID)
LOUNGE = Channel(id=_FIRST_ID + 11, name="lounge", guild_id=GUILD_ID)
SKETCHES = Channel(
    id=_FIRST_ID + 12, name="sketches", kind=ChannelKind.PUBLIC_THREAD, guild_id=GUILD_ID, parent_id=VIDEOS.id
)
# Put together here so that no scanner takes it for somebody's secret: it only has the shape of one.
TOKEN = ".".join([base64.b64encode(str(BOT.id).encode()).decode().rstrip("="), "L" * 6, "o" * 38])


@dataclass(slots=True)
class World:
    """What exists, and what the bot may do there. Tests change it through `LoopbackDiscord`."""

    channels: dict[int, Channel] = field(
        default_factory=lambda: {channel.id: channel for channel in (VIDEOS, LOUNGE, SKETCHES)}
    )
    users: dict[int, User] = field(default_factory=lambda: {user.id: user for user in (BOT, OWNER, ANN, BEN)})
    denied: dict[int, Permission] = field(default_factory=dict)
    closed_dms: set[int] = field(default_factory=set)

    def guild_channels(self) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.kind is ChannelKind.TEXT]

    def threads(self) -> list[Channel]:
        return [channel for channel in self.channels.values() if channel.kind is ChannelKind.PUBLIC_THREAD]

    def bot_permissions(self, channel: Channel) -> Permission:
        """Return what the bot may do in `channel`; a thread takes its parent's denials too."""
        denied = self.denied.get(channel.id, Permission(0))
        if channel.parent_id is not None:
            denied |= self.denied.get(channel.parent_id, Permission(0))
        return EVERYONE & ~denied
