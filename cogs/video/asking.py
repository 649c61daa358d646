"""Who asks, where, and what they prefer: what every new job takes from an interaction."""

from cogs.discord.context import channels_around, only_directly, owner_of, role_ids_of, upload_limit_of
from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of, words_of
from db.jobs.admission import Requester


async def requester_of(interaction: Interaction, *, wait_seconds: float = 0) -> Requester:
    """Return who presses, with what they and their server have set. Call it behind the acknowledgement."""
    owner = owner_of(interaction)
    mine = await services_of(interaction).preferences.of(owner.user_id)
    return Requester(
        owner=owner,
        channel_id=interaction.channel_id or 0,
        interaction_id=interaction.id,
        upload_limit=upload_limit_of(interaction),
        language=words_of(interaction).code,
        private=mine.private or only_directly(interaction),
        may_direct=mine.direct_messages,
        spoiler=mine.spoiler or await must_hide(interaction),
        wait_seconds=wait_seconds,
        around=channels_around(interaction),
        role_ids=role_ids_of(interaction),
    )


async def must_hide(interaction: Interaction) -> bool:
    """Tell whether the server wants results in this channel behind a click."""
    if interaction.guild_id is None:
        return False
    rules = await services_of(interaction).preferences.guild(interaction.guild_id)
    return rules.spoiler_everywhere or interaction.channel_id in rules.spoiler_channels
