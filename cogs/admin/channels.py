"""The parts channels and log of `/admin`: where members may order, and where moderators see each video."""

from typing import Any

import discord

from cogs.admin.home import Part, show_part, shows
from cogs.discord.buttons import chosen_ids
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import ManagerOnly, administration_of
from cogs.text.catalogue import Phrase, Refused, Words
from jobs.servers.guild_settings import GuildSettings, Manager

LISTS = ("allowed", "denied")
MOST = 25
"""The number of channels that a Discord select can hold."""

_ORDERING = [
    discord.ChannelType.text,
    discord.ChannelType.news,
    discord.ChannelType.voice,
    discord.ChannelType.stage_voice,
    discord.ChannelType.forum,
    discord.ChannelType.category,
]
_POSTING = [discord.ChannelType.text, discord.ChannelType.news]
_NEEDED_TO_LOG = ("view_channel", "send_messages", "attach_files")


@shows(Part.CHANNELS)
async def channels(interaction: Interaction, manager: Manager) -> None:
    """Show the channels in which members may and may not order."""
    await _show_channels(interaction, manager)


@shows(Part.LOG)
async def log(interaction: Interaction, manager: Manager) -> None:
    """Show the channel of the moderators' log."""
    await _show_log(interaction, manager)


class ChannelsSelect(
    ManagerOnly,
    discord.ui.DynamicItem[discord.ui.ChannelSelect[Any]],
    template=rf"v1:adm:channels:(?P<which>{'|'.join(LISTS)})",
):
    """A select for the allowed or the denied channels; the choice replaces the whole list."""

    def __init__(self, words: Words, which: str, chosen: frozenset[int] = frozenset()) -> None:
        super().__init__(
            discord.ui.ChannelSelect[Any](
                custom_id=f"v1:adm:channels:{which}",
                placeholder=words(f"admin-channels-{which}"),
                channel_types=_ORDERING,
                min_values=0,
                max_values=MOST,
                default_values=_defaults(chosen),
            )
        )
        self.which = which

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Save the chosen channels as those where members may order, or as those where they may not."""
        administration = administration_of(interaction)
        keep = administration.allow_channels if self.which == "allowed" else administration.deny_channels
        await keep(manager, chosen_ids(interaction))
        await _show_channels(interaction, manager)


class LogSelect(ManagerOnly, discord.ui.DynamicItem[discord.ui.ChannelSelect[Any]], template="v1:adm:log"):
    """A select for the channel of the moderators' log; an empty choice switches the log off."""

    def __init__(self, words: Words, chosen: int | None = None) -> None:
        super().__init__(
            discord.ui.ChannelSelect[Any](
                custom_id="v1:adm:log",
                placeholder=words("admin-log-choose"),
                channel_types=_POSTING,
                min_values=0,
                max_values=1,
                default_values=_defaults(frozenset() if chosen is None else frozenset({chosen})),
            )
        )

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Save the chosen channel if the bot may post there."""
        chosen = chosen_ids(interaction)
        if chosen:
            _require_place_to_log(interaction, chosen[0])
        await administration_of(interaction).log_to(manager, chosen[0] if chosen else None)
        await _show_log(interaction, manager)


CHANNEL_ITEMS = (ChannelsSelect, LogSelect)


def _require_place_to_log(interaction: Interaction, channel_id: int) -> None:
    guild = interaction.guild
    channel = guild.get_channel(channel_id) if guild else None
    if guild is None or channel is None:
        raise Refused("unknown-channel")
    granted = channel.permissions_for(guild.me)
    missing = [name for name in _NEEDED_TO_LOG if not getattr(granted, name)]
    if missing:
        names = [Phrase(f"permission-{name}") for name in missing]
        raise Refused("log-permissions", channel=str(channel_id), permissions=names)


async def _show_channels(interaction: Interaction, manager: Manager) -> None:
    words = words_of(interaction)
    rules = await services_of(interaction).preferences.guild(manager.guild_id)
    lines = [words("admin-channels-title"), *(_list_line(words, rules, which) for which in LISTS)]
    lines.append(words("admin-channels-note"))
    await show_part(
        interaction, lines, [ChannelsSelect(words, which, _list(rules, which)) for which in LISTS]
    )


async def _show_log(interaction: Interaction, manager: Manager) -> None:
    words = words_of(interaction)
    chosen = (await services_of(interaction).preferences.guild(manager.guild_id)).log_channel
    now = words("admin-log-none") if chosen is None else words("admin-log-now", channel=str(chosen))
    lines = [words("admin-log-title"), now, words("admin-log-note")]
    await show_part(interaction, lines, [LogSelect(words, chosen)])


def _list_line(words: Words, rules: GuildSettings, which: str) -> str:
    chosen = [f"<#{channel_id}>" for channel_id in sorted(_list(rules, which))]
    empty = words("admin-channels-all" if which == "allowed" else "admin-channels-none")
    return words("setting-line", setting=words(f"admin-channels-{which}"), choice=chosen or empty)


def _list(rules: GuildSettings, which: str) -> frozenset[int]:
    return rules.allowed_channels if which == "allowed" else rules.denied_channels


def _defaults(ids: frozenset[int]) -> list[discord.SelectDefaultValue]:
    kind = discord.SelectDefaultValueType.channel
    return [discord.SelectDefaultValue(id=channel_id, type=kind) for channel_id in sorted(ids)[:MOST]]
