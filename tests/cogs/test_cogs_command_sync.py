"""Commands are registered when they changed, and only then."""

import contextlib
import sqlite3

import discord
import pytest

from app.opening import open_bot
from cogs.discord.commands import CatalogueTranslator, keep_registered, sync_commands
from cogs.member._cog import MemberCog


def registrations(house):
    """Return where commands were registered so far."""
    return [request.path for request in house.env.http_requests if request.method == "PUT"]


def remembered(house):
    """Return the names of what the bot remembers of itself about commands."""
    with contextlib.closing(sqlite3.connect(house.settings.data_dir / "clapper.db")) as database:
        return [row[0] for row in database.execute("SELECT name FROM facts WHERE name LIKE 'commands:%'")]


async def test_a_second_start_registers_nothing(house):
    await house.restart()
    assert len(registrations(house)) == 1
    assert (await house.ann.slash(house.room, "help")).ephemeral


@pytest.mark.parametrize("text", ["description", "translation"])
async def test_a_changed_text_is_registered_once(house, monkeypatch, text):
    if text == "description":
        monkeypatch.setattr(MemberCog.help, "description", "Another description")
        monkeypatch.setattr(MemberCog.help, "_locale_description", None)
    else:

        async def translate(_translator, string, _locale, _context):
            return "其他" if string.extras.get("key") == "command-help-description" else None

        monkeypatch.setattr(CatalogueTranslator, "translate", translate)
    await house.restart()
    assert len(registrations(house)) == 2
    await house.restart()
    assert len(registrations(house)) == 2


async def test_a_failed_registration_is_not_remembered(house):
    client = house.env.bot
    client.tree.get_command("help").description = "Another description"
    house.env.inject_error("PUT", "/applications/*/commands", status=500, code=0, message="broken", times=1)
    with pytest.raises(discord.HTTPException, match="broken"):
        await sync_commands(client.tree, client._facts, guild=None)
    for _ in range(2):
        await sync_commands(client.tree, client._facts, guild=None)
    assert len(registrations(house)) == 3


async def test_a_discord_that_refuses_the_commands_is_asked_again_until_it_takes_them(house):
    client = house.env.bot
    client.tree.get_command("help").description = "Another description"
    for status, code in [(400, 30034), (429, 0), (403, 50001), (400, 50035), (404, 0), (500, 0)]:
        house.env.inject_error("PUT", "/applications/*/commands", status=status, code=code, times=1)
    await keep_registered(client.tree, client._facts, guild=None, first_pause_seconds=0.001)
    assert len(registrations(house)) == 1 + 6 + 1
    await keep_registered(client.tree, client._facts, guild=None)
    assert len(registrations(house)) == 1 + 6 + 1


async def test_a_test_server_is_another_place_than_all_servers(house):
    await house.restart(discord_test_guild=house.guild.id)
    assert [f"/guilds/{house.guild.id}/" in path for path in registrations(house)] == [False, True]
    assert len(remembered(house)) == 2
    for guild in (None, house.guild.id):
        await house.restart(discord_test_guild=guild)
    assert len(registrations(house)) == 2


async def test_a_discord_that_forgets_is_told_at_every_start(house):
    await house._bot.aclose()
    forgetful = open_bot(house.settings, log_in=False, remember_commands=False)
    bot = await house._bot.enter_async_context(forgetful)
    await house.env.restart_bot(bot.client)
    assert len(registrations(house)) == 2
