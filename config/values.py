"""What a setting may hold: addresses, secrets, lists, each with a sentence for what is wrong with it."""

import ipaddress
import re
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

MAX_LINK = 512
"""Characters of a link that a button of Discord takes."""

LARGEST_PORT = 65535

_PASSWORD = re.compile(r"^\w+://[^:/?#@]*:(.+)@|[?&]password=([^&]+)")


class FirstFrameMode(StrEnum):
    """How a first frame reaches the provider."""

    BASE64 = "base64"
    URL = "url"
    UPLOAD = "upload"


def _web_address(value: str) -> str:
    if not _is_plain_address(value, schemes={"http", "https"}):
        raise ValueError("is no web address such as https://example.org")
    return value.rstrip("/")


def _page(value: str) -> str:
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


def _socket_address(value: str) -> str:
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


def _task_path(value: str) -> str:
    if not value.startswith("/") or "{task_id}" not in value:
        raise ValueError("must begin with / and hold {task_id}")
    return value


def _secret(value: SecretStr) -> SecretStr:
    stripped = value.get_secret_value().strip()  # a pasted line break would break every request's header
    if not stripped:
        raise ValueError("is empty")
    if not (stripped.isascii() and stripped.isprintable()) or " " in stripped:
        raise ValueError("holds a character that no key has: copy it again")
    return SecretStr(stripped)


def passwords_in(database_url: str) -> set[str]:
    """Return the password of an address, as it is written there and as it is sent; also of one that is misspelt."""
    written = {found for pair in _PASSWORD.findall(database_url) for found in pair if found}
    return written | {unquote(password) for password in written}


def _former(entry: str) -> tuple[str, SecretStr]:
    url, separator, key = entry.rpartition("=")
    if not separator:
        raise ValueError("needs entries such as https://example.org=key")
    return _web_address(url), _secret(SecretStr(key))


def _former_providers(value: Any) -> Any:
    return tuple(_former(entry) for entry in _split(value)) if isinstance(value, str) else value


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _bucket(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "s3" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("is no bucket such as s3://clapper or s3://clapper/folder")
    return value.rstrip("/")


def _port(value: Any) -> int | None:
    text = "off" if value is None else str(value).strip()
    if text == "off":
        return None
    if not (text.isascii() and text.isdecimal() and int(text) <= LARGEST_PORT):
        raise ValueError(f"is no port: a number up to {LARGEST_PORT}, or off")
    return int(text)


def is_loopback(host: str) -> bool:
    """Say whether an address is reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Address = Annotated[str, AfterValidator(_web_address)]
Page = Annotated[str, AfterValidator(_page)]
SocketAddress = Annotated[str, AfterValidator(_socket_address)]
TaskPath = Annotated[str, AfterValidator(_task_path)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
FormerProviders = Annotated[tuple[tuple[str, SecretStr], ...], NoDecode, BeforeValidator(_former_providers)]
BucketAddress = Annotated[str, AfterValidator(_bucket)]
Hosts = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]
Guilds = Annotated[frozenset[int], NoDecode, BeforeValidator(_split)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Dollars = Annotated[float, Field(ge=0, le=1_000_000)]
Port = Annotated[int | None, BeforeValidator(_port)]
