"""All settings with their types, bounds and defaults.

`bot.py` reads them once and passes values to the other parts.
"""

# ruff: noqa: RUF009 - each call declares a field

from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any

from config.values import (
    FirstFrameMode,
    FormerProvider,
    Read,
    SecretStr,
    address,
    boolean,
    bucket_address,
    count,
    dollars,
    first_frame_mode,
    former_providers,
    guilds,
    hosts,
    number,
    one_of,
    page,
    passwords_in,
    port,
    secret,
    socket_address,
    task_path,
    whole,
)


def _setting(read: Read, default: Any = MISSING, *, description: str) -> Any:
    """Declare a setting: the function that parses its text, its default, and its description for the documentation."""
    return field(default=default, metadata={"read": read, "description": description})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of the program; each is set by the environment variable with the field's name in upper case."""

    discord_token: SecretStr = _setting(secret, description="bot token (secret)")
    discord_api_url: str = _setting(
        address, "https://discord.com/api/v10", description="REST root; set it to use a rate-limit proxy"
    )
    discord_gateway_url: str | None = _setting(
        socket_address,
        None,
        description="websocket root, for proxies and transport tests; empty: the library's own",
    )
    discord_test_guild: int | None = _setting(
        whole(), None, description="register commands in this server only, where changes show at once"
    )

    terms_url: str | None = _setting(page, None, description="your terms of use, shown by `/help`")
    privacy_url: str | None = _setting(page, None, description="your privacy policy, shown by `/help`")
    support_url: str | None = _setting(page, None, description="where your users find help, shown by `/help`")

    hailuo_api_key: SecretStr = _setting(secret, description="provider key (secret)")
    hailuo_provider: str = _setting(
        str, "gateway", description="`gateway`, `minimax`, or a provider of `MODELS_FILE`"
    )
    hailuo_api_url: str | None = _setting(
        address, None, description="provider root; empty: the provider's own"
    )
    hailuo_task_path: str | None = _setting(
        task_path,
        None,
        description="where the gateway is asked for a task; empty: as `hailuo/models.toml` says",
    )
    hailuo_former: tuple[FormerProvider, ...] = _setting(
        former_providers,
        (),
        description="providers that still work on orders of theirs, as `address=key` or `minimax address=key` (secret)",
    )
    fast_requires_image: bool = _setting(
        boolean, default=True, description="the Fast model is image-to-video only at MiniMax"
    )
    first_frame_mode: FirstFrameMode = _setting(
        first_frame_mode,
        FirstFrameMode.BASE64,
        description="how a picture is sent: `base64`, `upload`, or `url` (Discord's own link to the original)",
    )

    database_url: SecretStr | None = _setting(
        SecretStr,
        None,
        description="`sqlite:///...` or `postgresql://user:password@host/database`; empty: `clapper.db` in `DATA_DIR`",
    )
    database_listen_url: SecretStr | None = _setting(
        SecretStr,
        None,
        description="the same PostgreSQL without a pooler between, for wake-ups; empty: `DATABASE_URL`",
    )
    data_dir: Path = _setting(
        Path, Path("data"), description="first frames and videos kept on disk, database, lock file"
    )
    media_url: str | None = _setting(
        bucket_address,
        None,
        description="`s3://bucket/folder` for hosts that share no disk; empty: `DATA_DIR`, which may be shared",
    )
    media_endpoint_url: str | None = _setting(
        address, None, description="storage other than Amazon's, for `MEDIA_URL`"
    )
    media_region: str = _setting(str, "us-east-1", description="region of the bucket")
    media_key_id: SecretStr | None = _setting(secret, None, description="what opens the bucket (secret)")
    media_secret_key: SecretStr | None = _setting(secret, None, description="what opens the bucket (secret)")
    download_private_hosts: frozenset[str] = _setting(
        hosts,
        frozenset(),
        description="hosts on private addresses, http allowed, that results may come from (sandbox, tests)",
    )

    models_file: Path | None = _setting(
        Path,
        None,
        description="providers, models and prices of your own, in the form of `hailuo/models.toml`",
    )
    allowed_guilds: frozenset[int] = _setting(
        guilds,
        frozenset(),
        description="ids of the only servers that may order, 0 for direct messages and wherever the bot is no member; empty: all of them",
    )
    member_active: int | None = _setting(
        count, 1, description="jobs of one member under way at once in a server"
    )
    member_per_day: int | None = _setting(count, 3, description="jobs of one member in a UTC day in a server")
    member_usd_per_day: float | None = _setting(
        dollars, None, description="what one member may spend in a UTC day there"
    )
    member_usd_per_month: float | None = _setting(
        dollars, None, description="what one member may spend in a UTC month there"
    )
    member_cooldown_seconds: int | None = _setting(count, None, description="between two jobs of one member")
    user_per_day: int | None = _setting(
        count, None, description="jobs of one user in a UTC day, over all servers and direct messages"
    )
    user_usd_per_day: float | None = _setting(
        dollars, None, description="what one user may spend in a UTC day, over all of them"
    )
    user_usd_per_month: float | None = _setting(
        dollars, None, description="what one user may spend in a UTC month, over all of them"
    )
    guild_active: int | None = _setting(count, None, description="jobs of one server under way at once")
    guild_per_day: int | None = _setting(count, 20, description="jobs of one server in a UTC day")
    guild_usd_per_day: float | None = _setting(
        dollars, None, description="what one server may spend in a UTC day"
    )
    guild_usd_per_month: float | None = _setting(
        dollars, None, description="what one server may spend in a UTC month"
    )
    guild_cooldown_seconds: int | None = _setting(count, None, description="between two jobs of one server")
    bot_active: int | None = _setting(count, None, description="jobs of everybody under way at once")
    bot_per_day: int | None = _setting(count, None, description="jobs of everybody in a UTC day")
    bot_usd_per_day: float | None = _setting(
        dollars, 10.0, description="what everybody may spend in a UTC day"
    )
    bot_usd_per_month: float | None = _setting(
        dollars, None, description="what everybody may spend in a UTC month"
    )
    bot_cooldown_seconds: int | None = _setting(count, None, description="between two jobs of anybody")
    strikes: int = _setting(
        whole(0, 100),
        3,
        description="refusals by the provider's filter in 24 h that suspend a member; 0: never",
    )
    low_balance: float = _setting(
        number(0), 5.0, description="the operator is warned below this balance, in the provider's unit"
    )
    operator_channel: int | None = _setting(
        whole(1), None, description="id of the channel that is told what needs an operator"
    )
    operator_user: int | None = _setting(
        whole(1), None, description="id of the user who is told by direct message, instead"
    )
    max_running_jobs: int = _setting(whole(1, 10_000), 10, description="jobs with the provider at once")

    undo_seconds: float = _setting(
        number(most=60, above=0),
        5.0,
        description="undo window in seconds",
    )
    queue_ttl_hours: float = _setting(
        number(most=168, above=0),
        6.0,
        description="cancel jobs queued longer than this",
    )
    expected_seconds: float = _setting(
        number(most=3600, above=0),
        90.0,
        description="what a 6 s video at 768p is likely to take, until enough were measured",
    )
    first_poll_seconds: float = _setting(
        number(0.1, 600), 15.0, description="first look at a task, until enough jobs were measured"
    )
    poll_interval_seconds: float = _setting(
        number(0.1, 60), 3.0, description="least time between two looks at a task"
    )
    status_interval_seconds: float = _setting(
        number(0.01, 60), 2.0, description="between changes of status messages in one channel"
    )
    polls_per_second: float = _setting(
        number(most=100, above=0), 5.0, description="task look-ups per second, shared by all"
    )
    late_after_minutes: float = _setting(
        number(most=1440, above=0), 20.0, description="mark a job late after this many minutes"
    )
    lease_seconds: float = _setting(
        number(1, 3600), 60.0, description="how long a dead worker's jobs stay claimed"
    )
    shutdown_grace_seconds: float = _setting(
        number(1, 600), 50.0, description="how long a stop waits for calls in hand"
    )
    keep_videos_days: int = _setting(
        whole(1, 3650), 30, description="how long first frames and videos stay on disk"
    )
    keep_prompts_days: int = _setting(
        whole(1, 3650), 90, description="how long prompts stay in the database; what they cost stays"
    )
    keep_after_leaving_days: int = _setting(
        whole(0, 3650), 7, description="how long a server's data stays once the bot has left it"
    )

    health_host: str = _setting(
        str, "127.0.0.1", description="where health, metrics and the operator's page are served"
    )
    health_port: int | None = _setting(
        port, 8099, description="their port; `0`: any free one, `off`: they are not served"
    )
    health_token: SecretStr | None = _setting(
        secret,
        None,
        description="what opens metrics and page, and lets the page act; needed unless `HEALTH_HOST` is this machine alone (secret)",
    )
    health_url: str | None = _setting(
        address, None, description="where a proxy shows the page, such as `https://clapper.example.org`"
    )
    log_level: str = _setting(
        one_of("DEBUG", "INFO", "WARNING", "ERROR"),
        "INFO",
        description="`DEBUG`, `INFO`, `WARNING` or `ERROR`",
    )
    log_format: str = _setting(
        one_of("auto", "text", "json"),
        "auto",
        description="`text`, `json`, or `auto`: text in a terminal, JSON elsewhere",
    )
    sentry_dsn: SecretStr | None = _setting(
        secret, None, description="where errors are reported to, in the protocol of Sentry (secret)"
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """All secret values, so that they can be removed from logs."""
        perhaps = (self.media_key_id, self.media_secret_key, self.health_token, self.sentry_dsn)
        keys = (
            self.discord_token,
            self.hailuo_api_key,
            *(former.key for former in self.hailuo_former),
            *filter(None, perhaps),
        )
        passwords = (*passwords_in(self.database), *passwords_in(self.listen_database))
        return (*(key.get_secret_value() for key in keys), *passwords)

    @property
    def database(self) -> str:
        """The address of the database, which may contain a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'clapper.db'}"

    @property
    def listen_database(self) -> str:
        """The address of the database connection on which wake-ups from other processes arrive."""
        return self.database_listen_url.get_secret_value() if self.database_listen_url else self.database


class SettingsInvalid(Exception):
    """Settings that cannot be used; `problems` holds one readable line for each wrong setting."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
