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
    member: simcord.MemberActor | None = None,
    days: int | None = None,
) -> InteractionResult:
    """Do what `name` says on `/admin`, from its home page; return the page, which shows what came of it."""
    page = await actor.slash(room or house.room, "admin")
    match name:
        case "pause" | "resume":
            pressed = f"v1:adm:pause:{int(name == 'pause')}"  # the page shows the other one if there is nothing to do
            await house.forge(actor, page.response, room=room, component_type=2, custom_id=pressed)
        case "block" | "unblock":
            await actor.select(page.response, ["blocks"], custom_id="v1:adm:parts")
            if member is not None:
                opened = await actor.click(page.response, custom_id=f"v1:adm:people:{name}")
                await actor.submit_modal(
                    opened, {"member": [member]} | ({"days": str(days)} if days is not None else {})
                )
        case _:
            await actor.select(page.response, [name], custom_id="v1:adm:parts")
    return page


async def admin_in_spite_of_discord(
    house: House, actor: simcord.MemberActor, *, room: simcord.ChannelHandle | None = None
) -> InteractionResult:
    """Run the command as somebody to whom the server's own settings, or a modified client, show it."""
    place = room or house.room
    backend = house.env.backend
    command = backend.find_command("admin", house.guild.id)
    record, event = interactions.base_payload(
        backend,
        type=2,
        channel_id=place.id,
        guild_id=place.guild.id if place.guild else None,
        user_id=actor.id,
        data={"id": command["id"], "name": "admin", "type": 1, "options": []},
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
