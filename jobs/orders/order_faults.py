"""Why an order is not taken, before anything is counted: what a server or the operator has decided.

OrderRefused
 +-- GuildNotAllowed    the operator serves other servers only
 +-- ChannelNotAllowed  not in this channel
 +-- WordsNotAllowed    the prompt holds what the server's managers do not want
"""


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
