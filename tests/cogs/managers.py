"""What tests of `/admin` share: a manager, and commands as somebody to whom Discord does not show them."""

from typing import Any

import discord
import simcord
from simcord import InteractionResult, interactions

from tests.support.house import House


def manager_of(house: House, name: str = "mia") -> simcord.MemberActor:
    """Return a new member who may manage the server."""
    rights = discord.Permissions(manage_guild=True)
    role = house.guild.create_role(f"Managers with {name}", permissions=rights)
    return house.guild.add_member(house.env.create_user(name), roles=[role])


def moderator_of(house: House, name: str = "mod") -> simcord.MemberActor:
    """Return a new member who may manage messages, and not the server."""
    rights = discord.Permissions(manage_messages=True)
    role = house.guild.create_role(f"Moderators with {name}", permissions=rights)
    return house.guild.add_member(house.env.create_user(name), roles=[role])


async def admin(
    house: House,
    name: str,
    actor: simcord.MemberActor,
    *,
    room: simcord.ChannelHandle | None = None,
    **options: Any,
) -> InteractionResult:
    """Run a part of `/admin`."""
    return await actor.slash(room or house.room, f"admin {name}", **options)


async def admin_in_spite_of_discord(
    house: House,
    name: str,
    actor: simcord.MemberActor,
    *,
    room: simcord.ChannelHandle | None = None,
    options: tuple[dict[str, Any], ...] = (),
    resolved: dict[str, Any] | None = None,
) -> InteractionResult:
    """Run it as somebody to whom the server's own settings, or a modified client, show it."""
    place = room or house.room
    backend = house.env.backend
    command = backend.find_command("admin", house.guild.id)
    part = {"name": name, "type": 1, "options": list(options)}
    data = {"id": command["id"], "name": "admin", "type": 1, "options": [part]}
    record, event = interactions.base_payload(
        backend,
        type=2,
        channel_id=place.id,
        guild_id=place.guild.id if place.guild else None,
        user_id=actor.id,
        data=data | ({"resolved": resolved} if resolved else {}),
    )
    backend.emit("INTERACTION_CREATE", event)
    await house.env.settle()
    return InteractionResult(house.env, record)


async def rules_of(house: House, room: simcord.ChannelHandle | None = None) -> Any:
    """Return what a server has decided."""
    return await house.env.bot.preferences.guild((room or house.room).guild.id)


async def audited(house: House) -> list[str]:
    """Return what was changed in the server, oldest first."""
    entries = await house.env.bot.store.audit.page(house.guild.id, limit=11)
    return [entry.action for entry in reversed(entries)]


def texts_of(form: InteractionResult) -> dict[str, str]:
    """Return what the fields of a form show."""
    fields = [label["component"] for label in form.modal["components"]]
    return {field["custom_id"]: field.get("value") or "" for field in fields}
