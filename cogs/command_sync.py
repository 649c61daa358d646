"""Registers the commands with Discord where they changed: a start that changes nothing asks for nothing."""

import hashlib
import json
import logging
from typing import Any

import discord
from discord import app_commands

from db.facts import Facts

log = logging.getLogger(__name__)


async def sync_commands(
    tree: app_commands.CommandTree[Any], facts: Facts | None, *, guild: discord.Object | None
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
