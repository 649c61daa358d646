"""The buttons under an order that may have been charged: a moderator decides whether it is sent again."""

import discord

from cogs.discord.buttons import JobButton
from cogs.discord.interactions import Interaction
from cogs.discord.services import services_of
from cogs.text.catalogue import Refused, words_for
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState
from jobs.servers.audit import Manager


class DecisionButton(JobButton, template="v0:undecided"):
    """Asks for Manage Messages; what belongs to another server does not exist."""

    async def press(self, interaction: Interaction) -> None:
        """Decide, and say in the channel who decided what."""
        if not interaction.guild_id or not interaction.permissions.manage_messages:
            raise Refused("moderators-decide")
        job = await self.decide(interaction, Manager(interaction.guild_id, interaction.user.id))
        if job is None:
            raise Refused("decided-already")
        await interaction.edit_original_response(
            content=_decided(job, by=interaction.user.id),
            view=None,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def decide(self, interaction: Interaction, moderator: Manager) -> Job | None:
        """Move the job on; None when it is not there to be decided."""
        raise NotImplementedError


class SubmitAgainButton(DecisionButton, template=r"v1:resubmit:(?P<key>[0-9a-f]{16})"):
    """Sends the order again, which may be charged a second time."""

    action, style = "resubmit", discord.ButtonStyle.danger

    async def decide(self, interaction: Interaction, moderator: Manager) -> Job | None:
        """Queue it once more."""
        return await services_of(interaction).administration.submit_again(moderator, self.key)


class GiveUpButton(DecisionButton, template=r"v1:giveup:(?P<key>[0-9a-f]{16})"):
    """Ends it."""

    action = "giveup"

    async def decide(self, interaction: Interaction, moderator: Manager) -> Job | None:
        """End it without another order."""
        return await services_of(interaction).administration.give_up(moderator, self.key)


DECISIONS = (SubmitAgainButton, GiveUpButton)


def decision_view(job: Job) -> discord.ui.View | None:
    """Return the buttons under the ending of a job that somebody has to decide on."""
    if job.state is not JobState.UNKNOWN or job.reason not in MAY_BE_ORDERED_AGAIN or not job.guild_id:
        return None
    view, words = discord.ui.View(timeout=None), words_for(job)
    return view.add_item(SubmitAgainButton(job.key, words)).add_item(GiveUpButton(job.key, words))


def _decided(job: Job, *, by: int) -> str:
    again = job.state is JobState.QUEUED
    return words_for(job)("decided-again" if again else "decided-given-up", by=str(by), user=str(job.user_id))
