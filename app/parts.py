"""Functions that turn the settings into the values and objects that the other packages need."""

import contextlib
from collections.abc import AsyncGenerator
from urllib.parse import urlsplit

from msgspec.structs import replace

from app.watched import ProviderWatch, WatchedProvider
from cogs.member._cog import HelpLinks
from cogs.results.notifier import Operator
from config.settings import Settings, SettingsInvalid
from config.values import FormerProvider
from db.money.caps import Caps, LevelCaps
from hailuo.client import HailuoClient
from hailuo.minimax import MiniMaxV1, MiniMaxV2
from hailuo.models import ModelsInvalid, Protocol, ProviderTable, load_models, micros_of
from hailuo.provider import Provider
from hailuo.request import Prices
from hailuo.transport import open_session
from jobs.money.limits import OrderPolicy
from jobs.pipeline import Limits
from jobs.privacy import Retention
from jobs.providers import Account, Providers, key_id
from jobs.steps.poller import PollPlan
from jobs.storage.files import LocalStorage, Storage

_CLIENTS = {
    Protocol.GATEWAY: HailuoClient,
    Protocol.MINIMAX_V1: MiniMaxV1,
    Protocol.MINIMAX_V2: MiniMaxV2,
}


def provider_tables(settings: Settings) -> dict[str, ProviderTable]:
    """Return the tables of all providers by name; `HAILUO_TASK_PATH` is in that of the gateway.

    Raises:
        SettingsInvalid: the table of models cannot be used, or names no such provider.
    """
    try:
        tables = load_models(settings.models_file)
    except ModelsInvalid as error:
        raise SettingsInvalid([f"MODELS_FILE: {error}"]) from error
    named = {"HAILUO_PROVIDER": [settings.hailuo_provider]}
    named["HAILUO_FORMER"] = [former.name for former in settings.hailuo_former]
    unknown = [(setting, name) for setting, names in named.items() for name in names if name not in tables]
    if unknown:
        known = ", ".join(tables)
        raise SettingsInvalid(
            [f"{setting}: no provider is called {name}. There are: {known}." for setting, name in unknown]
        )
    if settings.hailuo_task_path:
        gateway = tables["gateway"]
        paths = {**gateway.paths[Protocol.GATEWAY], "task": settings.hailuo_task_path}
        tables["gateway"] = replace(gateway, paths={**gateway.paths, Protocol.GATEWAY: paths})
    return tables


def table_of(settings: Settings) -> ProviderTable:
    """Return the table of the provider that receives new orders."""
    return provider_tables(settings)[settings.hailuo_provider]


def api_url_of(settings: Settings) -> str:
    """Return the root of the API of the provider that receives new orders."""
    return settings.hailuo_api_url or table_of(settings).url


@contextlib.asynccontextmanager
async def open_providers(settings: Settings, watch: ProviderWatch | None = None) -> AsyncGenerator[Providers]:
    """Open the provider for new orders and the former providers of unfinished ones; `watch` records their requests."""
    tables = provider_tables(settings)
    current = FormerProvider(
        name=settings.hailuo_provider, api_url=api_url_of(settings), key=settings.hailuo_api_key
    )
    used = (current, *settings.hailuo_former)
    paths = [path for each in used for of_one in tables[each.name].paths.values() for path in of_one.values()]
    traces = watch.traces(paths) if watch else ()
    async with (
        open_session(traces=traces) as session,
        open_session(traces=traces, keeps_connections=True) as reading,
    ):

        def account(each: FormerProvider) -> Account:
            table, key = tables[each.name], each.key.get_secret_value()
            clients: dict[Protocol, Provider] = {}
            for protocol in table.paths:
                client: Provider = _CLIENTS[protocol](
                    session,
                    reading=reading,
                    api_url=each.api_url,
                    api_key=key,
                    table=table,
                    uploads_pictures=settings.first_frame_mode == "upload",
                )
                clients[protocol] = WatchedProvider(client, watch) if watch else client
            return Account(table=table, clients=clients, api_url=each.api_url, key_id=key_id(key))

        yield Providers(account(current), [account(former) for former in settings.hailuo_former])


@contextlib.asynccontextmanager
async def open_hailuo(settings: Settings, *, model: str | None = None) -> AsyncGenerator[Provider]:
    """Open the client of the provider that receives new orders: for `model` if given, else for its default model."""
    async with open_providers(settings) as providers:
        account = providers.current
        known = account.table.model(model) if model else None
        yield account.clients[known.protocol] if known else account.client


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
        SettingsInvalid: the table of models cannot be used.
    """
    return OrderPolicy(
        caps=caps_of(settings),
        prices=Prices(table_of(settings)),
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
