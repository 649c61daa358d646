"""The parts limits, budget and roles of `/admin`: limits for each member, for the whole server, and for members of a role."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import discord

from cogs.admin.home import Part, show_part, shows
from cogs.discord.acknowledging import send_modal
from cogs.discord.buttons import Answer, DynamicButton, chosen_ids
from cogs.discord.context import in_time_for_a_form, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    ManagerOnly,
    ManagersForm,
    administration_of,
    fitting,
)
from cogs.text.catalogue import Refused, Words, plain_text
from cogs.text.usage_text import (
    MONEY,
    PACE,
    figure,
    figure_fields,
    figure_labels,
    figure_lines,
    figures_read,
    measure_name,
)
from db.money.caps import Level, LevelCaps, Measure
from jobs.administration import TooMany, ZoneUnknown
from jobs.servers.guild_settings import GuildSettings, Manager

KINDS: Mapping[str, tuple[Measure, ...]] = {"limits": PACE, "budget": MONEY}
"""The limits that each of the two parts shows and changes."""

LEVELS = (Level.MEMBER, Level.GUILD)
"""The levels whose limits managers set: each member, and the whole server."""

_OF = rf"(?P<kind>{'|'.join(KINDS)}):(?P<level>{'|'.join(LEVELS)})"
_READS = MappingProxyType({"level": Level})


@shows(Part.LIMITS)
async def limits(interaction: Interaction, manager: Manager) -> None:
    """Show the limits on the number and the frequency of orders."""
    await _show(interaction, manager, "limits")


@shows(Part.BUDGET)
async def budget(interaction: Interaction, manager: Manager) -> None:
    """Show the limits on spending."""
    await _show(interaction, manager, "budget")


class LimitsButton(ManagerOnly, DynamicButton, template=rf"v1:adm:limits:{_OF}"):
    """A button that opens the form for the limits of each member, or of the whole server."""

    answer, reads = Answer.FORM, _READS

    def __init__(self, words: Words, kind: str, level: Level) -> None:
        form = f"{kind}-{level}"
        super().__init__(words(f"admin-button-{form}"), custom_id=f"v1:adm:limits:{kind}:{level}")
        self.kind, self.level = kind, level

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Open the form for the limits."""
        async with in_time_for_a_form():
            rules = await services_of(interaction).preferences.guild(manager.guild_id)
        form = LimitsForm(words_of(interaction), self.kind, self.level, rules)
        await send_modal(interaction, form)


class LimitsForm(ManagersForm, template=rf"v1:adm:limits:{_OF}"):
    """A form for the limits of each member, or of the whole server.

    The form for how many videos a server may order also holds the server's time zone.
    """

    reads = _READS

    def __init__(self, words: Words, kind: str, level: Level, rules: GuildSettings | None = None) -> None:
        form = f"{kind}-{level}"
        super().__init__(words(f"admin-button-{form}"), state=f"v1:adm:limits:{kind}:{level}")
        self.kind, self.level = kind, level
        rules = rules or GuildSettings()
        self._figures = figure_fields(words, _chosen(rules, level), KINDS[kind])
        for label in figure_labels(words, self._figures):
            self.add_item(label)
        self._zone = None
        if (kind, level) == ("limits", Level.GUILD):
            self._zone = discord.ui.TextInput[Any](
                custom_id="zone", default=rules.time_zone, max_length=50, placeholder=words("zone-example")
            )
            self.add_item(
                discord.ui.Label[Any](
                    text=words("zone"), description=words("zone-note"), component=self._zone
                )
            )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Save the limits, and the time zone if the form has one."""
        figures = figures_read(self._figures)
        administration = administration_of(interaction)
        if self._zone is not None:
            await _set_zone(interaction, manager, self._zone.value.strip())
        if self.level is Level.MEMBER:
            await administration.limit_members(manager, figures)
        else:
            await administration.limit_guild(manager, figures)
        await _show(interaction, manager, self.kind)


LIMIT_ITEMS = (LimitsButton,)
LIMIT_FORMS = (LimitsForm,)


async def _set_zone(interaction: Interaction, manager: Manager, name: str) -> None:
    try:
        await administration_of(interaction).set_time_zone(manager, name)
    except ZoneUnknown as error:
        raise Refused("zone-unknown", zone=plain_text(name, limit=50)) from error


async def _show(interaction: Interaction, manager: Manager, kind: str) -> None:
    words, services = words_of(interaction), services_of(interaction)
    rules = await services.preferences.guild(manager.guild_id)
    caps = await services.administration.caps(manager.guild_id)
    lines = [words(f"admin-{kind}-title")]
    for level, held in ((Level.MEMBER, caps.member), (Level.GUILD, caps.guild)):
        lines.append(words(f"admin-level-{level}"))
        lines += figure_lines(words, held, _chosen(rules, level), KINDS[kind])
    lines.append(words("admin-days-turn", zone=rules.time_zone))
    await show_part(interaction, lines, [LimitsButton(words, kind, level) for level in LEVELS])


def _chosen(rules: GuildSettings, level: Level) -> LevelCaps:
    return rules.member_limits if level is Level.MEMBER else rules.guild_limits


EVERY_MEASURE = (*PACE, *MONEY)
ACTIONS = ("favour", "unfavour", "plain")
"""The actions of a role's buttons: give its jobs priority, withdraw the priority, remove its limits."""

_ROLE = r"(?P<role_id>\d{1,20})"
_READS_ROLE = MappingProxyType({"role_id": int})


@shows(Part.ROLES)
async def roles(interaction: Interaction, manager: Manager) -> None:
    """Show the roles that have priority or limits of their own."""
    await _show_all(interaction, manager)


class RoleSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.RoleSelect[Any]], template="v1:adm:roles"):
    """A select that opens the page of a role."""

    def __init__(self, words: Words) -> None:
        super().__init__(
            discord.ui.RoleSelect[Any](custom_id="v1:adm:roles", placeholder=words("admin-choose-role"))
        )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the page of the chosen role."""
        chosen = chosen_ids(interaction)
        if not chosen:
            raise Refused("no-such-setting")
        await _show_one(interaction, manager, chosen[0])


class RolesButton(ManagerOnly, DynamicButton, template="v1:adm:rolelist"):
    """A button that leads back to the list of roles."""

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-back"), custom_id="v1:adm:rolelist")

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the list of roles."""
        await _show_all(interaction, manager)


class RoleButton(
    ManagerOnly,
    DynamicButton,
    template=rf"v1:adm:role:(?P<action>{'|'.join(ACTIONS)}):{_ROLE}",
):
    """A button that changes the priority or the limits of a role."""

    reads = _READS_ROLE

    def __init__(self, words: Words, action: str, role_id: int) -> None:
        super().__init__(words(f"admin-button-{action}"), custom_id=f"v1:adm:role:{action}:{role_id}")
        self.action, self.role_id = action, role_id

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Carry out the button's action, and show the role's page."""
        administration = administration_of(interaction)
        try:
            if self.action == "plain":
                await administration.limit_role(manager, self.role_id, None)
            else:
                await administration.favour(manager, self.role_id, favoured=self.action == "favour")
        except TooMany as error:
            raise Refused("too-many-roles", limit=error.limit) from error
        await _show_one(interaction, manager, self.role_id)


class RoleLimitsButton(ManagerOnly, DynamicButton, template=rf"v1:adm:rolelimits:{_ROLE}"):
    """A button that opens the form for a role's limits."""

    answer, reads = Answer.FORM, _READS_ROLE

    def __init__(self, words: Words, role_id: int) -> None:
        super().__init__(words("admin-button-role-limits"), custom_id=f"v1:adm:rolelimits:{role_id}")
        self.role_id = role_id

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Open the form for the role's limits."""
        async with in_time_for_a_form():
            rules = await services_of(interaction).preferences.guild(manager.guild_id)
        chosen = rules.role_limits.get(self.role_id, LevelCaps())
        await send_modal(interaction, RoleForm(words_of(interaction), self.role_id, chosen))


class RoleForm(ManagersForm, template=rf"v1:adm:rolelimits:{_ROLE}"):
    """A form for the limits of a role's members; a role can only raise what its members may use."""

    reads = _READS_ROLE

    def __init__(self, words: Words, role_id: int, chosen: LevelCaps | None = None) -> None:
        super().__init__(words("admin-button-role-limits"), state=f"v1:adm:rolelimits:{role_id}")
        self.role_id = role_id
        self._figures = figure_fields(words, chosen or LevelCaps(), EVERY_MEASURE, of_role=True)
        for label in figure_labels(words, self._figures):
            self.add_item(label)

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Save the limits; an empty form removes the role's limits."""
        caps = LevelCaps(**figures_read(self._figures))
        try:
            await administration_of(interaction).limit_role(
                manager, self.role_id, None if caps == LevelCaps() else caps
            )
        except TooMany as error:
            raise Refused("too-many-roles", limit=error.limit) from error
        await _show_one(interaction, manager, self.role_id)


ROLE_ITEMS = (RoleSelect, RolesButton, RoleButton, RoleLimitsButton)
ROLE_FORMS = (RoleForm,)


async def _show_all(interaction: Interaction, manager: Manager) -> None:
    words = words_of(interaction)
    rules = await services_of(interaction).preferences.guild(manager.guild_id)
    standing_out = sorted({*rules.role_limits, *rules.favoured_roles})
    lines = [_role_line(words, rules, role_id) for role_id in standing_out]
    title = [words("admin-roles-title"), words("admin-roles-note")]
    await show_part(
        interaction, fitting(words, [*title, *(lines or [words("admin-roles-none")])]), [RoleSelect(words)]
    )


async def _show_one(interaction: Interaction, manager: Manager, role_id: int) -> None:
    words = words_of(interaction)
    rules = await services_of(interaction).preferences.guild(manager.guild_id)
    favoured, limited = role_id in rules.favoured_roles, role_id in rules.role_limits
    items: list[discord.ui.Item[Any]] = [
        RoleLimitsButton(words, role_id),
        RoleButton(words, "unfavour" if favoured else "favour", role_id),
    ]
    if limited:
        items.append(RoleButton(words, "plain", role_id))
    lines = [words("admin-roles-title"), _role_line(words, rules, role_id)]
    await show_part(interaction, lines, [*items, RolesButton(words)])


def _role_line(words: Words, rules: GuildSettings, role_id: int) -> str:
    caps = rules.role_limits.get(role_id)
    parts = [words("admin-role-favoured")] if role_id in rules.favoured_roles else []
    parts += [] if caps is None else limits_in_short(words, caps)
    said = " · ".join(parts) or words("admin-role-plain")
    return words("admin-role-line", role=str(role_id), said=said)


def limits_in_short(words: Words, caps: LevelCaps) -> list[str]:
    """Return a short text for each limit that is set."""
    values = {measure: getattr(caps, measure) for measure in EVERY_MEASURE}
    return [
        words("limit-in-short", setting=measure_name(words, measure), choice=figure(words, measure, value))
        for measure, value in values.items()
        if value is not None
    ]
