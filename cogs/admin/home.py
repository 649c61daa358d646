"""`/admin`: the home page of a server's managers, which opens each part of the administration, and the server's pause.

Each part's file registers the function that shows it (`shows`), so that the home page knows no part and each part
can lead back to the home page.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import discord

from cogs.discord.buttons import DynamicButton, chosen_value, flag
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import ManagerOnly, administration_of, fitting, show
from cogs.text.catalogue import Refused, Words
from cogs.text.sentences import dollars
from cogs.text.usage_text import limits_line
from db.jobs.job import Owner
from db.settings.pauses import Cause
from jobs.servers.guild_settings import GuildSettings, Manager


class Part(StrEnum):
    """The parts of `/admin`, in the order in which the home page lists them."""

    USAGE = "usage"
    BUDGET = "budget"
    LIMITS = "limits"
    ROLES = "roles"
    CHANNELS = "channels"
    BLOCKS = "blocks"
    MODERATION = "moderation"
    LOG = "log"
    QUEUE = "queue"
    UNKNOWN = "unknown"
    AUDIT = "audit"


ShowPart = Callable[[Interaction, Manager], Awaitable[None]]

_SHOWN_BY: dict[Part, ShowPart] = {}


def shows(part: Part) -> Callable[[ShowPart], ShowPart]:
    """Register the decorated function as the one that shows `part`."""

    def register(function: ShowPart) -> ShowPart:
        _SHOWN_BY[part] = function
        return function

    return register


async def show_part(
    interaction: Interaction,
    lines: Sequence[str],
    items: Iterable[discord.ui.Item[Any]] = (),
    *,
    files: Sequence[discord.File] = (),
) -> None:
    """Write a page of a part, with a button that leads back to the home page."""
    await show(interaction, lines, [*items, HomeButton(words_of(interaction))], files=files)


async def show_home(interaction: Interaction, manager: Manager, *, said: Sequence[str] = ()) -> None:
    """Write the home page; the lines `said` come first."""
    words = words_of(interaction)
    causes = await _pause_causes(interaction, manager)
    lines = [*said, words("admin-home-title"), *await _spending_lines(interaction, manager)]
    lines += await _setting_lines(interaction, manager)
    lines += _pause_lines(words, causes)
    items: list[discord.ui.Item[Any]] = [
        PartSelect(words),
        PauseButton(words, paused=Cause.MODERATOR not in causes),
    ]
    await show(interaction, fitting(words, lines), items)


class HomeButton(ManagerOnly, DynamicButton, template="v1:adm:home"):
    """A button that leads back to the home page."""

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-home"), custom_id="v1:adm:home")

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the home page."""
        await show_home(interaction, manager)


class PartSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.Select[Any]], template="v1:adm:parts"):
    """A select of the parts of `/admin`."""

    def __init__(self, words: Words) -> None:
        options = [
            discord.SelectOption(
                label=words(f"admin-{part}"), description=words(f"admin-{part}-description"), value=part
            )
            for part in Part
        ]
        super().__init__(
            discord.ui.Select[Any](
                custom_id="v1:adm:parts", placeholder=words("admin-home-choose"), options=options
            )
        )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the chosen part."""
        chosen = chosen_value(interaction)
        if chosen not in _SHOWN_BY:
            raise Refused("no-such-setting")
        await _SHOWN_BY[Part(chosen)](interaction, manager)


class PauseButton(ManagerOnly, DynamicButton, template=r"v1:adm:pause:(?P<paused>[01])"):
    """A button that pauses or resumes ordering in the server. A press does what the label says."""

    reads = MappingProxyType({"paused": flag})

    def __init__(self, words: Words, *, paused: bool) -> None:
        label = words("admin-button-pause" if paused else "admin-button-resume")
        super().__init__(label, custom_id=f"v1:adm:pause:{int(paused)}")
        self.paused = paused

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Pause or resume, and say so on the home page."""
        change = self._pause if self.paused else self._resume
        await show_home(interaction, manager, said=await change(interaction, manager))

    async def _pause(self, interaction: Interaction, manager: Manager) -> list[str]:
        paused = await administration_of(interaction).pause(manager)
        return [words_of(interaction)("admin-paused" if paused else "admin-paused-before")]

    async def _resume(self, interaction: Interaction, manager: Manager) -> list[str]:
        words = words_of(interaction)
        resumed = await administration_of(interaction).resume(manager)
        others = await _pause_causes(interaction, manager) - {Cause.MODERATOR}
        line = words("admin-resumed" if resumed else "admin-not-paused")
        return [line, *([words("admin-still-paused")] if others else [])]


HOME_ITEMS = (HomeButton, PartSelect, PauseButton)


async def _pause_causes(interaction: Interaction, manager: Manager) -> set[Cause]:
    standing = await services_of(interaction).store.pauses.standing(manager.guild_id)
    return {pause.cause for pause in standing}


async def _spending_lines(interaction: Interaction, manager: Manager) -> list[str]:
    words, services = words_of(interaction), services_of(interaction)
    server = Owner(guild_id=manager.guild_id, user_id=0)
    today = (await services.accounts.allowance(server, role_ids=frozenset())).guild.today
    caps = await services.administration.caps(manager.guild_id)
    return [
        words("spent-today", count=today.n, spent=dollars(words, today.micros)),
        words("admin-home-members", limits=limits_line(words, caps.member)),
        words("admin-home-server", limits=limits_line(words, caps.guild)),
    ]


async def _setting_lines(interaction: Interaction, manager: Manager) -> list[str]:
    words = words_of(interaction)
    rules = await services_of(interaction).preferences.guild(manager.guild_id)
    return [words("setting-line", setting=words("admin-log"), choice=_log_of(words, rules))]


def _log_of(words: Words, rules: GuildSettings) -> str:
    return words("admin-channels-none") if rules.log_channel is None else f"<#{rules.log_channel}>"


def _pause_lines(words: Words, causes: set[Cause]) -> list[str]:
    here = [words("admin-home-paused")] if Cause.MODERATOR in causes else []
    others = [words("admin-home-paused-elsewhere")] if causes - {Cause.MODERATOR} else []
    return here + others or [words("admin-home-open")]
