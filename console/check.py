"""`python bot.py check` tests the database, the provider key and the Discord token, and prints a line for each."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

import discord

from cogs.discord.commands import install_address, invite_address
from db.engines.address import place_of
from db.engines.engine import DatabaseError
from db.store import open_store
from hailuo.errors import HailuoError, Misconfigured
from hailuo.provider import Provider


class LedgerDiffers(DatabaseError):
    """The ledger (all charges) does not add up to the cost of some jobs, by a bug or an edit of the database."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(f"the ledger does not add up to the cost of these jobs: {', '.join(keys)}")


async def check(
    *,
    database_url: str,
    hailuo: AbstractAsyncContextManager[Provider],
    discord_token: str,
    clean: Callable[[str], str],
) -> bool:
    """Test everything; return whether all tests pass. `clean` removes secrets from the messages of errors."""
    results = [
        await _try("database", _check_database(database_url), clean=clean),
        await _try("provider key", _check_provider(hailuo), clean=clean),
        await _try("Discord token", _check_discord(discord_token), clean=clean),
    ]
    return all(results)


async def _try(name: str, checking: Awaitable[str], *, clean: Callable[[str], str]) -> bool:
    try:
        print(f"ok      {name}: {await checking}")
    except (DatabaseError, HailuoError, discord.DiscordException, OSError) as error:
        words = error.detail if isinstance(error, HailuoError) else str(error)
        print(f"FAILED  {name}: {clean(words)}")
        return False
    return True


async def _check_database(url: str) -> str:
    async with open_store(url, worker="check", lease_seconds=1) as store:
        if differing := await store.ledger.differences():
            raise LedgerDiffers(differing)
        return f"{place_of(url)} opens and is migrated; the ledger adds up"


async def _check_provider(opening: AbstractAsyncContextManager[Provider]) -> str:
    async with opening as hailuo:
        try:
            return f"accepted, {await hailuo.balance()}"
        except Misconfigured as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            return "not tried: this provider tells no balance"


async def _check_discord(token: str) -> str:
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(token)
        address = install_address(client)
        for_members = address or "off (enable it under Installation in the developer portal)"
        return (
            f"accepted as {client.user}. Invite the bot with {invite_address(client)}\n"
            f"        User install: {for_members}"
        )
    finally:
        await client.close()
