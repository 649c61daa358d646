"""`python bot.py setup`: ask for the two secrets, try each at once, write `.env`, print the invite link."""

import contextlib
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from getpass import getpass
from http import HTTPStatus
from pathlib import Path
from shutil import copyfile

import discord
from dotenv import dotenv_values, set_key

from cogs.discord.commands import install_address, invite_address
from hailuo.errors import HailuoError, KeyRefused, Misconfigured
from hailuo.provider import Provider

EXAMPLE = Path(__file__).parents[1] / ".env.example"
TOKEN, KEY = "DISCORD_TOKEN", "HAILUO_API_KEY"

OpenProvider = Callable[[str], AbstractAsyncContextManager[Provider]]
"""Opens the provider's client with a key."""

WRONG_TOKENS = {
    r"\d{15,20}": "That is an id. The token is on the page *Bot*, behind *Reset Token*.",
    r"[0-9a-f]{64}": "That is the public key. The token is on the page *Bot*, behind *Reset Token*.",
    r"[\w-]{32}": "That is the client secret of *OAuth2*. The token is on the page *Bot*, behind *Reset Token*.",
    r"(sk-|ey).*": "That is the key of a provider. The token is on the page *Bot* of the developer portal.",
    r"https?://.*": "That is an address. The token is on the page *Bot*, behind *Reset Token*.",
}
WRONG_KEYS = {
    r"[\w-]{23,30}\.[\w-]{6}\.[\w-]{27,40}": "That is the Discord token. The key comes from the console of the video provider.",
    r"https?://.*": "That is an address. The key comes from the console of the video provider.",
    r"\d{15,20}": "That is an id of Discord. The key comes from the console of the video provider.",
}


class Refused(Exception):
    """A secret that was tried and is not accepted. The message says what to do."""


async def set_up(path: Path, *, open_provider: OpenProvider) -> bool:
    """Ask, try and write until both secrets work; return whether the bot is to be run now."""
    print("Two secrets, and your bot runs. Nothing that you type here is shown.\n")
    _make_file(path)
    print("1. Discord: https://discord.com/developers/applications > your application > Bot > Reset Token")
    await _ask(path, TOKEN, "Token", wrong=WRONG_TOKENS, attempt=_try_token)
    print("\n2. Video provider: make an API key in its console")
    await _ask(path, KEY, "Key", wrong=WRONG_KEYS, attempt=lambda key: _try_key(open_provider(key)))
    print(f"\nBoth are in {path}.")
    return _yes("Run the bot now?", default=True)


def wrong_kind(secret: str, wrong: dict[str, str]) -> str | None:
    """Return what a secret is instead of the one that is wanted; None if it may be that one."""
    return next((hint for shape, hint in wrong.items() if re.fullmatch(shape, secret)), None)


def _make_file(path: Path) -> None:
    if not path.exists():
        copyfile(EXAMPLE, path)
    path.chmod(0o600)


async def _ask(
    path: Path, name: str, label: str, *, wrong: dict[str, str], attempt: Callable[[str], Awaitable[None]]
) -> None:
    kept = dotenv_values(path, encoding="utf-8").get(name)
    while True:
        given = getpass(f"   {label}{' (Enter keeps the one you have)' if kept else ''}: ")
        secret = re.sub(r"\s|^Bot (?=\S)", "", given) or kept
        if not secret:
            continue
        if hint := wrong_kind(secret, wrong):
            print(f"   {hint}")
            continue
        try:
            await attempt(secret)
        except Refused as refused:
            print(f"   {refused}")
            continue
        set_key(path, name, secret, encoding="utf-8")
        if os.environ.get(name) not in {None, "", secret}:
            print(f"   {name} of your environment wins over {path}: unset it.")
        return


async def _try_token(token: str) -> None:
    async with _logged_in(token) as client:
        print(f"   OK: {client.user}. Invite it with\n   {invite_address(client)}")
        if install_address(client) is None and _yes("   Let people install it for themselves, too?"):
            await _offer_to_members(client)
        if address := install_address(client):
            print(f"   People install it for themselves with\n   {address}")


@contextlib.asynccontextmanager
async def _logged_in(token: str) -> AsyncGenerator[discord.Client]:
    client = discord.Client(intents=discord.Intents(guilds=True))
    try:
        await client.login(token)
        yield client
    except discord.LoginFailure:
        raise Refused("Discord doesn't know this token. Press *Reset Token* and copy the new one.") from None
    except (discord.DiscordException, OSError) as error:
        raise Refused(f"Discord can't be reached: {type(error).__name__}. Try again.") from error
    finally:
        await client.close()


async def _offer_to_members(client: discord.Client) -> None:
    application = await client.application_info()
    try:
        await application.edit(user_install_scopes=["applications.commands"])
    except discord.HTTPException:
        print("   Discord refused that. Turn on *User Install* under *Installation* in the developer portal.")
    else:
        await client.login(client.http.token or "")  # reads the application anew


async def _try_key(opening: AbstractAsyncContextManager[Provider]) -> None:
    async with opening as provider:
        try:
            print(f"   OK: {await provider.balance()}")
        except KeyRefused:
            raise Refused("The provider doesn't know this key. Copy it again, or make a new one.") from None
        except Misconfigured as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise Refused(f"The provider's address is wrong: {error}. Set HAILUO_API_URL.") from None
            print("   Kept. This provider tells no balance, so the key is tried by the first video.")
        except HailuoError as error:
            raise Refused(f"The provider can't be asked right now: {error}. Try again.") from None


def _yes(question: str, *, default: bool = False) -> bool:
    answer = input(f"{question} [{'Y/n' if default else 'y/N'}] ").strip().lower()
    return default if not answer else answer in {"y", "yes"}
