"""What a server's managers have decided, how each change is written down, and how both are read from a row."""

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from db.money.caps import UNLIMITED, LevelCaps


@dataclass(frozen=True, slots=True, kw_only=True)
class GuildSettings:
    """What a server's managers have decided. In limits, None stands for what the operator allows."""

    others_images: bool = False  #: pictures of other members may be animated
    spoiler_everywhere: bool = False
    spoiler_channels: frozenset[int] = frozenset()
    member_limits: LevelCaps = UNLIMITED
    guild_limits: LevelCaps = UNLIMITED
    role_limits: Mapping[int, LevelCaps] = field(default_factory=dict[int, LevelCaps])  #: by role
    favoured_roles: frozenset[int] = frozenset()  #: their members are served more often
    time_zone: str = "UTC"  #: in which its days turn
    allowed_channels: frozenset[int] = frozenset()  #: empty: all that are not denied
    denied_channels: frozenset[int] = frozenset()
    banned_words: tuple[str, ...] = ()
    banned_patterns: tuple[str, ...] = ()
    log_channel: int | None = None  #: where moderators see each video

    def to_json(self) -> str:
        """Return the settings as the text of a row."""
        values = {
            **asdict(self),
            "role_limits": {str(role): _limits_kept(caps) for role, caps in self.role_limits.items()},
            "member_limits": _limits_kept(self.member_limits),
            "guild_limits": _limits_kept(self.guild_limits),
        }
        return json.dumps({name: _plain(value) for name, value in values.items()})

    @classmethod
    def from_json(cls, kept: str | None) -> "GuildSettings":
        """Rebuild them; what is missing or cannot be understood is as if it had never been set."""
        return cls(**understood(kept, _OF_GUILD))


Reader = Callable[[Any], Any]
"""Returns the value of one field. Raises ValueError or TypeError where it cannot be understood."""


def understood(kept: str | None, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the fields that are there and that their reader takes."""
    return read(as_object(kept), readers)


def read(values: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Return the same of an object that was parsed already."""
    if not isinstance(values, dict):
        raise TypeError(values)
    known = cast("dict[str, Any]", values)
    fields: dict[str, Any] = {}
    for name in readers.keys() & known.keys():
        with contextlib.suppress(ValueError, TypeError):
            fields[name] = readers[name](known[name])
    return fields


def flag(value: Any) -> bool:
    """Read a yes or no."""
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def text(value: Any) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def texts(values: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    return tuple(map(text, values))


def whole(value: Any) -> int:
    """Read a figure of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(value)
    return value


def ids(values: Any) -> frozenset[int]:
    """Read Discord ids."""
    return frozenset(map(int, values))


def as_object(kept: str | None) -> dict[str, Any]:
    """Return the object that was kept, {} if there is none."""
    try:
        value = json.loads(kept or "{}")
    except ValueError:
        return {}
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _plain(value: Any) -> Any:
    return sorted(cast("frozenset[int]", value)) if isinstance(value, frozenset) else value


def _limits_kept(caps: LevelCaps) -> dict[str, int]:
    return {name: value for name, value in asdict(caps).items() if value is not None}


def limits_read(values: Any) -> LevelCaps:
    """Rebuild limits, whatever else stands there."""
    return LevelCaps(**read(values, _OF_LEVEL))


def _limits_of_roles(values: Any) -> dict[int, LevelCaps]:
    if not isinstance(values, dict):
        raise TypeError(values)
    return {int(role): limits_read(caps) for role, caps in cast("dict[str, Any]", values).items()}


def _zone(value: Any) -> str:
    try:
        return ZoneInfo(text(value)).key
    except (
        ZoneInfoNotFoundError,
        OSError,
    ) as error:  # a name that is not known here, or that of a whole folder
        raise ValueError(value) from error


def _channel(value: Any) -> int | None:
    return None if value is None else int(value)


_OF_LEVEL: Mapping[str, Reader] = {
    "active": whole,
    "per_day": whole,
    "micros_per_day": whole,
    "micros_per_month": whole,
    "cooldown_ms": whole,
}


_OF_GUILD: Mapping[str, Reader] = {
    "others_images": flag,
    "spoiler_everywhere": flag,
    "spoiler_channels": ids,
    "member_limits": limits_read,
    "guild_limits": limits_read,
    "role_limits": _limits_of_roles,
    "favoured_roles": ids,
    "time_zone": _zone,
    "allowed_channels": ids,
    "denied_channels": ids,
    "banned_words": texts,
    "banned_patterns": texts,
    "log_channel": _channel,
}


class AuditAction(StrEnum):
    """What was changed; a word of the catalogue."""

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


@dataclass(frozen=True, slots=True)
class Manager:
    """Who changes something, and in which server. That they may is checked where they are known."""

    guild_id: int
    user_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditDetail:
    """To what something was changed; what does not apply is empty."""

    user: int | None = None  #: whom it is about
    role: int | None = None
    channels: tuple[int, ...] = ()
    texts: tuple[str, ...] = ()
    figures: dict[str, int | None] | None = None  #: limits by measure, None: as the operator allows
    days: int | None = None
    job: str | None = None

    def to_json(self) -> str:
        """Return it as the text of a row, without what is empty."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in values.items() if value})

    @classmethod
    def from_json(cls, kept: str | None) -> "AuditDetail":
        """Rebuild it; what another program wrote there is left out."""
        try:
            values = json.loads(kept or "{}")
        except ValueError:
            return cls()
        if not isinstance(values, dict):
            return cls()
        known = cast("dict[str, Any]", values)
        return cls(**{name: _whole(known[name]) for name in cls.__slots__ if name in known})


def _whole(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if isinstance(value, list) else value
