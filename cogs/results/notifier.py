"""The notifier of `jobs.notify.notifier` for Discord: posts results, status messages and endings of jobs."""

import asyncio
import io
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import discord

from cogs.discord.interactions import Interaction, OpenReplies
from cogs.discord.sending import AlreadyDeleted, bounded, with_and_without_prompt, worded
from cogs.results.buttons import result_view, retry_view
from cogs.results.deletion import delete_message
from cogs.results.moderators import decision_view
from cogs.text.catalogue import LANGUAGES, words_for
from cogs.text.job_pages import (
    PRIVATE_ENDINGS,
    alt_text,
    ended_lines,
    ending,
    ending_in_channel,
    notice,
    order_lines,
    reply_now,
    result_text,
    status_text,
)
from cogs.text.sentences import relative
from db.jobs.job import Job, Reason, Route
from hailuo.request import Prices
from jobs.notify.notifier import (
    Alert,
    Delivery,
    LinkDelivery,
    NotifyError,
    Status,
    Strikes,
    TryLater,
    Unreachable,
)
from jobs.orders.order import Order

log = logging.getLogger(__name__)

ACKNOWLEDGE_SECONDS = 10.0
UPLOAD_SECONDS = 240.0
SEARCHED_MESSAGES = 500
CLOCK_SKEW_SECONDS = 60.0
_SMALL_BYTES = 4 * 1024 * 1024
"""Limit, in bytes, up to which a video is read into memory for its upload; a larger one is read from its file."""

_CHANNEL_GONE = frozenset({Reason.UNDELIVERABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """The destination of notifications for the operator: a channel, or else a user's direct messages."""

    channel_id: int | None = None
    user_id: int | None = None


class DiscordNotifier:
    """The notifier for Discord. It uses the bot's own token, because a command's token expires after 15 minutes."""

    def __init__(
        self,
        client: discord.Client,
        replies: OpenReplies,
        *,
        clock: Callable[[], int],
        prices: Prices,
        operator: Operator | None = None,
        upload_seconds: float = UPLOAD_SECONDS,
        acknowledge_seconds: float = ACKNOWLEDGE_SECONDS,
    ) -> None:
        self._client = client
        self._replies = replies
        self._clock = clock
        self._prices = prices
        self._operator = operator
        self._upload_seconds = upload_seconds
        self._acknowledge_seconds = acknowledge_seconds

    async def deliver(self, delivery: Delivery) -> int | None:
        """Post the video; return the message's id, None if the message existed and was deleted.

        If Discord refuses the text, post with less text or with none. The nonce lets Discord recognise a
        repeated call.
        """
        job = delivery.job
        channel = await self._destination(job)
        full, fewer = with_and_without_prompt(result_text(job, delivery.order))
        small = await asyncio.to_thread(_read_if_small, delivery.video)

        def post(text: str) -> Awaitable[discord.Message]:
            file = discord.File(
                delivery.video if small is None else io.BytesIO(small),
                filename=f"clapper-{job.key}.mp4",
                spoiler=bool(job.spoiler),
                description=alt_text(delivery.order) if text == full else None,
            )
            return channel.send(
                text,
                file=file,
                nonce=delivery.nonce,
                allowed_mentions=_only(job.user_id),
                view=result_view(job, self._prices),
            )

        return await _message_id(worded(post, full, fewer, "", seconds=self._upload_seconds))

    async def deliver_link(self, delivery: LinkDelivery) -> int | None:
        """Post the provider's link to a video; return the message's id, None if the message existed and was deleted.

        The text contains the job's key, by which `find_delivered` finds the message.
        """
        job = delivery.job
        bare = f"||{delivery.url}||" if job.spoiler else delivery.url
        link = words_for(job)(
            "too-large-for-discord", link=bare, expires=relative(delivery.expires_at), key=job.key
        )
        channel = await self._destination(job)
        said = with_and_without_prompt(result_text(job, delivery.order, limit=200))

        def post(text: str) -> Awaitable[discord.Message]:
            return channel.send(
                text,
                nonce=delivery.nonce,
                allowed_mentions=_only(job.user_id),
                view=result_view(job, self._prices),
            )

        texts = [*(f"{text}\n{link}" for text in said), f"{bare}\n-# {job.key}"]
        return await _message_id(worded(post, *texts))

    async def find_delivered(self, job: Job) -> int | None:
        """Search for a message with the job's video or link, posted since the first try; return its id, or None."""
        since = discord.Object(discord.utils.time_snowflake(_datetime(job.first_sent_at or job.created_at)))
        return await bounded(self._search(await self._destination(job), job, since))

    async def _search(self, channel: discord.abc.Messageable, job: Job, since: discord.Object) -> int | None:
        mine = self._client.user
        async for message in channel.history(limit=SEARCHED_MESSAGES, after=since):
            if _carries(message, job) and mine is not None and message.author.id == mine.id:
                return message.id
        return None

    async def notify_ending(self, job: Job, strikes: Strikes | None = None) -> None:
        """Notify the requester of the job's ending: in the channel, or privately if only they may read the reason."""
        alone = [partial(way, strikes=strikes) for way in (self._tell_in_reply, self._tell_directly)]
        if job.route is Route.PRIVATE:
            await _first_that_works(alone, job)
        elif job.reason in PRIVATE_ENDINGS | _CHANNEL_GONE:
            await _first_that_works([*alone, self._tell_in_channel], job)
        else:
            try:
                await self._tell_in_channel(job)
            except Unreachable:
                await _first_that_works(alone, job)

    async def retract(self, job: Job) -> None:
        """Delete the message of a result.

        Raises:
            Unreachable: Discord did not delete it.
        """
        if not await bounded(delete_message(self._client, job)):
            raise Unreachable("Discord keeps the message")

    async def notify_paused(self, job: Job) -> None:
        """Notify the requester that ordering is paused: in the private reply, else where the result will be posted."""
        told = words_for(job)("paused-told", user=str(job.user_id))

        async def in_reply(job: Job) -> None:
            await bounded((await self._reply_of(job)).edit_original_response(content=told))

        async def where_it_goes(job: Job) -> None:
            channel = await self._destination(job)
            await bounded(channel.send(told, nonce=f"{job.key}-p", allowed_mentions=_only(job.user_id)))

        await _first_that_works([in_reply, where_it_goes], job)

    async def alert(self, alert: Alert, *, detail: str) -> None:
        """Notify the operator, if one is configured."""
        if self._operator is None:
            return
        channel = await self._channel_of(self._operator)
        await bounded(channel.send(LANGUAGES.english(f"alert-{alert.value}", detail=detail)))

    async def _channel_of(self, operator: Operator) -> discord.abc.Messageable:
        if operator.channel_id:
            return self._client.get_partial_messageable(operator.channel_id)
        return await bounded(self._client.create_dm(discord.Object(operator.user_id or 0)))

    async def notify_delivered(self, job: Job) -> None:
        """Send the requester a direct message with a link to the result."""
        channel = await self._direct_messages(job)
        await bounded(channel.send(notice(job), nonce=f"{job.key}-n"))

    async def update_reply(self, status: Status) -> None:
        """Update the private acknowledgement, if it can still be edited."""
        content = reply_now(status)
        if content is None:
            return
        interaction = await self._open_reply(status.job)
        if interaction is not None:
            view = retry_view(status.job)
            await worded(
                lambda text: interaction.edit_original_response(content=text, view=view),
                *with_and_without_prompt(content),
            )

    async def post_status(self, status: Status) -> int:
        """Post the status message without a ping, and return its id."""
        channel, nonce = self._channel(status.job), f"{status.job.key}-s"
        message = await worded(
            lambda text: channel.send(text, nonce=nonce, silent=True),
            *with_and_without_prompt(status_text(status, now=self._clock())),
        )
        return message.id

    async def edit_status(self, status: Status) -> None:
        """Edit the status message."""
        message = self._status_message(status.job)
        await worded(
            lambda text: message.edit(content=text),
            *with_and_without_prompt(status_text(status, now=self._clock())),
        )

    async def delete_status(self, job: Job) -> None:
        """Delete the status message.

        Raises:
            NotifyError: the message could not be deleted; `AlreadyDeleted` if it is gone.
        """
        await bounded(self._status_message(job).delete())

    async def _tell_in_channel(self, job: Job) -> None:
        sending = self._channel(job).send(
            ending_in_channel(job),
            nonce=_ending_nonce(job, "e"),
            allowed_mentions=_only(job.user_id),
            view=decision_view(job) or retry_view(job) or discord.utils.MISSING,
        )
        await bounded(sending)

    async def _tell_in_reply(self, job: Job, *, strikes: Strikes | None) -> None:
        """Edit the acknowledgement.

        An edit can be repeated safely; a further message could not, for it has no nonce.
        """
        interaction, words, view = await self._reply_of(job), words_for(job), retry_view(job)
        told = "\n".join([*ended_lines(words, job, strikes), *order_lines(words, Order.of(job))])
        await worded(
            lambda text: interaction.edit_original_response(content=text, view=view),
            *with_and_without_prompt(told),
        )

    async def _reply_of(self, job: Job) -> Interaction:
        """Return the interaction whose private reply can still be edited.

        Raises:
            Unreachable: there is none.
        """
        try:
            interaction = await self._open_reply(job)
        except NotifyError as error:
            raise Unreachable("its command is not acknowledged yet, and may never be") from error
        if interaction is None:
            raise Unreachable("its private reply is closed")
        return interaction

    async def _open_reply(self, job: Job) -> Interaction | None:
        return await bounded(self._replies.find(job.interaction_id), seconds=self._acknowledge_seconds)

    async def _tell_directly(self, job: Job, *, strikes: Strikes | None) -> None:
        channel, nonce = await self._direct_messages(job), _ending_nonce(job, "d")
        # A button about a job of a server cannot find the job from direct messages.
        view = (job.route is Route.PRIVATE and retry_view(job)) or discord.utils.MISSING
        await worded(
            lambda text: channel.send(text, nonce=nonce, view=view),
            *with_and_without_prompt(ending(job, strikes)),
        )

    async def _destination(self, job: Job) -> discord.abc.Messageable:
        return self._channel(job) if job.route is Route.CHANNEL else await self._direct_messages(job)

    async def _direct_messages(self, job: Job) -> discord.DMChannel:
        return await bounded(self._client.create_dm(discord.Object(job.user_id)))

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id or None)

    def _status_message(self, job: Job) -> discord.PartialMessage:
        return self._channel(job).get_partial_message(job.status_message_id or 0)


def _carries(message: discord.Message, job: Job) -> bool:
    files = (file.filename for file in message.attachments)
    return any(name.endswith(f"clapper-{job.key}.mp4") for name in files) or job.key in message.content


def _ending_nonce(job: Job, kind: str) -> str:
    # A job can end again after *Submit again* and *Show again*; each ending gets a message of its own.
    return f"{job.key}-{kind}{(job.finished_at or job.queued_at) % 100_000}"


def _datetime(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000 - CLOCK_SKEW_SECONDS, UTC)


def _only(user_id: int) -> discord.AllowedMentions:
    return discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(user_id)])


def _read_if_small(video: Path) -> bytes | None:
    """Return the video's bytes, None if it is large; discord.py reads a file in pieces of 64 KiB, each on a thread."""
    return video.read_bytes() if video.stat().st_size <= _SMALL_BYTES else None


async def _message_id(sending: Awaitable[discord.Message]) -> int | None:
    try:
        return (await sending).id
    except AlreadyDeleted:
        return None


async def _first_that_works(ways: Sequence[Callable[[Job], Awaitable[None]]], job: Job) -> None:
    """Call each of `ways` until one notifies the requester.

    Raises:
        TryLater: all failed, and one of them may work later.
        NotifyError: all failed for good.
    """
    failed: list[NotifyError] = []
    for way in ways:
        try:
            return await way(job)
        except NotifyError as error:
            log.info("could not be told this way: job=%s: %s", job.key, error)
            failed.append(error)
    raise next((error for error in failed if isinstance(error, TryLater)), failed[-1])
