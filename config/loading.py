"""The reading of the settings from the environment and from `.env`; every problem with them is reported."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from config.settings import Settings, SettingsInvalid
from config.values import SecretStr, is_loopback

ENV_FILE = ".env"

SHORTEST_TOKEN = 16
"""The least number of characters of the token that guards the process's pages from other machines."""


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` take precedence over the environment, and the environment over `.env`.

    Raises:
        SettingsInvalid: settings are missing or wrong; the message repeats no value.
    """
    written = _written()
    given = _named(written) | _named(os.environ)
    _refuse_renamed(given)
    if lifted := [unread for unread in _unread(written) if unread.is_near_a_cap]:
        raise SettingsInvalid(list(map(str, lifted)))
    return _read(given | overrides)


def unread_names() -> list[str]:
    """Return a warning for each name that no setting has.

    It covers every such name in `.env`, and environment variables whose names resemble a setting.
    """
    return list(map(str, _unread(_written())))


def load_settings_without(*names: str) -> Settings:
    """Read the settings for a command that does not use `names`, which other commands require.

    Raises:
        SettingsInvalid: settings are missing or wrong; the message repeats no value.
    """
    return load_settings(**dict.fromkeys(names, "has-no-use-here"))


def settings_of(**values: Any) -> Settings:
    """Return settings from `values` and the defaults only, without the environment and `.env`."""
    return _read(values)


def _written() -> dict[str, str | None]:
    try:
        return dotenv_values(ENV_FILE, encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsInvalid([".env: is no text in UTF-8. Save it in that encoding."]) from None


@dataclass(frozen=True, slots=True)
class _Unread:
    """A name that no setting has, and the setting that was probably meant."""

    name: str
    meant: str | None

    @property
    def is_near_a_cap(self) -> bool:
        """Return whether the name is probably a misspelt limit on the bill, which would silently not apply."""
        return any(name is not None and _CAP.match(name.lower()) for name in (self.name, self.meant))

    def __str__(self) -> str:
        hint = f"Did you mean {self.meant.upper()}?" if self.meant else "docs/settings.md lists all names."
        return f"{self.name}: is no setting. {hint}"


_CAP = re.compile(r"(member|user|guild|bot)_|allowed_guilds$|strikes$|max_running_jobs$")
_OTHERS = ("COMPOSE_", "DOCKER_", "LITESTREAM_", "POSTGRES_", "TEST_")
"""What names for the programs beside the bot begin with."""
_CLOSE = 0.7
"""How alike two names are, by difflib's ratio, if one is probably a slip of the other."""


def _unread(written: Mapping[str, str | None]) -> list[_Unread]:
    known = {each.name for each in fields(Settings)}
    names = sorted(
        name for name, text in (written | os.environ).items() if text and name.lower() not in known
    )
    found = [_Unread(name, _closest(name.lower(), known)) for name in names if not name.startswith(_OTHERS)]
    return [each for each in found if each.meant or each.name in written]


def _closest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(name, known, n=1, cutoff=_CLOSE)), None)


def _named(texts: Mapping[str, str | None]) -> dict[str, Any]:
    """Map field names to the values that are set; an empty value counts as not set."""
    return {name.lower(): text for name, text in texts.items() if text}


def _read(given: Mapping[str, Any]) -> Settings:
    values: dict[str, Any] = {}
    problems: list[str] = []
    for each in fields(Settings):
        try:
            values[each.name] = _value(each, given)
        except ValueError as error:
            problems.append(f"{each.name.upper()}: {error}")
    if "health_token" in values and (fault := _unguarded(values["health_token"], values["health_host"])):
        problems.append(f"HEALTH_TOKEN: {fault}")
    if problems:
        raise SettingsInvalid(problems)
    return Settings(**values)


def _value(each: Field[Any], given: Mapping[str, Any]) -> Any:
    if each.name not in given:
        if each.default is MISSING:
            raise ValueError("is missing. Set it in the environment or in .env.")
        return each.default
    value = given[each.name]
    if isinstance(value, int | float | Path):
        value = str(value)
    return each.metadata["read"](value) if isinstance(value, str) else value


def _unguarded(token: SecretStr | None, host: str) -> str | None:
    """Return the problem with the token that guards the process's pages, None if there is none."""
    if token is None:
        lets_in = not is_loopback(host)
        return (
            "is missing. HEALTH_HOST lets other machines in, and a token must guard the pages."
            if lets_in
            else None
        )
    short = len(token.get_secret_value()) < SHORTEST_TOKEN
    return f"is shorter than {SHORTEST_TOKEN} characters" if short else None


_RENAMED = {
    "MAX_ACTIVE_PER_USER": "MEMBER_ACTIVE",
    "MAX_JOBS_PER_USER_PER_DAY": "MEMBER_PER_DAY",
    "MAX_JOBS_PER_DAY": "BOT_PER_DAY",
    "PRICES_FILE": "MODELS_FILE",
}


def _refuse_renamed(given: Mapping[str, Any]) -> None:
    """Raise if a renamed setting is still in use: ignoring an old limit would silently lift it."""
    problems = [f"{old}: is called {new} now." for old, new in _RENAMED.items() if old.lower() in given]
    if problems:
        raise SettingsInvalid(problems)
