"""Functions that parse the text of a setting: numbers, addresses, secrets, lists.

Each raises ValueError for a wrong value, with a message that never repeats the value.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

MAX_LINK = 512
"""Limit of the characters of a link on a Discord button."""

LARGEST_PORT = 65535

_PASSWORD = re.compile(r"^\w+://[^:/?#@]*:(.+)@|[?&]password=([^&]+)")


_YES, _NO = {"1", "true", "t", "yes", "y", "on"}, {"0", "false", "f", "no", "n", "off"}

Read = Callable[[str], Any]


class SecretStr:
    """A string that hides its value when printed or logged; the value must be read explicitly."""

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """Return the hidden text."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SecretStr) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "SecretStr('**********')"


class FirstFrameMode(StrEnum):
    """The ways to send a first frame to the provider."""

    BASE64 = "base64"
    URL = "url"
    UPLOAD = "upload"


def address(value: str) -> str:
    """Parse the root address of a web service."""
    if not _is_plain_address(value, schemes={"http", "https"}):
        raise ValueError("is no web address such as https://example.org")
    return value.rstrip("/")


def page(value: str) -> str:
    """Parse the address of a web page."""
    if not _is_page(value):
        raise ValueError("is no address of a page such as https://example.org/terms")
    if len(value) > MAX_LINK:
        raise ValueError(f"is longer than {MAX_LINK} characters, which is what Discord takes in a button")
    return value


def _is_page(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = value.isprintable() and " " not in value
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username


def socket_address(value: str) -> str:
    """Parse the address of a websocket."""
    if not _is_plain_address(value, schemes={"ws", "wss"}):
        raise ValueError("is no websocket address such as wss://gateway.example.org")
    return value.rstrip("/")


def _is_plain_address(value: str, *, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(value)
        named = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(named) and not (parts.query or parts.fragment or parts.username)


def task_path(value: str) -> str:
    """Parse the provider's path for polling a task, which contains `{task_id}`."""
    if not value.startswith("/") or "{task_id}" not in value:
        raise ValueError("must begin with / and hold {task_id}")
    return value


def secret(value: str) -> SecretStr:
    """Parse a key or a token."""
    stripped = value.strip()  # a pasted line break would break the header of every request
    if not stripped:
        raise ValueError("is empty")
    if not (stripped.isascii() and stripped.isprintable()) or " " in stripped:
        raise ValueError("holds a character that no key has: copy it again")
    return SecretStr(stripped)


def passwords_in(database_url: str) -> set[str]:
    """Return the password in a database address, as written and decoded; also if the address is malformed."""
    written = {found for pair in _PASSWORD.findall(database_url) for found in pair if found}
    return written | {unquote(password) for password in written}


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerProvider:
    """A provider that still works on orders: its name in the table of models, its address and key."""

    name: str
    api_url: str
    key: SecretStr


def former_providers(value: str) -> tuple[FormerProvider, ...]:
    """Parse a list of providers: `https://example.org=key` for a gateway, else `minimax https://example.org=key`."""
    return tuple(_former(entry) for entry in _split(value))


def _former(entry: str) -> FormerProvider:
    name, _, rest = entry.rpartition(" ")
    url, separator, key = rest.rpartition("=")
    if not separator:
        raise ValueError("needs entries such as https://example.org=key")
    return FormerProvider(name=name.strip() or "gateway", api_url=address(url), key=secret(key))


def hosts(value: str) -> frozenset[str]:
    """Parse a list of host names."""
    return frozenset(_split(value))


def guilds(value: str) -> frozenset[int]:
    """Parse a list of server ids."""
    return frozenset(map(whole(), _split(value)))


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def whole(least: int | None = None, most: int | None = None) -> Callable[[str], int]:
    """Return a function that parses a whole number between bounds."""

    def read(value: str) -> int:
        try:
            number = int(value)
        except ValueError:
            raise ValueError("should be a valid integer") from None
        _require_between(number, least, most)
        return number

    return read


def number(
    least: float | None = None, most: float | None = None, *, above: float | None = None
) -> Callable[[str], float]:
    """Return a function that parses a number between bounds; with `above`, it must be greater than that."""

    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            raise ValueError("should be a valid number") from None
        if above is not None and not number > above:
            raise ValueError(f"should be greater than {above:g}")
        _require_between(number, least, most)
        return number

    return read


def _require_between(number: float, least: float | None, most: float | None) -> None:
    # Written so that nan is refused too.
    if least is not None and not number >= least:
        raise ValueError(f"should be greater than or equal to {least}")
    if most is not None and not number <= most:
        raise ValueError(f"should be less than or equal to {most}")


def boolean(value: str) -> bool:
    """Parse a yes or a no."""
    word = value.strip().lower()
    if word not in _YES | _NO:
        raise ValueError("should be a valid boolean")
    return word in _YES


def one_of(*words: str) -> Callable[[str], str]:
    """Return a function that accepts one of `words`."""

    def read(value: str) -> str:
        if value not in words:
            *first, last = (f"'{word}'" for word in words)
            raise ValueError(f"should be {', '.join(first)} or {last}")
        return value

    return read


def first_frame_mode(value: str) -> FirstFrameMode:
    """Parse the mode in which a first frame is sent to the provider."""
    return FirstFrameMode(one_of(*FirstFrameMode)(value))


def bucket_address(value: str) -> str:
    """Check the `s3://` address of the bucket that stores files."""
    parts = urlsplit(value)
    if parts.scheme != "s3" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("is no bucket such as s3://clapper or s3://clapper/folder")
    return value.rstrip("/")


def port(value: str) -> int | None:
    """Parse a port; return None for `off`."""
    text = value.strip()
    if text == "off":
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_PORT):
        raise ValueError(f"is no port: a number up to {LARGEST_PORT}, or off")
    return int(text)


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached only from this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


count = whole(0, 1_000_000)
dollars = number(0, 1_000_000)
