"""`python bot.py check` tries folder, database, storage, provider and Discord, and prints a line for each.

A line of a failure names the setting, the cause and the cure.
"""

import asyncio
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import discord

from cogs.discord.commands import install_address, invite_address
from console.setup import WRONG_KEYS, WRONG_TOKENS, wrong_kind
from db.engines.address import place_of
from db.engines.engine import DatabaseError
from db.store import open_store
from hailuo.errors import HailuoError, KeyRefused, Misconfigured, OutOfCredit, RateLimited
from hailuo.provider import Provider
from jobs.storage.files import Storage
from media.errors import BucketFailed

DISCORD_SECONDS = 30.0
"""How long Discord may take to accept the token."""


class LedgerDiffers(DatabaseError):
    """The ledger (all charges) does not add up to the cost of some jobs, by a bug or an edit of the database."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(f"the ledger does not add up to the cost of these jobs: {', '.join(keys)}")


class WrongKind(Exception):
    """A setting holds another secret than it should; the message names both. It was sent to nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is tried: values of settings, and what they open."""

    data_dir: Path
    database_url: str
    storage: Storage | None  #: the bucket of MEDIA_URL, None if there is none
    hailuo: AbstractAsyncContextManager[Provider]
    hailuo_url: str
    hailuo_key: str
    elsewhere: str | None  #: where keys of the provider's other region belong
    discord_url: str
    discord_token: str


async def check(tried: Tried, *, clean: Callable[[str], str]) -> bool:
    """Try everything; return whether all of it works. `clean` removes secrets from the messages of errors."""
    results = [
        await _try("folder", _check_folder(tried.data_dir), tried, clean=clean),
        await _try("database", _check_database(tried.database_url), tried, clean=clean),
        *(
            [await _try("storage", _check_storage(tried.storage), tried, clean=clean)]
            if tried.storage
            else []
        ),
        await _try("provider key", _check_provider(tried), tried, clean=clean),
        await _try("Discord token", _check_discord(tried.discord_token), tried, clean=clean),
    ]
    return all(results)


async def _try(name: str, checking: Awaitable[str], tried: Tried, *, clean: Callable[[str], str]) -> bool:
    try:
        print(f"ok      {name}: {await checking}")
    except (
        WrongKind,
        DatabaseError,
        BucketFailed,
        HailuoError,
        discord.DiscordException,
        OSError,
    ) as error:
        print(f"FAILED  {name}: {clean(diagnosis(name, error, tried))}")
        return False
    return True


async def _check_folder(folder: Path) -> str:
    def write() -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"1")

    await asyncio.to_thread(write)
    return f"{folder} can be written to"


async def _check_database(url: str) -> str:
    async with open_store(url, worker="check", lease_seconds=1) as store:
        if differing := await store.ledger.differences():
            raise LedgerDiffers(differing)
        return f"{place_of(url)} opens and is migrated; the ledger adds up"


async def _check_storage(storage: Storage) -> str:
    with tempfile.TemporaryDirectory(prefix="check-") as folder:
        file = Path(folder, "check")
        await asyncio.to_thread(file.write_bytes, b"1")
        await storage.keep(file)
        await storage.drop(file)
    return "takes files and deletes them"


async def _check_provider(tried: Tried) -> str:
    if hint := wrong_kind(tried.hailuo_key, WRONG_KEYS):
        raise WrongKind(hint)
    async with tried.hailuo as hailuo:
        try:
            return f"accepted, {await hailuo.balance()}"
        except Misconfigured as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return "not tried: this provider tells no balance"


async def _check_discord(token: str) -> str:
    if hint := wrong_kind(token, WRONG_TOKENS):
        raise WrongKind(hint)
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        async with asyncio.timeout(DISCORD_SECONDS):
            await client.login(token)
        address = install_address(client)
        for_members = address or "off (enable it under Installation in the developer portal)"
        return (
            f"accepted as {client.user}. Invite the bot with {invite_address(client)}\n"
            f"        User install: {for_members}"
        )
    finally:
        await client.close()


def diagnosis(name: str, error: Exception, tried: Tried) -> str:
    """Return the setting, the cause and the cure of a failure of the check `name`."""
    match name, error:
        case "provider key", WrongKind():
            return f"HAILUO_API_KEY: {error}"
        case _, WrongKind():
            return f"DISCORD_TOKEN: {error}"
        case "folder", OSError():
            words = f"{tried.data_dir} cannot be written to: {error.strerror}"
            return f"DATA_DIR: {words}. Give the bot's user the rights on it, or name another folder."
        case _, BucketFailed():
            return f"MEDIA_URL: {error}. {_cure_of_storage(str(error))}"
        case _, HailuoError():
            return _of_provider(error, tried)
        case _, discord.LoginFailure():
            cure = "Press Reset Token on the page Bot of the developer portal, and copy the new one."
            return f"DISCORD_TOKEN: Discord does not know it. {cure}"
        case _, discord.HTTPException():
            cure = "It must be Discord's API, or a proxy of it; empty: Discord's own. Or try again later."
            return f"DISCORD_API_URL: {tried.discord_url} answered {error.status}. {cure}"
        case "Discord token", OSError():
            return f"DISCORD_API_URL: {tried.discord_url} cannot be reached: {_of_network(error)}"
        case _:
            return str(error)  # of the database: it names DATABASE_URL or DATA_DIR, and what to do


def _of_provider(error: HailuoError, tried: Tried) -> str:
    match error:
        case KeyRefused():
            cure = "Copy it again from the console of that provider, or make a new one."
            region = (
                f" A key of the other region needs HAILUO_API_URL={tried.elsewhere}."
                if tried.elsewhere
                else ""
            )
            return f"HAILUO_API_KEY: {tried.hailuo_url} refuses it ({error.detail}). {cure}{region}"
        case OutOfCredit():
            return "HAILUO_API_KEY: its account has no credit left. Top it up in the provider's console."
        case RateLimited():
            return f"HAILUO_API_KEY: {tried.hailuo_url} was called too often with it. Try again in a minute."
        case Misconfigured():
            cure = "It must be the root of the provider's API; empty: the provider's own."
            return f"HAILUO_API_URL: {tried.hailuo_url} is no such API ({error.detail}). {cure}"
        case _ if network := _of_network(error, unknown=""):
            return f"HAILUO_API_URL: {tried.hailuo_url} cannot be reached: {network}"
        case _:
            return (
                f"HAILUO_API_URL: {tried.hailuo_url} gives no good answer ({error.detail}). Try again later."
            )


def _of_network(error: BaseException, *, unknown: str = "the network failed. Try again.") -> str:
    """Return why an address cannot be reached, and what to do."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                cure = "Correct this machine's clock, or name your proxy's certificates in SSL_CERT_FILE."
                return f"its certificate is not trusted ({cause.verify_message}). {cure}"
            case ssl.SSLError():
                return "no TLS is spoken there. Does the address begin with http://, or is its port wrong?"
            case socket.gaierror():
                return "its name leads nowhere. Check its spelling, and the DNS of this machine."
            case ConnectionRefusedError():
                return "nothing listens there. Check host and port, and whether a proxy is running."
            case TimeoutError():
                return "it does not answer. Does a firewall let this machine out?"
            case _:
                pass
    return unknown


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and what it was raised from; aiohttp holds the error of the system in an attribute."""
    seen: BaseException | None = error
    while seen is not None:
        yield from (
            seen,
            *filter(None, [getattr(seen, "os_error", None), getattr(seen, "certificate_error", None)]),
        )
        seen = seen.__cause__ or seen.__context__


_CURES_OF_STORAGE = {
    "PermissionDenied": "Give MEDIA_KEY_ID the right to write and to delete in the bucket.",
    "Unauthenticated": "Check MEDIA_KEY_ID and MEDIA_SECRET_KEY.",
    "NotFound": "Make the bucket, or check its name, MEDIA_REGION and MEDIA_ENDPOINT_URL.",
}


def _cure_of_storage(words: str) -> str:
    cures = [cure for kind, cure in _CURES_OF_STORAGE.items() if kind in words]
    return cures[0] if cures else "Check MEDIA_ENDPOINT_URL, MEDIA_REGION, MEDIA_KEY_ID and MEDIA_SECRET_KEY."
