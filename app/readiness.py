"""What has to hold for a process to do the work of its role."""

from collections.abc import Callable, Mapping

import discord

from app.roles import Role
from cogs.client import ClapperClient
from db.store import JobStore
from telemetry.readiness import OK, Check

STILL_SECONDS = 120.0
"""A loop of the worker that gave no sign for so long, in any of its copies, hangs: an idle one looks every 15 s."""


def checks_of(
    role: Role,
    *,
    store: JobStore,
    client: ClapperClient,
    still_seconds: Callable[[], Mapping[str, float]],
) -> dict[str, Check]:
    """Return the checks of a role."""
    checks: dict[str, Check] = {"database": _database(store)}
    if role.listens:
        checks["gateway"] = _gateway(client)
    if role.works:
        checks["worker"] = _worker(still_seconds)
    return checks


def _database(store: JobStore) -> Check:
    async def check() -> str:
        await store.operations.sign("writable")
        return OK if await store.pauses.in_place() else "its file was deleted or replaced"

    return check


def _gateway(client: ClapperClient) -> Check:
    async def check() -> str:
        return OK if is_connected(client) else "not connected"

    return check


def _worker(still_seconds: Callable[[], Mapping[str, float]]) -> Check:
    async def check() -> str:
        still = still_seconds()
        hanging = [name for name, seconds in still.items() if seconds > STILL_SECONDS]
        if hanging:
            return f"no sign of {', '.join(sorted(hanging))} for {STILL_SECONDS:.0f} s"
        return OK if still else "not started"

    return check


def is_connected(client: ClapperClient) -> bool:
    """Say whether the client has a session at the gateway that is alive."""
    if not client.is_ready() or client.is_closed():
        return False
    if isinstance(client, discord.AutoShardedClient):
        return bool(client.shards) and not any(shard.is_closed() for shard in client.shards.values())
    return getattr(client.ws, "open", True)  # a simulated gateway is never closed
