"""The reading of the settings from the environment and from `.env`; every problem with them is reported."""

import os
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
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
    try:
        written = dotenv_values(ENV_FILE, encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsInvalid([".env: is no text in UTF-8. Save it in that encoding."]) from None
    given = _named(written) | _named(os.environ)
    _refuse_renamed(given)
    return _read(given | overrides)


def load_settings_without(*names: str) -> Settings:
    """Read the settings for a command that does not use `names`, which other commands require.

    Raises:
        SettingsInvalid: settings are missing or wrong; the message repeats no value.
    """
    return load_settings(**dict.fromkeys(names, "has-no-use-here"))


def settings_of(**values: Any) -> Settings:
    """Return settings from `values` and the defaults only, without the environment and `.env`."""
    return _read(values)


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
}


def _refuse_renamed(given: Mapping[str, Any]) -> None:
    """Raise if a renamed setting is still in use: ignoring an old limit would silently lift it."""
    problems = [f"{old}: is called {new} now." for old, new in _RENAMED.items() if old.lower() in given]
    if problems:
        raise SettingsInvalid(problems)
