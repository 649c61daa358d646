"""Functions that turn the settings into the values and objects that the other packages need."""

import contextlib
from collections.abc import AsyncGenerator, Callable, Sequence
from urllib.parse import urlsplit

from aiohttp import TraceConfig

from app.watched import ProviderWatch, WatchedProvider
from cogs.member._cog import HelpLinks
from cogs.results.notifier import Operator
from config.settings import Settings, SettingsInvalid
from config.values import SecretStr
from db.money.caps import Caps, LevelCaps
from hailuo.client import HailuoClient
from hailuo.request import PRICES_FILE, Prices, PricesInvalid, micros_of
from hailuo.transport import open_session
from jobs.money.limits import OrderPolicy
from jobs.pipeline import Limits
from jobs.privacy import Retention
from jobs.providers import Account, Providers, key_id
from jobs.steps.poller import PollPlan
from jobs.storage.files import LocalStorage, Storage


@contextlib.asynccontextmanager
async def open_providers(settings: Settings, watch: ProviderWatch | None = None) -> AsyncGenerator[Providers]:
    """Open the provider for new orders and the former providers of unfinished ones; `watch` records their requests."""
    traces = watch.traces(settings.hailuo_task_path) if watch else ()
    async with _open_clients(settings, traces) as client:

        def account(api_url: str, api_key: SecretStr) -> Account:
            hailuo = client(api_url, api_key)
            watched = WatchedProvider(hailuo, watch) if watch else hailuo
            return Account(client=watched, api_url=api_url, key_id=key_id(api_key.get_secret_value()))

        yield Providers(
            account(settings.hailuo_api_url, settings.hailuo_api_key),
            [account(url, key) for url, key in settings.hailuo_former],
        )


@contextlib.asynccontextmanager
async def open_hailuo(settings: Settings) -> AsyncGenerator[HailuoClient]:
    """Open the client of the provider that receives new orders."""
    async with _open_clients(settings) as client:
        yield client(settings.hailuo_api_url, settings.hailuo_api_key)


@contextlib.asynccontextmanager
async def _open_clients(
    settings: Settings, traces: Sequence[TraceConfig] = ()
) -> AsyncGenerator[Callable[[str, SecretStr], HailuoClient]]:
    """Open the HTTP sessions to providers; yield a function that creates a client from an API address and a key."""
    async with (
        open_session(traces=traces) as session,
        open_session(traces=traces, keeps_connections=True) as reading,
    ):
        yield lambda api_url, api_key: HailuoClient(
            session,
            reading=reading,
            api_url=api_url,
            api_key=api_key.get_secret_value(),
            task_path=settings.hailuo_task_path,
            uploads_pictures=settings.first_frame_mode == "upload",
        )


def storage_of(settings: Settings) -> Storage:
    """Return the storage for pictures and videos: the local disk, or the bucket of MEDIA_URL.

    Raises:
        SettingsInvalid: MEDIA_URL is set without its keys.
    """
    if settings.media_url is None:
        return LocalStorage()
    from jobs.storage.bucket_storage import (
        BucketStorage,
    )  # imported here because the import loads the client for buckets
    from media.transfer.bucket import Bucket, BucketAccess

    keys = {"MEDIA_KEY_ID": settings.media_key_id, "MEDIA_SECRET_KEY": settings.media_secret_key}
    if missing := [name for name, value in keys.items() if value is None]:
        raise SettingsInvalid([f"{name}: is missing. MEDIA_URL needs it." for name in missing])
    key_id_, secret = (value.get_secret_value() for value in keys.values() if value is not None)
    place = urlsplit(settings.media_url)
    access = BucketAccess(
        bucket=place.hostname or "",
        prefix=place.path.strip("/"),
        endpoint=settings.media_endpoint_url,
        region=settings.media_region,
        key_id=key_id_,
        secret=secret,
    )
    return BucketStorage(Bucket.open(access))


def operator_of(settings: Settings) -> Operator | None:
    """Return the channel or user that receives operator notifications, None if neither is configured."""
    if not (settings.operator_channel or settings.operator_user):
        return None
    return Operator(channel_id=settings.operator_channel, user_id=settings.operator_user)


def links_of(settings: Settings) -> HelpLinks:
    """Return the addresses of the operator's pages that `/help` links to."""
    return HelpLinks(terms=settings.terms_url, privacy=settings.privacy_url, support=settings.support_url)


def order_policy(settings: Settings) -> OrderPolicy:
    """Return the policy that decides which orders are accepted: limits, prices, allowed servers.

    Raises:
        SettingsInvalid: the table of prices cannot be used.
    """
    try:
        prices = Prices.load(settings.prices_file or PRICES_FILE)
    except PricesInvalid as error:
        raise SettingsInvalid([f"PRICES_FILE: {error}"]) from error
    return OrderPolicy(
        caps=caps_of(settings),
        prices=prices,
        allowed_guilds=settings.allowed_guilds,
        strikes=settings.strikes,
        low_balance=settings.low_balance,
    )


def caps_of(settings: Settings) -> Caps:
    """Return the default limits from the settings; a server's own limits override them."""
    return Caps(**{level: _caps_at(settings, level) for level in ("member", "user", "guild", "bot")})


def _caps_at(settings: Settings, level: str) -> LevelCaps:
    def figure(name: str) -> float | None:
        return getattr(settings, f"{level}_{name}", None)

    def micros(name: str) -> int | None:
        usd = figure(name)
        return None if usd is None else micros_of(usd)

    active, per_day, cooldown = figure("active"), figure("per_day"), figure("cooldown_seconds")
    return LevelCaps(
        active=None if active is None else int(active),
        per_day=None if per_day is None else int(per_day),
        micros_per_day=micros("usd_per_day"),
        micros_per_month=micros("usd_per_month"),
        cooldown_ms=None if cooldown is None else int(cooldown * 1000),
    )


def retention_of(settings: Settings) -> Retention:
    """Return the times for which videos, prompts and the data of left servers are kept."""
    return Retention(
        videos=settings.keep_videos_days,
        prompts=settings.keep_prompts_days,
        after_leaving=settings.keep_after_leaving_days,
    )


def limits_of(settings: Settings) -> Limits:
    """Return the limits and intervals by which jobs are processed."""
    return Limits(
        policy=order_policy(settings),
        running_cap=settings.max_running_jobs,
        queue_ttl_seconds=settings.queue_ttl_hours * 3600,
        plan=PollPlan(
            first_seconds=settings.first_poll_seconds,
            interval_seconds=settings.poll_interval_seconds,
            late_after_seconds=settings.late_after_minutes * 60,
        ),
        expected_seconds=settings.expected_seconds,
        polls_per_second=settings.polls_per_second,
        lease_seconds=settings.lease_seconds,
        grace_seconds=settings.shutdown_grace_seconds,
        retention=retention_of(settings),
        first_frame_mode=settings.first_frame_mode,
        status_gap_seconds=settings.status_interval_seconds,
    )
