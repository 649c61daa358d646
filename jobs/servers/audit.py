"""What managers of a server can change, as it is written down for their audit."""

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast


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
