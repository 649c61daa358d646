"""The commands and presses in hand: a bot that is told to stop answers them first."""

import asyncio
from typing import Any

import discord

Interaction = discord.Interaction[Any]
"""An interaction, whatever client it came to."""

_NAMES = ("CommandTree-invoker", "discord-ui-", "discord.py:")
"""How discord.py 2.7 names the tasks that it starts for interactions; tests/transport and tests/cogs hold them against it."""


async def finish_interactions(*, at_most_seconds: float) -> None:
    """Wait until every interaction that was begun has ended, within bounds."""
    begun = [task for task in asyncio.all_tasks() if task.get_name().startswith(_NAMES)]
    if begun:
        await asyncio.wait(begun, timeout=at_most_seconds)
