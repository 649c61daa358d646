"""The deletion of a video after a confirmation: of its message, its files and the texts of its order."""

import logging

import discord

from cogs.discord.buttons import Answer, JobButton
from cogs.discord.context import find_deletable, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.sending import GONE, bounded
from cogs.text.catalogue import Refused, Words, quoted
from db.jobs.job import Job, Route
from jobs.notify.notifier import NotifyError
from jobs.orders.order import Order
from jobs.servers.guild_settings import Manager

log = logging.getLogger(__name__)


class DeleteButton(JobButton, template=r"v1:delete:(?P<key>[0-9a-f]{16})"):
    """A button that asks the user to confirm the deletion of a video."""

    action, style = "delete", discord.ButtonStyle.danger
    answer = Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Ask the user to confirm the deletion."""
        await ask_to_delete(interaction, await find_deletable(interaction, self.key))


class EraseButton(JobButton, template=r"v1:erase:(?P<key>[0-9a-f]{16})"):
    """A button that confirms the deletion."""

    action, style = "erase", discord.ButtonStyle.danger

    async def press(self, interaction: Interaction) -> None:
        """Delete all that can be deleted now; a second press repeats the deletions that failed."""
        job = await find_deletable(interaction, self.key)
        mine = job.user_id == interaction.user.id
        user_id = interaction.user.id if mine else None
        erased = await services_of(interaction).jobs.erase(job, user_id=user_id)
        if erased is None and job.erased_at is None:
            raise Refused("delete-not-yet")
        await _tell_moderators(interaction, job, erased=erased is not None)
        gone = await delete_message(interaction.client, job)
        words = words_of(interaction)
        await interaction.edit_original_response(
            content=words("deleted" if gone else "deleted-message-stays"), view=None
        )


DELETIONS = (DeleteButton, EraseButton)


async def ask_to_delete(interaction: Interaction, job: Job) -> None:
    """Ask the user, in the acknowledged private reply, to confirm the deletion of a job."""
    words = words_of(interaction)
    await interaction.edit_original_response(content=_question(words, job), view=_answers(words, job))


def _question(words: Words, job: Job) -> str:
    text = Order.of(job).text
    return "\n".join([words("delete-really"), *([quoted(text)] if text else [])])


def _answers(words: Words, job: Job) -> discord.ui.View:
    return discord.ui.View(timeout=None).add_item(EraseButton(job.key, words))


async def _tell_moderators(interaction: Interaction, job: Job, *, erased: bool) -> None:
    """Remove the video from the moderators' log; record in the audit who deleted another member's video."""
    await services_of(interaction).mod_log.strike_out(job)
    if erased and job.user_id != interaction.user.id:
        manager = Manager(job.guild_id, interaction.user.id)
        await services_of(interaction).administration.took_down(manager, job)


async def delete_message(client: discord.Client, job: Job) -> bool:
    """Delete the message of a result; return whether it is gone, also if it was deleted before."""
    if job.message_id is None:
        return True
    try:
        channel = await bounded(_channel_of(client, job))
        await bounded(channel.get_partial_message(job.message_id).delete())
    except NotifyError as error:
        if getattr(error.__cause__, "code", None) in GONE:
            return True
        log.warning("result could not be deleted: job=%s: %s", job.key, error)
        return False
    return True


async def _channel_of(client: discord.Client, job: Job) -> discord.PartialMessageable | discord.DMChannel:
    if job.route is Route.CHANNEL:
        return client.get_partial_messageable(job.channel_id, guild_id=job.guild_id or None)
    return await client.create_dm(discord.Object(job.user_id))
