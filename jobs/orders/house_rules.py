"""Checks an order against the operator's list of servers, and a server's channels and words.

OrderRefused
 +-- GuildNotAllowed    the operator serves other servers only
 +-- ChannelNotAllowed  not in this channel
 +-- WordsNotAllowed    the prompt holds what the server's managers do not want
"""

from collections.abc import Set

from jobs.orders.order import NewOrder
from jobs.servers.guild_settings import GuildSettings
from jobs.servers.moderation import found_in


class OrderRefused(Exception):
    """Nothing was made and nothing counted."""


class GuildNotAllowed(OrderRefused):
    """`guild_id` is not on the operator's list; 0 stands for direct messages."""

    def __init__(self, guild_id: int) -> None:
        super().__init__(f"guild {guild_id} is not allowed")
        self.guild_id = guild_id


class ChannelNotAllowed(OrderRefused):
    """`allowed` are channels of that server where orders are taken; empty: everywhere else."""

    def __init__(self, channel_id: int, *, allowed: frozenset[int]) -> None:
        super().__init__(f"channel {channel_id} is not allowed")
        self.channel_id = channel_id
        self.allowed = allowed


class WordsNotAllowed(OrderRefused):
    """`found` is the part of the prompt that is not wanted."""

    def __init__(self, found: str) -> None:
        super().__init__("the prompt holds words that are not wanted there")
        self.found = found


def require_allowed(new: NewOrder, rules: GuildSettings, *, allowed_guilds: Set[int]) -> None:
    """Check an order against the operator's and the server's rules. An empty list of servers allows all of them.

    Raises:
        OrderRefused: a rule forbids it.
    """
    guild_id = new.requester.owner.guild_id
    if allowed_guilds and guild_id not in allowed_guilds:
        raise GuildNotAllowed(guild_id)
    _require_channel(new, rules)
    found = found_in(new.order.text, words=rules.banned_words, patterns=rules.banned_patterns)
    if found is not None:
        raise WordsNotAllowed(found)


def _require_channel(new: NewOrder, rules: GuildSettings) -> None:
    here = {new.requester.channel_id} | new.requester.around
    allowed = not rules.allowed_channels or here & rules.allowed_channels
    if here & rules.denied_channels or not allowed:
        raise ChannelNotAllowed(new.requester.channel_id, allowed=rules.allowed_channels)
