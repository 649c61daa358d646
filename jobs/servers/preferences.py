"""Settings of members and servers, with a cache. Values that an older or newer version wrote do not break them."""

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
"""A function that takes a server's settings and returns changed ones."""

REMEMBERED = 5000
"""How many members, and how many servers, have their settings cached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSettings:
    """A member's settings: defaults for the member's orders, and what others may do with the member's videos."""

    options: VideoOptions = VideoOptions()
    spoiler: bool = False
    private: bool = False
    language: str | None = None  #: None: as Discord reports it
    direct_messages: bool = True  #: results may come by direct message if their channel cannot be posted to
    notify: bool = False  #: a direct message when a video is ready
    reusable: bool = True  #: others may animate their pictures, and remix or continue their videos

    def value_of(self, setting: str) -> Any:
        """Return the value of a setting by its name on the row; video options count as settings, too."""
        return getattr(self.options if setting in OPTIONS else self, setting)

    @classmethod
    def from_json(cls, kept: str | None) -> "MemberSettings":
        """Read the settings of a row; a setting that is missing or does not fit gets its default."""
        values = stored_object(kept)
        options = VideoOptions(**stored_fields(values, VideoOptions))
        return cls(options=options, **stored_fields({**values, "options": None}, cls))


SETTINGS = OPTIONS.keys() | {each.name for each in fields(MemberSettings)} - {"options"}
"""The names of a member's settings on the row."""


def with_settings(kept: str | None, **changes: Any) -> str:
    """Return the JSON of a member's row with some settings changed; it holds only settings that somebody set.

    Raises:
        TypeError: there is no such setting.
    """
    if unknown := changes.keys() - SETTINGS:
        raise TypeError(f"no setting of a member: {', '.join(sorted(unknown))}")
    return json.dumps({**stored_object(kept), **changes})


class Preferences:
    """The settings of members and servers, to read and to change. With `alone=True`, each is read only once."""

    def __init__(self, members: Members, *, remembered: int = REMEMBERED, alone: bool = True) -> None:
        self._members = members
        self._remember = remembered
        self._alone = alone  #: no other process changes settings, so the cache is never out of date
        self._of_members = _Recent[MemberSettings](remembered)
        self._of_guilds = _Recent[GuildSettings](remembered)
        # One reader or writer at a time: no change is lost, and no outdated value stays in the cache.
        self._turn = asyncio.Lock()

    async def warm_cache(self) -> None:
        """Fill the cache with the members' settings that changed last, so that commands need not wait for them."""
        for user_id, kept in await self._members.newest(limit=self._remember):
            self._of_members.put(user_id, MemberSettings.from_json(kept))

    def cached_member(self, user_id: int) -> MemberSettings | None:
        """Return a member's settings from the cache; None if they are not cached. The database is not asked."""
        return self._of_members.get(user_id)

    async def member(self, user_id: int) -> MemberSettings:
        """Return a member's settings."""
        known = self._of_members.get(user_id)
        if known is not None and self._alone:
            return known
        async with self._turn:
            return await self._read_member(user_id)

    async def member_unlocked(self, user_id: int) -> MemberSettings:
        """Return a member's settings without waiting for other readers or writers; for the steps of jobs."""
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
        """Drop a member's settings from the cache, because they were deleted."""
        self._of_members.drop(user_id)

    async def guild(self, guild_id: int) -> GuildSettings:
        """Return a server's settings; the defaults for direct messages (guild 0)."""
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
        """Turn the spoiler for all results in one channel on or off; return all settings of the server."""
        here = frozenset({channel_id})

        def revise(rules: GuildSettings) -> GuildSettings:
            channels = rules.spoiler_channels | here if hide else rules.spoiler_channels - here
            return replace(rules, spoiler_channels=channels)

        return await self.revise_guild(guild_id, revise)

    async def revise_guild(self, guild_id: int, revise: Revise) -> GuildSettings:
        """Apply `revise` to a server's settings, save and return the result.

        One change at a time, so that no change overwrites another.
        """
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
    """A cache of the `size` values that were used last."""

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
