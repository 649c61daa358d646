"""Tools for moderators: the log of videos, reports, blocks, and decisions on jobs that may have been charged.

`DiscordModerators` implements `jobs.notify.mod_log.Moderators`.
"""

import contextlib
import io
from collections.abc import Awaitable

import discord

from cogs.discord.buttons import Answer, JobButton
from cogs.discord.context import find_deletable, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import manager_of
from cogs.discord.sending import AlreadyDeleted, bounded, with_and_without_prompt, worded
from cogs.results.deletion import ask_to_delete
from cogs.text.catalogue import Refused, quoted, words_for
from cogs.text.job_pages import alt_text, link_to
from cogs.text.sentences import format_line
from db.jobs.guild_queries import LogPost
from db.jobs.job import MAY_BE_ORDERED_AGAIN, Job, JobState
from jobs.notify.mod_log import LogEntry
from jobs.servers.guild_settings import Manager


class DiscordModerators:
    """The poster of the moderators' log, a channel that shows each video. It pings nobody."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def show(self, entry: LogEntry) -> int:
        """Post a video's requester, prompt and first picture to the log; return the message's id.

        The nonce lets Discord recognise a repeated call, so that nothing is posted twice.
        """
        job, channel = entry.job, self._channel(entry.channel_id, entry.job)
        full, fewer = with_and_without_prompt(_shown(entry))

        def post(text: str) -> Awaitable[discord.Message]:
            return channel.send(
                text,
                file=_picture(entry, described=text == full),
                nonce=f"{job.key}-l",
                silent=True,
                view=takedown_view(job),
                allowed_mentions=discord.AllowedMentions.none(),
            )

        return (await worded(post, full, fewer)).id

    async def strike_out(self, job: Job, post: LogPost) -> None:
        """Replace a deleted video's message in the log by a note; a message that is gone already is no error."""
        message = self._channel(post.channel_id, job).get_partial_message(post.message_id)
        said = words_for(job)("log-struck-out", user=str(job.user_id))
        with contextlib.suppress(AlreadyDeleted):
            await bounded(
                message.edit(
                    content=said,
                    attachments=[],
                    view=None,
                    allowed_mentions=discord.AllowedMentions.none(),
                )
            )

    async def report(self, job: Job, *, by: int, channel_id: int) -> None:
        """Post who reports which video, with a link to it; the prompt is not repeated."""
        said = words_for(job)("log-report", by=str(by), user=str(job.user_id), link=link_to(job))
        sending = self._channel(channel_id, job).send(
            said,
            nonce=f"{job.key}-{by % 10**8:08d}",
            view=takedown_view(job),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        await bounded(sending)

    def _channel(self, channel_id: int, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(channel_id, guild_id=job.guild_id)


def _shown(entry: LogEntry) -> str:
    job, words = entry.job, words_for(entry.job)
    headline = words(
        "log-entry", user=str(job.user_id), link=link_to(job), format=format_line(words, entry.order)
    )
    return "\n".join([headline, *([quoted(entry.order.text, limit=1500)] if entry.order.text else [])])


def _picture(entry: LogEntry, *, described: bool) -> discord.File:
    if entry.picture is None:
        return discord.utils.MISSING
    return discord.File(
        io.BytesIO(entry.picture),
        filename=f"first-{entry.job.key}.jpg",
        spoiler=bool(entry.job.spoiler),
        description=(described and alt_text(entry.order)) or None,
    )


class DecisionButton(JobButton, template="v0:undecided"):
    """A button that decides on a job of unknown outcome.

    It requires the Manage Messages permission and finds only jobs of this server.
    """

    async def press(self, interaction: Interaction) -> None:
        """Carry out the decision, and show in the channel who decided what."""
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
        """Decide on the job and return it, None if its outcome is not unknown any more; subclasses implement this."""
        raise NotImplementedError


class SubmitAgainButton(DecisionButton, template=r"v1:resubmit:(?P<key>[0-9a-f]{16})"):
    """A button that submits the order again, for which the provider may charge a second time."""

    action, style = "resubmit", discord.ButtonStyle.danger

    async def decide(self, interaction: Interaction, moderator: Manager) -> Job | None:
        """Queue the job again."""
        return await services_of(interaction).administration.submit_again(moderator, self.key)


class GiveUpButton(DecisionButton, template=r"v1:giveup:(?P<key>[0-9a-f]{16})"):
    """A button that ends the job."""

    action = "giveup"

    async def decide(self, interaction: Interaction, moderator: Manager) -> Job | None:
        """End the job without another order."""
        return await services_of(interaction).administration.give_up(moderator, self.key)


DECISIONS = (SubmitAgainButton, GiveUpButton)


def decision_view(job: Job) -> discord.ui.View | None:
    """Return the buttons under a job of unknown outcome that a moderator may decide on, else None."""
    if job.state is not JobState.UNKNOWN or job.reason not in MAY_BE_ORDERED_AGAIN or not job.guild_id:
        return None
    view, words = discord.ui.View(timeout=None), words_for(job)
    return view.add_item(SubmitAgainButton(job.key, words)).add_item(GiveUpButton(job.key, words))


def _decided(job: Job, *, by: int) -> str:
    again = job.state is JobState.QUEUED
    return words_for(job)("decided-again" if again else "decided-given-up", by=str(by), user=str(job.user_id))


class TakeDownButton(JobButton, template=r"v1:takedown:(?P<key>[0-9a-f]{16})"):
    """A button that asks the user to confirm the deletion of a video from the log."""

    action, style = "takedown", discord.ButtonStyle.danger
    answer = Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Ask the user to confirm the deletion, if they may delete the video."""
        await ask_to_delete(interaction, await find_deletable(interaction, self.key))


class BlockButton(JobButton, template=r"v1:block:(?P<key>[0-9a-f]{16})"):
    """A button that blocks the requester of a video from ordering until a manager unblocks them."""

    action, answer = "block", Answer.REPLY

    async def press(self, interaction: Interaction) -> None:
        """Block the requester if the presser may manage the server."""
        manager, services = manager_of(interaction), services_of(interaction)
        job = await services.store.guild_queries.find(self.key, manager.guild_id)
        if job is None:
            raise Refused("no-such-job")
        blocked = await services.administration.block(manager, job.user_id)
        said = words_of(interaction)(
            "admin-blocked" if blocked else "admin-blocked-before", user=str(job.user_id)
        )
        await interaction.edit_original_response(
            content=said, allowed_mentions=discord.AllowedMentions.none()
        )


TAKEDOWNS = (TakeDownButton, BlockButton)
"""The buttons that the client registers."""


def takedown_view(job: Job) -> discord.ui.View:
    """Return the buttons under a video in the log, in the language of its job."""
    words, view = words_for(job), discord.ui.View(timeout=None)
    return view.add_item(TakeDownButton(job.key, words)).add_item(BlockButton(job.key, words))


async def report(interaction: Interaction, job: Job) -> None:
    """Report a video to the moderators, and reply what has become of the report."""
    became = await services_of(interaction).mod_log.report(job, by=interaction.user.id)
    said = words_of(interaction)(f"report-{became.name.lower()}")
    await interaction.edit_original_response(content=said)
