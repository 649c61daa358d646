"""What members and servers prefer: read from what is kept, whatever an older or newer program wrote there."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from db.settings.members import Members
from hailuo.request import OPTIONS, VideoOptions
from jobs.servers.guild_settings import GuildSettings, stored_fields, stored_object

T = TypeVar("T")

Revise = Callable[[GuildSettings], GuildSettings]
"""Returns other settings of a server."""

REMEMBERED = 5000
"""Members, and servers, whose settings are kept in memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSettings:
    """What a member's commands do if nothing else is said, and what others may do with their videos."""

    options: VideoOptions = VideoOptions()
    spoiler: bool = False
    private: bool = False
    language: str | None = None  #: None: as Discord says
    direct_messages: bool = True  #: results may come by direct message where their channel is closed
    notify: bool = False  #: a direct message when a video is ready
    reusable: bool = True  #: others may animate their pictures, and remix or continue their videos

    def value_of(self, setting: str) -> Any:
        """Return the value of a setting by its name on the row; options have theirs."""
        return getattr(self.options if setting in OPTIONS else self, setting)

    @classmethod
    def from_json(cls, kept: str | None) -> "MemberSettings":
        """Read the settings of a row; what is missing or cannot be understood has its default."""
        values = stored_object(kept)
        options = VideoOptions(**stored_fields(values, VideoOptions))
        return cls(options=options, **stored_fields({**values, "options": None}, cls))


SETTINGS = OPTIONS.keys() | {each.name for each in fields(MemberSettings)} - {"options"}
"""The names of a member's settings, as they stand on the row."""


def with_settings(kept: str | None, **changes: Any) -> str:
    """Return the text of a row with some settings changed. Only what somebody set stands there.

    Raises:
        TypeError: there is no such setting.
    """
    if unknown := changes.keys() - SETTINGS:
        raise TypeError(f"no setting of a member: {', '.join(sorted(unknown))}")
    return json.dumps({**stored_object(kept), **changes})


class Preferences:
    """Settings by member and by server. A look costs nothing once they were read."""

    def __init__(self, members: Members, *, remembered: int = REMEMBERED, alone: bool = True) -> None:
        self._members = members
        self._remember = remembered
        self._alone = alone  #: no other process changes settings: what was read once holds
        self._of_members = _Recent[MemberSettings](remembered)
        self._of_guilds = _Recent[GuildSettings](remembered)
        # One reader or writer at a time: neither loses the other's change, nor remembers what is out of date.
        self._turn = asyncio.Lock()

    async def recall(self) -> None:
        """Read the settings that changed last, so that nobody waits for them before an answer."""
        for user_id, kept in await self._members.newest(limit=self._remember):
            self._of_members.put(user_id, MemberSettings.from_json(kept))

    def remembered(self, user_id: int) -> MemberSettings | None:
        """Return what is known of a member without asking the database."""
        return self._of_members.get(user_id)

    async def of(self, user_id: int) -> MemberSettings:
        """Return what a member prefers."""
        known = self._of_members.get(user_id)
        if known is not None and self._alone:
            return known
        async with self._turn:
            return await self._read_member(user_id)

    async def glance(self, user_id: int) -> MemberSettings:
        """Return what a member prefers without waiting for whoever reads or changes something: for steps."""
        known = self._of_members.get(user_id)
        if known is not None and self._alone:
            return known
        return MemberSettings.from_json(await self._members.settings_of(user_id))

    async def change(self, user_id: int, **fields: Any) -> MemberSettings:
        """Change some of a member's settings; return all of them."""
        async with self._turn:
            kept = with_settings(await self._members.settings_of(user_id), **fields)
            await self._members.save(user_id, kept)
            return self._of_members.put(user_id, MemberSettings.from_json(kept))

    def forget(self, user_id: int) -> None:
        """Remember nothing of a member whose settings were deleted."""
        self._of_members.drop(user_id)

    async def guild(self, guild_id: int) -> GuildSettings:
        """Return what a server has decided; nobody has for direct messages, which are no server."""
        if not guild_id:
            return GuildSettings()
        known = self._of_guilds.get(guild_id)
        if known is not None and self._alone:
            return known
        async with self._turn:
            return await self._read_guild(guild_id)

    async def change_guild(self, guild_id: int, **fields: Any) -> GuildSettings:
        """Change some of a server's settings; return all of them."""
        return await self.revise_guild(guild_id, lambda rules: replace(rules, **fields))

    async def hide_in_channel(self, guild_id: int, channel_id: int, *, hide: bool) -> GuildSettings:
        """Hide results in one channel behind a click, or no longer; return everything that the server decided."""
        here = frozenset({channel_id})

        def revise(rules: GuildSettings) -> GuildSettings:
            channels = rules.spoiler_channels | here if hide else rules.spoiler_channels - here
            return replace(rules, spoiler_channels=channels)

        return await self.revise_guild(guild_id, revise)

    async def revise_guild(self, guild_id: int, revise: Revise) -> GuildSettings:
        """Make of a server's settings what `revise` says; return all of them. Nobody's change in between is lost."""
        async with self._turn:
            changed = revise(await self._read_guild(guild_id))
            await self._members.save_guild(guild_id, changed.to_json())
            return self._of_guilds.put(guild_id, changed)

    async def _read_member(self, user_id: int) -> MemberSettings:
        kept = await self._members.settings_of(user_id)
        return self._of_members.put(user_id, MemberSettings.from_json(kept))

    async def _read_guild(self, guild_id: int) -> GuildSettings:
        kept = await self._members.settings_of_guild(guild_id)
        return self._of_guilds.put(guild_id, GuildSettings.from_json(kept))


class _Recent(Generic[T]):
    """The values that were looked at last, no more than `size`."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[int, T] = OrderedDict()

    def get(self, subject: int) -> T | None:
        if subject in self._values:
            self._values.move_to_end(subject)
        return self._values.get(subject)

    def drop(self, subject: int) -> None:
        self._values.pop(subject, None)

    def put(self, subject: int, value: T) -> T:
        self._values[subject] = value
        self._values.move_to_end(subject)
        if len(self._values) > self._size:
            self._values.popitem(last=False)
        return value
