"""`/admin limits` and `/admin budget`: what each member and the server as a whole may use."""

import re
from collections.abc import Mapping
from typing import Any, Self

import discord

from cogs.discord.acknowledging import send_modal
from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    ManagersForm,
    OpensForm,
    acknowledged_manager,
    administration_of,
    show,
)
from cogs.discord.services import services_of, words_of
from cogs.discord.shared_jobs import in_time_for_a_form
from cogs.text.catalogue import Refused, Words
from cogs.text.escape import plain_text
from cogs.text.limit_text import MONEY, PACE, figure_fields, figure_labels, figure_lines, figures_read
from db.money.caps import Level, LevelCaps, Measure
from jobs.servers.administration import ZoneUnknown
from jobs.servers.audit import Manager
from jobs.servers.guild_settings import GuildSettings

KINDS: Mapping[str, tuple[Measure, ...]] = {"limits": PACE, "budget": MONEY}
"""What the two commands are about."""

LEVELS = (Level.MEMBER, Level.GUILD)
"""What managers decide on: the members' limits, and those of the server."""

_OF = rf"(?P<kind>{'|'.join(KINDS)}):(?P<level>{'|'.join(LEVELS)})"


async def limits(interaction: Interaction) -> None:
    """Show numbers and pace."""
    manager = await acknowledged_manager(interaction)
    await _show(interaction, manager, "limits")


async def budget(interaction: Interaction) -> None:
    """Show amounts of money."""
    manager = await acknowledged_manager(interaction)
    await _show(interaction, manager, "budget")


class LimitsButton(
    OpensForm, discord.ui.DynamicItem[discord.ui.Button[Any]], template=rf"v1:adm:limits:{_OF}"
):
    """Opens the form of one level."""

    def __init__(self, words: Words, kind: str, level: Level) -> None:
        form = f"{kind}-{level}"
        label = words(f"admin-button-{form}")
        super().__init__(discord.ui.Button[Any](label=label, custom_id=f"v1:adm:limits:{kind}:{level}"))
        self.kind, self.level = kind, level

    @classmethod
    async def from_custom_id(
        cls, interaction: Interaction, item: discord.ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild the button of a message from before the restart."""
        return cls(words_of(interaction), match["kind"], Level(match["level"]))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Open it."""
        async with in_time_for_a_form():
            rules = await services_of(interaction).preferences.guild(manager.guild_id)
        form = LimitsForm(words_of(interaction), self.kind, self.level, rules)
        await send_modal(interaction, form)


class LimitsForm(ManagersForm, template=rf"v1:adm:limits:{_OF}"):
    """Takes the limits of one level; the server's come with its time zone."""

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

    @classmethod
    def from_custom_id(cls, words: Words, match: re.Match[str]) -> Self:
        """Build an empty form; the values come from the submission."""
        return cls(words, match["kind"], Level(match["level"]))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Keep what was filled in."""
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
    await show(interaction, lines, [LimitsButton(words, kind, level) for level in LEVELS])


def _chosen(rules: GuildSettings, level: Level) -> LevelCaps:
    return rules.member_limits if level is Level.MEMBER else rules.guild_limits
