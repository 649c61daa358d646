"""Every setting, with its type, bounds and default. Read once, in `bot.py`; parts are handed values."""

import os
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from config.values import (
    Address,
    BucketAddress,
    Count,
    Dollars,
    FirstFrameMode,
    FormerProviders,
    Guilds,
    Hosts,
    Page,
    Port,
    Secret,
    SocketAddress,
    TaskPath,
    is_loopback,
    passwords_in,
)

SHORTEST_TOKEN = 16
"""Characters of a token that guards the pages of the process from other machines."""


class Settings(BaseSettings):
    """Settings from the environment, then `.env`. Names are the upper-case field names."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", frozen=True, extra="ignore", env_ignore_empty=True
    )

    discord_token: Secret = Field(description="bot token (secret)")
    discord_api_url: Address = Field(
        "https://discord.com/api/v10", description="REST root; set it to use a rate-limit proxy"
    )
    discord_gateway_url: SocketAddress | None = Field(
        None, description="websocket root, for proxies and transport tests; empty: the library's own"
    )
    discord_test_guild: int | None = Field(
        None, description="register commands in this server only, where changes show at once"
    )

    terms_url: Page | None = Field(None, description="your terms of use, shown by `/help`")
    privacy_url: Page | None = Field(None, description="your privacy policy, shown by `/help`")
    support_url: Page | None = Field(None, description="where your users find help, shown by `/help`")

    hailuo_api_key: Secret = Field(description="provider key (secret)")
    hailuo_api_url: Address = Field("https://gccai.heqingsong.uk", description="provider root")
    hailuo_task_path: TaskPath = Field("/v1/tasks/{task_id}", description="where a task is asked for")
    hailuo_former: FormerProviders = Field(
        (), description="providers that still work on orders of theirs, as `address=key` (secret)"
    )
    fast_requires_image: bool = Field(
        default=True, description="the Fast model is image-to-video only at MiniMax"
    )
    first_frame_mode: FirstFrameMode = Field(
        FirstFrameMode.BASE64,
        description="how a picture is sent: `base64`, `upload`, or `url` (Discord's own link to the original)",
    )

    database_url: SecretStr | None = Field(
        None,
        description="`sqlite:///...` or `postgresql://user:password@host/database`; empty: `clapper.db` in `DATA_DIR`",
    )
    database_listen_url: SecretStr | None = Field(
        None,
        description="the same PostgreSQL without a pooler between, for wake-ups; empty: `DATABASE_URL`",
    )
    data_dir: Path = Field(
        Path("data"), description="first frames and videos kept on disk, database, lock file"
    )
    media_url: BucketAddress | None = Field(
        None,
        description="`s3://bucket/folder` for hosts that share no disk; empty: `DATA_DIR`, which may be shared",
    )
    media_endpoint_url: Address | None = Field(
        None, description="storage other than Amazon's, for `MEDIA_URL`"
    )
    media_region: str = Field("us-east-1", description="region of the bucket")
    media_key_id: Secret | None = Field(None, description="what opens the bucket (secret)")
    media_secret_key: Secret | None = Field(None, description="what opens the bucket (secret)")
    download_private_hosts: Hosts = Field(
        frozenset(),
        description="hosts on private addresses, http allowed, that results may come from (sandbox, tests)",
    )

    prices_file: Path | None = Field(
        None, description="what videos cost, in place of `hailuo/prices.toml`, whose shape it has"
    )
    allowed_guilds: Guilds = Field(
        frozenset(),
        description="ids of the only servers that may order, 0 for direct messages and wherever the bot is no member; empty: all of them",
    )
    member_active: Count | None = Field(1, description="jobs of one member under way at once in a server")
    member_per_day: Count | None = Field(3, description="jobs of one member in a UTC day in a server")
    member_usd_per_day: Dollars | None = Field(
        None, description="what one member may spend in a UTC day there"
    )
    member_usd_per_month: Dollars | None = Field(
        None, description="what one member may spend in a UTC month there"
    )
    member_cooldown_seconds: Count | None = Field(None, description="between two jobs of one member")
    user_per_day: Count | None = Field(
        None, description="jobs of one user in a UTC day, over all servers and direct messages"
    )
    user_usd_per_day: Dollars | None = Field(
        None, description="what one user may spend in a UTC day, over all of them"
    )
    user_usd_per_month: Dollars | None = Field(
        None, description="what one user may spend in a UTC month, over all of them"
    )
    guild_active: Count | None = Field(None, description="jobs of one server under way at once")
    guild_per_day: Count | None = Field(20, description="jobs of one server in a UTC day")
    guild_usd_per_day: Dollars | None = Field(None, description="what one server may spend in a UTC day")
    guild_usd_per_month: Dollars | None = Field(None, description="what one server may spend in a UTC month")
    guild_cooldown_seconds: Count | None = Field(None, description="between two jobs of one server")
    bot_active: Count | None = Field(None, description="jobs of everybody under way at once")
    bot_per_day: Count | None = Field(None, description="jobs of everybody in a UTC day")
    bot_usd_per_day: Dollars | None = Field(10.0, description="what everybody may spend in a UTC day")
    bot_usd_per_month: Dollars | None = Field(None, description="what everybody may spend in a UTC month")
    bot_cooldown_seconds: Count | None = Field(None, description="between two jobs of anybody")
    strikes: int = Field(
        3,
        ge=0,
        le=100,
        description="refusals by the provider's filter in 24 h that suspend a member; 0: never",
    )
    low_balance: float = Field(
        5.0, ge=0, description="the operator is warned below this balance, in the provider's unit"
    )
    operator_channel: int | None = Field(
        None, ge=1, description="id of the channel that is told what needs an operator"
    )
    operator_user: int | None = Field(
        None, ge=1, description="id of the user who is told by direct message, instead"
    )
    max_running_jobs: int = Field(10, ge=1, le=10_000, description="jobs with the provider at once")

    undo_seconds: float = Field(
        5.0,
        gt=0,
        le=60,
        description="so long a paid press can surely be taken back; it is ordered after that",
    )
    queue_ttl_hours: float = Field(
        6.0, gt=0, le=168, description="what waited longer is cancelled and given back, never started"
    )
    expected_seconds: float = Field(
        90.0,
        gt=0,
        le=3600,
        description="what a 6 s video at 768p is likely to take, until enough were measured",
    )
    first_poll_seconds: float = Field(
        15.0, ge=0.1, le=600, description="first look at a task, until enough jobs were measured"
    )
    poll_interval_seconds: float = Field(
        3.0, ge=0.1, le=60, description="least time between two looks at a task"
    )
    status_interval_seconds: float = Field(
        2.0, ge=0.01, le=60, description="between changes of status messages in one channel"
    )
    polls_per_second: float = Field(5.0, gt=0, le=100, description="task look-ups per second, shared by all")
    late_after_minutes: float = Field(
        20.0, gt=0, le=1440, description="after this a job is called late and looked at rarely"
    )
    lease_seconds: float = Field(
        60.0, ge=1, le=3600, description="how long a dead worker's jobs stay claimed"
    )
    shutdown_grace_seconds: float = Field(
        50.0, ge=1, le=600, description="how long a stop waits for calls in hand"
    )
    keep_videos_days: int = Field(
        30, ge=1, le=3650, description="how long first frames and videos stay on disk"
    )
    keep_prompts_days: int = Field(
        90, ge=1, le=3650, description="how long prompts stay in the database; what they cost stays"
    )
    keep_after_leaving_days: int = Field(
        7, ge=0, le=3650, description="how long a server's data stays once the bot has left it"
    )

    health_host: str = Field(
        "127.0.0.1", description="where health, metrics and the operator's page are served"
    )
    health_port: Port = Field(8099, description="their port; `0`: any free one, `off`: they are not served")
    health_token: Secret | None = Field(
        None,
        validate_default=True,
        description="what opens metrics and page; needed unless `HEALTH_HOST` is this machine alone (secret)",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`"
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="`text`, `json`, or `auto`: text in a terminal, JSON elsewhere"
    )
    sentry_dsn: Secret | None = Field(
        None, description="where errors are reported to, in the protocol of Sentry (secret)"
    )

    @field_validator("health_token")
    @classmethod
    def _guarded(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if token is None and not is_loopback(info.data.get("health_host", "")):
            raise ValueError(
                "is missing. HEALTH_HOST lets other machines in, and a token must guard the pages."
            )
        if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(f"is shorter than {SHORTEST_TOKEN} characters")
        return token

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no log may hold."""
        perhaps = (self.media_key_id, self.media_secret_key, self.health_token, self.sentry_dsn)
        keys = (
            self.discord_token,
            self.hailuo_api_key,
            *(key for _, key in self.hailuo_former),
            *filter(None, perhaps),
        )
        passwords = (*passwords_in(self.database), *passwords_in(self.listen_database))
        return (*(key.get_secret_value() for key in keys), *passwords)

    @property
    def database(self) -> str:
        """Return the address of the database, which may hold a password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'clapper.db'}"

    @property
    def listen_database(self) -> str:
        """Return where wake-ups of other processes are heard."""
        return self.database_listen_url.get_secret_value() if self.database_listen_url else self.database


class SettingsInvalid(Exception):
    """Settings that cannot be used. `problems` holds one readable line per setting."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; `overrides` win over the environment.

    Raises:
        SettingsInvalid: some are missing or wrong; no value is repeated in its text.
    """
    try:
        _refuse_renamed(overrides.get("_env_file", Settings.model_config.get("env_file")))
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsInvalid([_problem(item) for item in error.errors()]) from None
    except SettingsError as error:
        raise SettingsInvalid([str(error)]) from None
    except UnicodeDecodeError:
        raise SettingsInvalid([".env: is no text in UTF-8. Save it in that encoding."]) from None


def load_settings_without(*names: str) -> Settings:
    """Read the settings for a command that has no use for `names`, which are required otherwise.

    Raises:
        SettingsInvalid: as `load_settings`.
    """
    return load_settings(**dict.fromkeys(names, "has-no-use-here"))


def settings_of(**values: Any) -> Settings:
    """Return settings from `values` and the defaults alone: neither the environment nor `.env` is read."""
    defaults = {
        name: field.default for name, field in Settings.model_fields.items() if not field.is_required()
    }
    return load_settings(_env_file=None, **{**defaults, **values})


_RENAMED = {
    "MAX_ACTIVE_PER_USER": "MEMBER_ACTIVE",
    "MAX_JOBS_PER_USER_PER_DAY": "MEMBER_PER_DAY",
    "MAX_JOBS_PER_DAY": "BOT_PER_DAY",
}


def _refuse_renamed(env_file: Any) -> None:
    """A limit that is read no more would let everything through, without a word."""
    if env_file is None:
        return
    given = {**dotenv_values(env_file, encoding="utf-8"), **os.environ}
    problems = [f"{old}: is called {new} now." for old, new in _RENAMED.items() if given.get(old)]
    if problems:
        raise SettingsInvalid(problems)


def _problem(item: Any) -> str:
    name = "_".join(str(part) for part in item["loc"][:1]).upper()
    if item["type"] == "missing":
        return f"{name}: is missing. Set it in the environment or in .env."
    return f"{name}: {item['msg'].removeprefix('Value error, ')}"
