"""Registers the commands with Discord where they changed: a start that changes nothing asks for nothing.

A Discord that refuses them never stops the bot: what was paid is delivered, and old commands work, meanwhile.
"""

import asyncio
import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from cogs.discord.sending import bounded
from db.engines.bot_state import BotState
from jobs.notify.notifier import NotifyError, TryLater
from jobs.runtime.retry import backoff, spread

log = logging.getLogger(__name__)

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 3600.0


async def keep_registered(
    tree: app_commands.CommandTree[Any],
    facts: BotState | None,
    *,
    guild: discord.Object | None,
    first_pause_seconds: float = FIRST_PAUSE_SECONDS,
) -> None:
    """Register the commands as `sync_commands` does, again and again, ever more rarely, until Discord takes them."""
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
    """Register the commands of `tree` for a guild or for all; without `facts`, whatever was registered before.

    What was registered is remembered once Discord has accepted it, so that a failed call is repeated.
    """
    name = f"commands:{tree.client.application_id}:{guild.id if guild else 'global'}"
    wanted = await _digest(tree, guild)
    if facts is not None and await facts.get(name) == wanted:
        log.info("commands unchanged: not registered again")
        return
    await tree.sync(guild=guild)
    if facts is not None:
        await facts.set(name, wanted)


async def _digest(tree: app_commands.CommandTree[Any], guild: discord.Object | None) -> str:
    """Return a fingerprint of everything that Discord would be told, translations included."""
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
