"""Speaks to the moderators of a server in their log. Implements `jobs.notify.mod_log.Moderators`."""

import contextlib
import io
from collections.abc import Awaitable

import discord

from cogs.discord.faults import AlreadyDeleted
from cogs.discord.sending import bounded, with_and_without_prompt, worded
from cogs.results.takedown import takedown_view
from cogs.text.catalogue import words_for
from cogs.text.escape import quoted
from cogs.text.job_pages import alt_text, link_to
from cogs.text.sentences import format_line
from db.jobs.job import Job
from db.jobs.log_posts import LogPost
from jobs.notify.mod_log import LogEntry


class DiscordModerators:
    """Posts by the bot's own token, and pings nobody."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def show(self, entry: LogEntry) -> int:
        """Post a video with requester, prompt and first picture; the nonce makes a repeated call harmless."""
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
        """Leave of a deleted video only that there was one; a post that is gone is as good."""
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
        """Post who reports which video; its words are behind the link."""
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
