"""DATABASE_URL: the engine that it names, where the database is, and a description without the password."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from db.engines.engine import AddressUnreadable, UnsupportedDatabase

POOL_SIZE = 10
MOST_CONNECTIONS = 100
_POSTGRES = {"postgresql", "postgres"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresAddress:
    """The parsed address of a PostgreSQL database. Only `dsn` has the password."""

    dsn: str = field(repr=False)  #: the address that asyncpg connects to
    place: str  #: a description for messages
    pool_size: int = POOL_SIZE
    prepared_statements: bool = True


def is_postgres(database_url: str) -> bool:
    """Return whether the address names a PostgreSQL server."""
    return database_url.partition("://")[0] in _POSTGRES


def place_of(database_url: str) -> str:
    """Return where the database is, as a text without the password."""
    return postgres_address(database_url).place if is_postgres(database_url) else database_url


def sqlite_path(database_url: str) -> Path:
    """Return the file of a `sqlite:///` address.

    Raises:
        UnsupportedDatabase: the address names another engine.
    """
    prefix, found, path = database_url.partition("sqlite:///")
    if prefix or not found or path.strip("/") in {"", ":memory:"}:
        raise UnsupportedDatabase(database_url.partition(":")[0])
    return Path(path)


def postgres_address(database_url: str) -> PostgresAddress:
    """Parse a `postgresql://` address. Its options `pool_size` and `prepared_statements` are read here, the rest by asyncpg.

    Raises:
        AddressUnreadable: the address cannot be parsed; the message repeats no part of it.
    """
    parts = _split(database_url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    pool_size = _pool_size(options.pop("pool_size", str(POOL_SIZE)))
    prepared = _switch("prepared_statements", options.pop("prepared_statements", "on"))
    return PostgresAddress(
        dsn=parts._replace(query=urlencode(options)).geturl(),
        place=_place(parts, options),
        pool_size=pool_size,
        prepared_statements=prepared,
    )


def _split(database_url: str) -> SplitResult:
    try:
        parts = urlsplit(database_url)
        several = "," in parts.netloc  # several servers, each with a port
        readable = not parts.fragment and (several or parts.port != 0)
    except ValueError:  # the error's message may repeat a part of the password
        readable, parts = False, urlsplit("")
    if not readable:
        raise AddressUnreadable("an @, :, / or # in a user or password is written as %40, %3A, %2F or %23")
    return parts


def _place(parts: SplitResult, options: dict[str, str]) -> str:
    servers = parts.netloc.rpartition("@")[2] or options.get("host") or "the local server"
    name = unquote(parts.path.strip("/")) or options.get("database") or options.get("dbname") or "default"
    return f"PostgreSQL database {name!r} at {unquote(servers)}"


def _pool_size(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST_CONNECTIONS):
        raise AddressUnreadable(f"pool_size is a number from 1 to {MOST_CONNECTIONS}")
    return int(text)


def _switch(name: str, text: str) -> bool:
    if text not in {"on", "off"}:
        raise AddressUnreadable(f"{name} is on or off")
    return text == "on"
