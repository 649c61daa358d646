"""The commands as Discord shows them: names and choices in each language, where they are offered, invitations.

This module also registers the commands. If Discord does not accept them, the bot starts all the same.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import TranslationContextLocation, TranslationContextTypes, locale_str

from cogs.discord.sending import bounded
from cogs.text.catalogue import LANGUAGES, MENTIONS
from db.engines.bot_state import BotState
from hailuo.request import OPTIONS
from jobs.notify.notifier import NotifyError, TryLater
from jobs.runtime.retry import backoff, spread

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

PERMISSIONS = discord.Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    attach_files=True,
    embed_links=True,
    read_message_history=True,
)
"""The permissions that the bot asks a server for; it uses all of them."""


def localized(key: str) -> locale_str:
    """Return a catalogue message in English that is translated when the commands are registered."""
    return locale_str(LANGUAGES.english(key), key=key)


def localized_options(*options: str) -> Callable[[F], F]:
    """Name and describe options of a command with the messages `option-NAME` and `option-NAME-description`."""

    def decorate(command: F) -> F:
        named = app_commands.rename(**{name: localized(f"option-{name}") for name in options})
        described = app_commands.describe(
            **{name: localized(f"option-{name}-description") for name in options}
        )
        return named(described(command))

    return decorate


class CatalogueTranslator(app_commands.Translator):
    """Translates the texts of the commands from the catalogues when discord.py registers them."""

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: TranslationContextTypes,
    ) -> str | None:
        """Return the text for Discord clients that use `locale`, or None if they get the English text.

        Names of slash commands stay English: texts name commands, and members talk about them across languages.
        """
        if _names_a_command(context):
            return None
        words = LANGUAGES.of(locale.value)
        key = string.extras.get("key")
        return words(key) if key and words is not LANGUAGES.english else None


def _names_a_command(context: TranslationContextTypes) -> bool:
    """Return whether the text is the name of a slash command, a subcommand or their group."""
    names = (TranslationContextLocation.command_name, TranslationContextLocation.group_name)
    return context.location in names and not isinstance(context.data, app_commands.ContextMenu)


def video_choices(command: F) -> F:
    """Give each enumerated video option of a command its list of choices, named by the catalogues."""
    listed = {name: _choices(name, kind) for name, kind in OPTIONS.items() if issubclass(kind, Enum)}
    return app_commands.choices(**listed)(command)


def choice_name(option: str, value: Enum) -> str:
    """Return the catalogue name of an option's value, such as `duration-6`; a model is named by its enum member."""
    return f"{option}-{value.name.lower() if option == 'model' else value.value}"


def _choices(option: str, kind: type[Enum]) -> list[app_commands.Choice[Any]]:
    return [
        app_commands.Choice(name=localized(f"choice-{choice_name(option, value)}"), value=value.value)
        for value in kind
    ]


def usable_anywhere(command: T) -> T:
    """Offer a command in every conversation, also to users who installed the bot for themselves only."""
    command = app_commands.allowed_installs(guilds=True, users=True)(command)
    return app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)(command)


def usable_in_servers(command: T) -> T:
    """Offer a command only in servers that the bot has joined."""
    command = app_commands.allowed_installs(guilds=True, users=False)(command)
    return app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)(command)


def is_for_members(client: discord.Client) -> bool:
    """Return whether the developer portal lets users install the logged-in bot for themselves."""
    return client.application is not None and client.application.user_integration_config is not None


def leave_out_members(tree: app_commands.CommandTree[Any], guild: discord.Object | None) -> None:
    """Offer the commands of `tree` only in the bot's servers and in its direct messages.

    Discord refuses the whole list if one command is offered to users who install the bot for themselves and
    the application does not allow such installations.
    """
    for command in tree.get_commands(guild=guild):
        contexts = command.allowed_contexts or app_commands.AppCommandContext(guild=True)
        command.allowed_contexts = app_commands.AppCommandContext(
            guild=contexts.guild, dm_channel=contexts.dm_channel, private_channel=False
        )
        command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)


def invite_address(client: discord.Client) -> str:
    """Return the address that invites the logged-in bot to a server."""
    return discord.utils.oauth_url(
        client.application_id or 0, permissions=PERMISSIONS, scopes=("bot", "applications.commands")
    )


def install_address(client: discord.Client) -> str | None:
    """Return the address with which users install the bot for themselves; None if the portal forbids that."""
    if not is_for_members(client):
        return None
    address = discord.utils.oauth_url(client.application_id or 0, scopes=("applications.commands",))
    return f"{address}&integration_type=1"


log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 3600.0


async def keep_registered(
    tree: app_commands.CommandTree[Any],
    facts: BotState | None,
    *,
    guild: discord.Object | None,
    first_pause_seconds: float = FIRST_PAUSE_SECONDS,
) -> None:
    """Call `sync_commands` until Discord accepts the commands; the pauses between tries grow to an hour."""
    attempt = 0
    while True:
        attempt += 1
        try:
            await bounded(sync_commands(tree, facts, guild=guild))
        except NotifyError as error:
            asked = error.retry_after_seconds if isinstance(error, TryLater) else None
            pause = backoff(
                attempt,
                jitter=spread(),
                at_least=asked or 0,
                first=first_pause_seconds,
                longest=LONGEST_PAUSE_SECONDS,
            )
            log.warning("commands not registered, next try in %.0f s: %.500s", pause, error.__cause__)
            await asyncio.sleep(pause)
        else:
            return


async def sync_commands(
    tree: app_commands.CommandTree[Any], facts: BotState | None, *, guild: discord.Object | None
) -> None:
    """Register the commands of `tree`, for one guild or for all, unless Discord has the same ones already.

    `facts` stores a fingerprint and the commands' ids once Discord has accepted the commands, so that a failed call is
    repeated. Without `facts` the commands are always registered.
    """
    wanted = await _digest(tree, guild)
    kept = await recall_commands(tree.client, facts, guild=guild)
    if kept == wanted:
        log.info("commands unchanged: not registered again")
        return
    registered = await tree.sync(guild=guild)
    ids = {each.name: each.id for each in registered if each.type is discord.AppCommandType.chat_input}
    MENTIONS.learn(ids)
    if facts is not None:
        await facts.set(_fact(tree.client, guild), f"{wanted} {json.dumps(ids)}")


async def recall_commands(
    client: discord.Client, facts: BotState | None, *, guild: discord.Object | None
) -> str | None:
    """Let texts mention the commands that were registered before; return their fingerprint, None if none were."""
    kept = await facts.get(_fact(client, guild)) if facts is not None else None
    digest, _, ids = (kept or "").partition(" ")
    if not ids:
        return None
    MENTIONS.learn(json.loads(ids))
    return digest


def _fact(client: discord.Client, guild: discord.Object | None) -> str:
    return f"commands:{client.application_id}:{guild.id if guild else 'global'}"


async def _digest(tree: app_commands.CommandTree[Any], guild: discord.Object | None) -> str:
    """Return a fingerprint of all that is sent to Discord about the commands, translations included."""
    translator = tree.translator
    payloads: list[dict[str, Any]] = []
    for command in tree.get_commands(guild=guild):
        if translator is None:
            payloads.append(command.to_dict(tree))
        else:
            payloads.append(await command.get_translated_payload(tree, translator))
    text = json.dumps(sorted(payloads, key=_name_and_type), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _name_and_type(payload: dict[str, Any]) -> tuple[str, int]:
    return payload["name"], int(payload["type"])
