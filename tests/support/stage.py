"""A stage for the steps: real store, real provider client, the sandbox over HTTP; people are recorded."""

import contextlib
import itertools
import shutil
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from db.engines.engine import Transaction
from db.jobs.admission import Requester
from db.jobs.job import Job, Owner, Relation, Route
from db.store import JobStore, open_store
from hailuo.client import HailuoClient
from hailuo.models import Protocol
from hailuo.provider import Provider
from hailuo.request import VideoOptions, VideoRequest
from hailuo.transport import open_session
from jobs.money.limits import days_at
from jobs.notify.notifier import Alert, Delivery, LinkDelivery, Status, Strikes
from jobs.orders.order import NewOrder, Order, Receipt
from jobs.pipeline import Adapters, Limits, Pipeline
from jobs.providers import Account, Providers, key_id
from jobs.runtime.changes import ignore_changes
from jobs.storage.files import JobFiles
from media.transfer.download import Downloader
from sandbox.server import Sandbox
from tests.sqlite_file import put_empty_database
from tests.support.caps import GATEWAY, few, policy
from tests.support.clock import FakeClock
from tests.support.films import FILM_TOOLS

ANN = Owner(guild_id=1, user_id=11)
BEN = Owner(guild_id=1, user_id=22)
CAPS = few(active_per_user=100, per_user_per_day=100, per_day=100)
POLICY = policy(CAPS)

DATABASES: dict[Path, str] = {}
"""Folders whose rows are kept elsewhere than in a file of theirs."""

_interactions = itertools.count(1000)


@dataclass
class Audience:
    """The people at the other end: keeps what reached them, and fails when told to."""

    delivered: dict[str, int] = field(default_factory=dict)
    endings: list[Job] = field(default_factory=list)
    statuses: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)
    delivery_errors: list[Exception] = field(default_factory=list)
    tell_errors: list[Exception] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    links: list[LinkDelivery] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    search_errors: list[Exception] = field(default_factory=list)
    notified: list[str] = field(default_factory=list)
    notified_paused: list[str] = field(default_factory=list)
    pause_errors: list[Exception] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    alert_errors: list[Exception] = field(default_factory=list)
    notice_errors: list[Exception] = field(default_factory=list)

    async def deliver(self, delivery: Delivery) -> int | None:
        """Take a video: the same nonce gets the same message."""
        self.routes.append(delivery.job.route)
        if self.delivery_errors:
            raise self.delivery_errors.pop(0)
        self.sizes.append(delivery.video.stat().st_size)
        return self.delivered.setdefault(delivery.nonce, 5000 + len(self.delivered))

    async def deliver_link(self, delivery: LinkDelivery) -> int | None:
        """Take a link in place of a video."""
        self.links.append(delivery)
        return self.delivered.setdefault(delivery.nonce, 5000 + len(self.delivered))

    async def find_delivered(self, job: Job) -> int | None:
        """Look for a video that arrived before."""
        self.searches.append(job.key)
        if self.search_errors:
            raise self.search_errors.pop(0)
        return self.delivered.get(f"{job.key}-r")

    async def notify_ending(self, job: Job, strikes: Strikes | None = None) -> None:
        """Listen to an ending."""
        if self.tell_errors:
            raise self.tell_errors.pop(0)
        self.endings.append(job)
        self.strikes = strikes

    async def notify_paused(self, job: Job) -> None:
        """Hear that nothing is ordered for the moment."""
        if self.pause_errors:
            raise self.pause_errors.pop(0)
        self.notified_paused.append(job.key)

    async def alert(self, alert: Alert, *, detail: str) -> None:
        """Hear what needs an operator."""
        if self.alert_errors:
            raise self.alert_errors.pop(0)
        self.alerts.append(alert)

    async def notify_delivered(self, job: Job) -> None:
        """Hear by direct message of a video that was posted."""
        if self.notice_errors:
            raise self.notice_errors.pop(0)
        self.notified.append(job.key)

    async def update_reply(self, status: Status) -> None:
        """See the private acknowledgement change."""
        self.replies.append(f"{status.job.state}")

    async def post_status(self, status: Status) -> int:
        """See a status appear."""
        self.statuses.append(f"post {status.job.state} {status.job.progress}")
        return 900 + status.job.id

    async def edit_status(self, status: Status) -> None:
        """See a status change."""
        words = f"edit {status.job.state} {status.job.progress}"
        self.statuses.append(words + " (was away)" * status.was_away)

    async def delete_status(self, job: Job) -> None:
        """See a status go."""
        self.statuses.append(f"delete {job.status_message_id}")


@dataclass
class Stage:
    """Everything a test touches."""

    store: JobStore
    pipeline: Pipeline
    audience: Audience
    sandbox: Sandbox
    clock: FakeClock
    files: JobFiles

    async def order(self, owner: Owner = ANN, **changes: object) -> Receipt:
        """Order a video as a command would."""
        return await self.pipeline.jobs.submit(self.new_order(owner, **changes))

    def new_order(
        self,
        owner: Owner = ANN,
        *,
        channel_id: int = 77,
        interaction_id: int | None = None,
        picture: bytes | None = None,
        upload_limit: int = 10 * 1024 * 1024,
        may_direct: bool = False,
        private: bool = False,
        spoiler: bool = False,
        wait_seconds: float = 0,
        parent_id: int | None = None,
        relation: Relation | None = None,
        **options: object,
    ) -> NewOrder:
        """Return an order as a command makes it."""
        video = VideoRequest(
            prompt="a red kite", options=VideoOptions(**options), has_first_frame=picture is not None
        )
        requester = Requester(
            owner=owner,
            channel_id=channel_id,
            interaction_id=interaction_id or next(_interactions),
            spoiler=spoiler,
            upload_limit=upload_limit,
            may_direct=may_direct,
            private=private,
            wait_seconds=wait_seconds,
        )
        return NewOrder(
            requester=requester,
            order=Order(request=video, text="a red kite"),
            picture=picture,
            parent_id=parent_id,
            relation=relation,
        )

    async def job(self, receipt: Receipt) -> Job:
        """Return the row as it is now."""
        job = await self.store.job_queries.by_id(receipt.job.id)
        assert job is not None
        return job

    async def submitted(self, **changes: object) -> Receipt:
        """Order and submit."""
        receipt = await self.order(**changes)
        assert await self.pipeline.submitter.step()
        return receipt

    async def rendered(self, **changes: object) -> Receipt:
        """Order, submit and poll until there is a result."""
        receipt = await self.submitted(**changes)
        self.clock.advance(60)
        assert await self.pipeline.poller.step()
        return receipt

    async def delivered(self, **changes: object) -> Job:
        """Order a video and see it arrive, and its status go; return its row."""
        receipt = await self.rendered(**changes)
        assert await self.pipeline.deliverer.step()
        await self.pipeline.statuses.settle()
        return await self.job(receipt)

    async def left(self, owner: Owner = ANN) -> int | None:
        """Return how many videos a member may still order today, by their own limit."""
        allowance = await self.pipeline.accounts.allowance(owner, role_ids=frozenset())
        return allowance.member_utc.videos_left

    @property
    def midnight(self) -> int:
        """Return when the day ends in UTC, as epoch milliseconds."""
        return days_at(self.clock(), zone="UTC").bot.ends_at

    async def shares(self) -> set[int]:
        """Return what members, guilds and the bot have used of their limits on each day."""

        async def body(transaction: Transaction) -> set[int]:
            counted = "SELECT n FROM counters WHERE period <> ''"
            return {row["n"] for row in await transaction.all(counted)}

        return await self.store.job_queries._engine.read(body)

    @property
    def posts(self) -> int:
        """Return how many paid calls the provider accepted."""
        return len(self.sandbox.ledger.accepted)


def provider_at(sandbox: Sandbox, session: ClientSession, *, uploads_pictures: bool = False) -> Account:
    """Return a sandbox as the provider that the steps call."""
    client = HailuoClient(
        session,
        api_url=sandbox.url,
        api_key=sandbox.api_key,
        table=GATEWAY,
        uploads_pictures=uploads_pictures,
    )
    return account_of(client, sandbox)


def account_of(client: Provider, sandbox: Sandbox) -> Account:
    """Return the account of a sandbox with a client of the gateway's protocol."""
    return Account(
        table=GATEWAY,
        clients={Protocol.GATEWAY: client},
        api_url=sandbox.url,
        key_id=key_id(sandbox.api_key),
    )


@contextlib.asynccontextmanager
async def open_stage(
    folder: Path,
    sandbox: Sandbox,
    clock: FakeClock,
    limits: Limits | None = None,
    *,
    former: Sequence[Sandbox] = (),
    **outside: Any,
) -> AsyncGenerator[Stage]:
    """Open a stage over a folder; opening the same folder again is a restart.

    `former` are providers of before; `outside` replaces parts of `Adapters`; `watch` hears of changes.
    """
    if folder not in DATABASES:
        put_empty_database(folder / "clapper.db")
    limits = limits or Limits(policy=POLICY, status_gap_seconds=0.001)
    audience = Audience()
    files = JobFiles(folder)
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(
            open_store(
                DATABASES.get(folder, f"sqlite:///{folder}/clapper.db"),
                worker="w",
                lease_seconds=limits.lease_seconds,
                clock=clock,
            )
        )
        session = await stack.enter_async_context(open_session())
        uploads = limits.first_frame_mode == "upload"
        providers = [provider_at(place, session, uploads_pictures=uploads) for place in (sandbox, *former)]
        parts = {
            "providers": Providers(providers[0], providers[1:]),
            "notifier": audience,
            "downloader": await stack.enter_async_context(Downloader(private_hosts=frozenset({"127.0.0.1"}))),
            "files": files,
            "fit": shrink,
            "film_tools": FILM_TOOLS,
        }
        watch = outside.pop("watch", ignore_changes)
        pipeline = Pipeline(store, Adapters(**(parts | outside)), limits=limits, clock=clock, watch=watch)
        await stack.enter_async_context(pipeline.records.open())
        stack.push_async_callback(pipeline.statuses.close)
        yield Stage(store, pipeline, audience, sandbox, clock, files)


async def shrink(source: Path, target: Path, limit_bytes: int) -> int:
    """Stand in for the encoder where only the size matters: cut the file to the limit."""
    shutil.copyfile(source, target)
    with target.open("r+b") as file:
        file.truncate(min(limit_bytes, source.stat().st_size))
    return target.stat().st_size
