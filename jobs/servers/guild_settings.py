"""Settings of a server, entries of its audit, and how both are read from and written to rows."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from db.money.caps import UNLIMITED, LevelCaps


def stored_object(kept: str | None) -> dict[str, Any]:
    """Parse the JSON object of a row; {} if the row holds none."""
    try:
        value = json.loads(kept or "{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def stored_fields(values: Mapping[str, Any], of: type, **readers: Callable[[Any], Any]) -> dict[str, Any]:
    """Return those values that fit a field of the dataclass `of`; a value that does not fit counts as never set.

    A value fits if it has the field's declared type, or if the field's reader accepts it. A reader raises
    ValueError for a value that does not fit.
    """
    fitting: dict[str, Any] = {}
    for name, kind in get_type_hints(of).items():
        if name in values:
            with contextlib.suppress(ValueError):
                read = readers.get(name)
                fitting[name] = read(values[name]) if read else msgspec.convert(values[name], kind)
    return fitting


def read_limits(values: Any) -> LevelCaps:
    """Rebuild limits; a figure that is not a number, or is below 0, counts as never set.

    Raises:
        ValueError: `values` is not an object.
    """
    figures = stored_fields(msgspec.convert(values, dict[str, Any]), LevelCaps)
    return LevelCaps(**{name: figure for name, figure in figures.items() if figure is None or figure >= 0})


def _limits_of_roles(values: Any) -> dict[int, LevelCaps]:
    roles = msgspec.convert(values, dict[int, Any], str_keys=True)
    return {role: read_limits(limits) for role, limits in roles.items()}


def _zone(name: Any) -> str:
    try:
        return ZoneInfo(msgspec.convert(name, str)).key
    except (ZoneInfoNotFoundError, OSError) as error:  # no such zone, or the name of a folder of zones
        raise ValueError(name) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildSettings:
    """The settings that a server's managers have chosen. A limit of None means: as the operator allows."""

    others_images: bool = False  #: pictures of other members may be animated
    spoiler_everywhere: bool = False
    spoiler_channels: frozenset[int] = frozenset()
    member_limits: LevelCaps = UNLIMITED
    guild_limits: LevelCaps = UNLIMITED
    role_limits: Mapping[int, LevelCaps] = field(default_factory=dict[int, LevelCaps])  #: by role id
    favoured_roles: frozenset[int] = frozenset()  #: roles whose members have priority
    time_zone: str = "UTC"  #: in which the server's days begin and end
    allowed_channels: frozenset[int] = frozenset()  #: empty: all channels that are not denied
    denied_channels: frozenset[int] = frozenset()
    banned_words: tuple[str, ...] = ()
    banned_patterns: tuple[str, ...] = ()
    log_channel: int | None = None  #: the channel of the moderators' log; None: no log

    def to_json(self) -> str:
        """Return the settings as JSON for the server's row."""
        return msgspec.json.encode(self).decode()

    @classmethod
    def from_json(cls, kept: str | None) -> "GuildSettings":
        """Rebuild the settings from a row; a field that is missing or does not fit gets its default."""
        limits = {"member_limits": read_limits, "guild_limits": read_limits, "role_limits": _limits_of_roles}
        return cls(**stored_fields(stored_object(kept), cls, **limits, time_zone=_zone))


class AuditAction(StrEnum):
    """The kinds of changes that the audit records; each value is a key of the text catalogue."""

    MEMBER_LIMITS = "member_limits"
    GUILD_LIMITS = "guild_limits"
    TIME_ZONE = "time_zone"
    ROLE_LIMITS = "role_limits"
    ROLE_NO_LIMITS = "role_no_limits"
    ROLE_FAVOURED = "role_favoured"
    ROLE_NOT_FAVOURED = "role_not_favoured"
    ALLOWED_CHANNELS = "allowed_channels"
    DENIED_CHANNELS = "denied_channels"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    BANNED_WORDS = "banned_words"
    BANNED_PATTERNS = "banned_patterns"
    OTHERS_IMAGES_ON = "others_images_on"
    OTHERS_IMAGES_OFF = "others_images_off"
    SPOILER_EVERYWHERE_ON = "spoiler_everywhere_on"
    SPOILER_EVERYWHERE_OFF = "spoiler_everywhere_off"
    SPOILER_HERE_ON = "spoiler_here_on"
    SPOILER_HERE_OFF = "spoiler_here_off"
    LOG_CHANNEL = "log_channel"
    PAUSED = "paused"
    RESUMED = "resumed"
    CANCELLED = "cancelled"
    SUBMITTED_AGAIN = "submitted_again"
    GIVEN_UP = "given_up"
    TAKEN_DOWN = "taken_down"


OPERATOR = 0
"""The id in the audit of the operator, who acts in a terminal or on the operator's page, not as a Discord user."""


@dataclass(frozen=True, slots=True)
class Manager:
    """The person who makes a change, and the server. The caller checks that the person may manage it."""

    guild_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDetail:
    """The details of one change in the audit; fields that do not apply are empty."""

    user: int | None = None  #: the member whom the change concerns
    role: int | None = None
    channels: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    figures: dict[str, int | None] | None = None  #: limits by measure, None: as the operator allows
    days: int | None = None
    job: str | None = None

    def to_json(self) -> str:
        """Return the details as JSON for the audit's row, without empty fields."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in values.items() if value})

    @classmethod
    def from_json(cls, kept: str | None) -> "AuditDetail":
        """Rebuild the details from a row; a field that does not fit is left out."""
        return cls(**stored_fields(stored_object(kept), cls))
