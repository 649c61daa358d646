"""Whether an order may be placed there at all: the operator's list of servers, a server's channels and words."""

from collections.abc import Set

from jobs.orders.order_faults import ChannelNotAllowed, GuildNotAllowed, WordsNotAllowed
from jobs.orders.submission import NewOrder
from jobs.servers.guild_settings import GuildSettings
from jobs.servers.moderation import found_in


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
