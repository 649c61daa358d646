"""Speaks for the jobs in Discord: results, statuses, endings. Implements `jobs.notifier.Notifier`."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never

import discord

from cogs import sentences
from cogs.decision_buttons import decision_view
from cogs.deletion import delete_message
from cogs.discord_faults import AlreadyDeleted
from cogs.escape import quoted
from cogs.job_pages import alt_text, notice, order_lines, reply_now
from cogs.open_replies import OpenReplies
from cogs.result_buttons import result_view, retry_view
from cogs.sending import SEND_SECONDS, bounded
from cogs.timestamps import relative
from cogs.words import LANGUAGES, Words, words_for
from db.job import Job, JobState, Reason, Route
from hailuo.prices import Prices
from jobs.notifier import Alert, Delivery, LinkDelivery, NotifyError, Status, Unreachable
from jobs.order import Order

log = logging.getLogger(__name__)

ACKNOWLEDGE_SECONDS = 10.0
UPLOAD_SECONDS = 240.0
SEARCHED_MESSAGES = 500
CLOCK_SKEW_SECONDS = 60.0

_PRIVATE = frozenset({Reason.MODERATED, Reason.WITHDRAWN})
"""Endings whose reason is nobody's business but the requester's."""

_CHANNEL_GONE = frozenset({Reason.UNDELIVERABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Where the operator hears of what needs them: a channel, or else a user's direct messages."""

    channel_id: int | None = None
    user_id: int | None = None


class DiscordNotifier:
    """Posts by the bot's own token, so that nothing depends on a command's 15 minutes."""

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
        """Post the video; the nonce makes a repeated call harmless."""
        job = delivery.job
        place = await self._destination(job)
        file = discord.File(
            delivery.video,
            filename=f"clapper-{job.key}.mp4",
            spoiler=bool(job.spoiler),
            description=alt_text(delivery.order),
        )
        sending = place.send(
            _result_text(job, delivery.order),
            file=file,
            nonce=delivery.nonce,
            allowed_mentions=_only(job.user_id),
            view=result_view(job, self._prices),
        )
        return await _message_id(sending, seconds=self._upload_seconds)

    async def deliver_link(self, delivery: LinkDelivery) -> int | None:
        """Post the provider's link; the job's key in it is what a later search finds."""
        job = delivery.job
        link = words_for(job)(
            "too-large-for-discord",
            link=f"||{delivery.url}||" if job.spoiler else delivery.url,
            expires=relative(delivery.expires_at),
            key=job.key,
        )
        place = await self._destination(job)
        sending = place.send(
            f"{_result_text(job, delivery.order, limit=200)}\n{link}",
            nonce=delivery.nonce,
            allowed_mentions=_only(job.user_id),
            view=result_view(job, self._prices),
        )
        return await _message_id(sending, seconds=SEND_SECONDS)

    async def find_delivered(self, job: Job) -> int | None:
        """Return the message that carries the job's file or link, looked for since its first try."""
        since = discord.Object(discord.utils.time_snowflake(_datetime(job.first_sent_at or job.created_at)))
        return await bounded(self._search(await self._destination(job), job, since))

    async def _search(self, place: discord.abc.Messageable, job: Job, since: discord.Object) -> int | None:
        mine = self._client.user
        async for message in place.history(limit=SEARCHED_MESSAGES, after=since):
            if _carries(message, job) and mine is not None and message.author.id == mine.id:
                return message.id
        return None

    async def tell(self, job: Job) -> None:
        """Tell the requester how the job ended: where it was ordered, unless it is nobody else's business."""
        if job.route is Route.PRIVATE:
            await self._tell_requester_only(job)
            return
        if job.reason in _PRIVATE | _CHANNEL_GONE and await self._tell_privately(job):
            return
        try:
            await self._tell_in_channel(job)
        except Unreachable:
            if not await self._tell_privately(job):
                raise

    async def retract(self, job: Job) -> None:
        """Delete the message of a result."""
        if not await bounded(delete_message(self._client, job)):
            raise Unreachable("Discord keeps the message")

    async def tell_paused(self, job: Job) -> None:
        """Tell the requester that their order waits: in their private answer, else where it was ordered."""
        told = words_for(job)("paused-told", user=str(job.user_id))
        interaction = await self._open_reply(job)
        if interaction is not None:
            await bounded(interaction.edit_original_response(content=told))
            return
        place = await self._destination(job)
        await bounded(place.send(told, nonce=f"{job.key}-p", allowed_mentions=_only(job.user_id)))

    async def alert(self, alert: Alert, *, detail: str) -> None:
        """Tell the operator, in the channel or the direct messages that they have named."""
        if self._operator is None:
            return
        place = await self._place_of(self._operator)
        await bounded(place.send(LANGUAGES.english(f"alert-{alert.value}", detail=detail)))

    async def _place_of(self, operator: Operator) -> discord.abc.Messageable:
        if operator.channel_id:
            return self._client.get_partial_messageable(operator.channel_id)
        return await bounded(self._client.create_dm(discord.Object(operator.user_id or 0)))

    async def notify(self, job: Job) -> None:
        """Send the requester the way to the result."""
        channel = await self._direct_messages(job)
        await bounded(channel.send(notice(job), nonce=f"{job.key}-n"))

    async def update_reply(self, status: Status) -> None:
        """Bring the private acknowledgement up to date, where its token still lives."""
        content = reply_now(status)
        if content is None:
            return
        interaction = await self._open_reply(status.job)
        if interaction is not None:
            await bounded(interaction.edit_original_response(content=content, view=retry_view(status.job)))

    async def post_status(self, status: Status) -> int:
        """Post the status message, which pings nobody."""
        sending = self._channel(status.job).send(
            self._status_text(status), nonce=f"{status.job.key}-s", silent=True
        )
        message = await bounded(sending)
        return message.id

    async def edit_status(self, status: Status) -> None:
        """Edit the status message."""
        await bounded(self._status_message(status.job).edit(content=self._status_text(status)))

    async def delete_status(self, job: Job) -> None:
        """Delete the status message; one that is gone already is as good."""
        await bounded(self._status_message(job).delete())

    async def _tell_in_channel(self, job: Job) -> None:
        if job.reason in _CHANNEL_GONE:
            raise Unreachable("its channel cannot be posted to")
        sending = self._channel(job).send(
            _ending_in_channel(job),
            nonce=_ending_nonce(job, "e"),
            allowed_mentions=_only(job.user_id),
            view=decision_view(job) or retry_view(job) or discord.utils.MISSING,
        )
        await bounded(sending)

    async def _tell_privately(self, job: Job) -> bool:
        return await self._tell_in_reply(job) or await self._tell_directly(job)

    async def _tell_requester_only(self, job: Job) -> None:
        """Tell of a private job: never in a channel, so a failure here is one that may be tried again."""
        if await self._tell_in_reply(job):
            return
        channel = await self._direct_messages(job)
        view = retry_view(job) or discord.utils.MISSING
        await bounded(channel.send(_ending(job), nonce=_ending_nonce(job, "d"), view=view))

    async def _tell_in_reply(self, job: Job) -> bool:
        """Edit the acknowledgement: unlike a follow-up, which has no nonce, an edit can be repeated."""
        try:
            interaction = await self._open_reply(job)
        except NotifyError:
            return False  # its command is not acknowledged yet, and may never be
        if interaction is None:
            return False
        words = words_for(job)
        told = "\n".join([sentences.ended(words, job), *order_lines(words, Order.of(job))])
        return await _went_out(interaction.edit_original_response(content=told, view=retry_view(job)))

    async def _open_reply(self, job: Job) -> discord.Interaction | None:
        return await bounded(self._replies.find(job.interaction_id), seconds=self._acknowledge_seconds)

    async def _tell_directly(self, job: Job) -> bool:
        try:
            channel = await self._direct_messages(job)
        except NotifyError:
            return False
        return await _went_out(channel.send(_ending(job), nonce=_ending_nonce(job, "d")))

    async def _destination(self, job: Job) -> discord.abc.Messageable:
        return self._channel(job) if job.route is Route.CHANNEL else await self._direct_messages(job)

    async def _direct_messages(self, job: Job) -> discord.DMChannel:
        return await bounded(self._client.create_dm(discord.Object(job.user_id)))

    def _channel(self, job: Job) -> discord.PartialMessageable:
        return self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id or None)

    def _status_message(self, job: Job) -> discord.PartialMessage:
        return self._channel(job).get_partial_message(job.status_message_id or 0)

    def _status_text(self, status: Status) -> str:
        job, words = status.job, words_for(status.job)
        if job.state is JobState.DELIVERING:
            headline = words("status-delivering", user=str(job.user_id))
        else:
            ready = relative(status.expected_at) if status.expected_at > self._clock() else None
            headline = sentences.rendering(words, job, ready=ready, was_away=status.was_away)
        order = sentences.order_line(words, status.order)
        return "\n".join([headline, order, quoted(status.order.text, limit=200)])


def _result_text(job: Job, order: Order, *, limit: int = 1500) -> str:
    words = words_for(job)
    lines = [
        _result_headline(words, job),
        sentences.order_line(words, order),
        quoted(order.text, limit=limit),
    ]
    return "\n".join(lines)


def _result_headline(words: Words, job: Job) -> str:
    match job.route:
        case Route.CHANNEL:
            return words("ready", user=str(job.user_id))
        case Route.PRIVATE:
            return words("ready-privately")
        case Route.FALLBACK:
            return words("ready-elsewhere", channel=str(job.channel_id))
        case _:
            assert_never(job.route)


def _carries(message: discord.Message, job: Job) -> bool:
    files = (file.filename for file in message.attachments)
    return any(name.endswith(f"clapper-{job.key}.mp4") for name in files) or job.key in message.content


def _ending(job: Job) -> str:
    return f"{sentences.ended(words_for(job), job)}\n{quoted(Order.of(job).text)}"


def _ending_nonce(job: Job, kind: str) -> str:
    # A job can end again after *Submit again* and *Show again*; each ending is a message of its own.
    return f"{job.key}-{kind}{(job.finished_at or job.queued_at) % 100_000}"


def _ending_in_channel(job: Job) -> str:
    if job.reason in _PRIVATE:
        return words_for(job)("ended-neutrally", user=str(job.user_id))
    return sentences.ended_for(words_for(job), job)


def _datetime(epoch_ms: int) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000 - CLOCK_SKEW_SECONDS, UTC)


def _only(user_id: int) -> discord.AllowedMentions:
    return discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(user_id)])


async def _message_id(sending: Awaitable[discord.Message], *, seconds: float) -> int | None:
    try:
        return (await bounded(sending, seconds=seconds)).id
    except AlreadyDeleted:
        return None


async def _went_out(sending: Awaitable[object]) -> bool:
    try:
        await bounded(sending)
    except NotifyError as error:
        log.info("could not be told this way: %s", error)
        return False
    return True
