"""The whole way of one order, without a process: real provider client and real discord.py, both on loopback.

The steps are called by hand with a fake clock, so that hours of trouble take no time.
"""

import contextlib
import dataclasses
from collections.abc import AsyncGenerator
from pathlib import Path

import aiohttp

from cogs.client import ClapperClient
from cogs.discord.interactions import OpenReplies
from cogs.member._cog import HelpLinks
from cogs.results.notifier import DiscordNotifier
from db.jobs.job import Job, JobState, Owner, Reason
from hailuo.client import HailuoClient, Timeouts
from hailuo.transport import open_session
from jobs.orders.service import Receipt
from jobs.providers import Account, Providers
from media.transfer.download import Downloader, DownloadLimits
from sandbox.server import Sandbox
from tests.guarantees.relay import Relay
from tests.loopback_discord import ANN, GUILD_ID, VIDEOS, Channel, LoopbackDiscord, Message, Request
from tests.support.caps import GATEWAY, PRICES
from tests.support.clock import FakeClock
from tests.support.stage import Stage, account_of, open_stage

CALL_SECONDS = 2.0
MOST_ROUNDS = 200
_ENDED = frozenset({JobState.DELIVERED, JobState.FAILED, JobState.UNKNOWN, JobState.CANCELLED})
_TOLD = frozenset({JobState.FAILED, JobState.UNKNOWN})
_LATER_SECONDS = 7200
_NEVER_MS = 365 * 86_400_000
"""A row that is due so late is not looked at again: nobody could be told of its ending."""

BRISK = DownloadLimits(
    total_seconds=6, idle_seconds=1, rate_window_seconds=0.3, min_bytes_per_second=10_000, max_bytes=1_000_000
)
"""Bounds short enough for a test that waits for them."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What becomes of one order: in its row, in the provider's bill, in Discord, and in words to its requester.

    `words` must all stand in the one message that tells of it; without any, nothing but the result is said.
    """

    state: JobState
    reason: Reason | None = None
    paid: int
    results: int = 0
    words: tuple[str, ...] = ()


def ends_of(faults: dict[End, str]) -> dict[str, End]:
    """Return the end that each fault leads to, where faults stand as words under their end."""
    return {fault: end for end, words in faults.items() for fault in words.split()}


DELIVERED = End(state=JobState.DELIVERED, paid=1, results=1)


@dataclasses.dataclass(kw_only=True)
class World(Stage):
    """One order, and everything that it meets."""

    discord: LoopbackDiscord
    relay: Relay
    replies: OpenReplies

    async def order(self, channel: Channel = VIDEOS, **changes: object) -> Receipt:
        owner = Owner(guild_id=GUILD_ID, user_id=ANN.id)
        return await super().order(owner, channel_id=channel.id, **changes)

    async def tried_once(self) -> Receipt:
        """Order a video and let its delivery be tried once."""
        receipt = await self.rendered()
        await self.pipeline.deliverer.step()
        return receipt

    async def play_on(self, receipt: Receipt) -> Job:
        """Let the steps do all that is due, time after time, until the order has its end, and hours longer."""
        for _ in range(MOST_ROUNDS):
            await self._do_what_is_due()
            job = await self.job(receipt)
            told = job.told_at is not None or job.next_at - self.clock() > _NEVER_MS
            if job.state in _ENDED and (told or job.state not in _TOLD):
                return await self._play_hours_longer(receipt)
            self.clock.advance(await self._seconds_to_wait())
        raise AssertionError(f"no end: {job.state}, {job.troubles} troubles")

    async def _play_hours_longer(self, receipt: Receipt) -> Job:
        self.clock.advance(_LATER_SECONDS)
        await self._do_what_is_due()
        await self.pipeline.statuses.settle()
        return await self.job(receipt)

    async def _do_what_is_due(self) -> None:
        for step in self._steps():
            while await step.step():
                pass

    async def _seconds_to_wait(self) -> float:
        waits = [await step.next_due() for step in self._steps()]
        return max(0, min(wait for wait in waits if wait is not None)) / 1000 + 0.001

    def _steps(self):
        pipeline = self.pipeline
        return pipeline.submitter, pipeline.poller, pipeline.deliverer, pipeline.ending_notifier

    def results(self, receipt: Receipt) -> list[Message]:
        name = f"clapper-{receipt.job.key}.mp4"
        messages = (message for message in self.discord.ledger.messages if not message.deleted)
        return [m for m in messages if any(file.filename.endswith(name) for file in m.attachments)]

    def told(self, receipt: Receipt) -> list[str]:
        beginnings = (f"{receipt.job.key}-e", f"{receipt.job.key}-d")
        messages = self.discord.ledger.messages
        return [message.content for message in messages if (message.nonce or "").startswith(beginnings)]

    def uploads(self, channel: Channel = VIDEOS) -> list[Request]:
        sent = self.discord.ledger.requests_to("POST", f"/channels/{channel.id}/messages")
        return [request for request in sent if (request.payload or {}).get("attachments")]

    def kept(self, job: Job) -> bool:
        return job.video_file is not None and self.files.video(job.video_file).exists()

    def _to_come(self) -> list[object]:
        counted = [fault for fault in self.sandbox.faults if fault.times is not None]
        return [*counted, *self.relay.troubles]

    async def ends(self, receipt: Receipt, end: End) -> Job:
        """Play on and compare every ledger with the one end that is expected; return the row."""
        job = await self.play_on(receipt)
        assert self._to_come() == [], "a fault that never struck proves nothing"
        assert (job.state, job.reason) == (end.state, end.reason), job.detail
        assert (self.posts, len(self.results(receipt))) == (end.paid, end.results)
        told = self.told(receipt)
        assert len(told) == bool(end.words), told
        assert [word for word in end.words if word not in told[0]] == [], told
        return job


@contextlib.asynccontextmanager
async def open_world(
    folder: Path,
    sandbox: Sandbox,
    discord: LoopbackDiscord,
    *,
    upload_seconds: float = 20.0,
    acknowledge_seconds: float = 5.0,
) -> AsyncGenerator[World]:
    """Open the steps between a sandbox, behind a relay, and a loopback Discord that `Route.BASE` points at."""
    async with contextlib.AsyncExitStack() as stack:
        relay = await stack.enter_async_context(Relay.to(sandbox.url))
        session = await stack.enter_async_context(open_session())
        client = ClapperClient()
        stack.push_async_callback(client.close)
        clock = FakeClock()
        stage = await stack.enter_async_context(
            open_stage(
                folder,
                sandbox,
                clock,
                providers=Providers(_provider(session, relay, sandbox, clock)),
                notifier=DiscordNotifier(
                    client,
                    client.replies,
                    clock=clock,
                    upload_seconds=upload_seconds,
                    acknowledge_seconds=acknowledge_seconds,
                    prices=PRICES,
                ),
                downloader=await stack.enter_async_context(
                    Downloader(private_hosts=frozenset({"127.0.0.1"}), limits=BRISK)
                ),
            )
        )
        client.prepare(stage.pipeline, stage.store, facts=None, links=HelpLinks())
        await client.login(discord.token)
        yield World(**vars(stage), discord=discord, relay=relay, replies=client.replies)


def _provider(session: aiohttp.ClientSession, relay: Relay, sandbox: Sandbox, clock: FakeClock) -> Account:
    client = HailuoClient(
        session,
        api_url=relay.url,
        api_key=sandbox.api_key,
        table=GATEWAY,
        timeouts=Timeouts(connect=CALL_SECONDS, read=CALL_SECONDS, submit=CALL_SECONDS),
        clock=lambda: clock() / 1000,
    )
    return dataclasses.replace(account_of(client, sandbox), api_url=relay.url)
