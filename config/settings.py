"""Every setting, with its type, bounds and default. Read once, in `bot.py`; parts are handed values."""

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

MAX_LINK = 512
"""Characters of a link that a button of Discord takes."""

_PASSWORD = re.compile(r"^\w+://[^:/?#@]*:(.+)@|[?&]password=([^&]+)")


class FirstFrameMode(StrEnum):
    """How a first frame reaches the provider."""

    BASE64 = "base64"
    URL = "url"
    UPLOAD = "upload"


def _web_address(value: str) -> str:
    if not _is_plain_address(value, schemes={"http", "https"}):
        raise ValueError("is no web address such as https://example.org")
    return value.rstrip("/")


def _page(value: str) -> str:
    if not _is_page(value):
        raise ValueError("is no address of a page such as https://example.org/terms")
    if len(value) > MAX_LINK:
        raise ValueError(f"is longer than {MAX_LINK} characters, which is what Discord takes in a button")
    return value


def _is_page(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    plain = value.isprintable() and " " not in value
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username


def _socket_address(value: str) -> str:
    if not _is_plain_address(value, schemes={"ws", "wss"}):
        raise ValueError("is no websocket address such as wss://gateway.example.org")
    return value.rstrip("/")


def _is_plain_address(value: str, *, schemes: set[str]) -> bool:
    try:
        parts = urlsplit(value)
        named = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        return False
    return bool(named) and not (parts.query or parts.fragment or parts.username)


def _task_path(value: str) -> str:
    if not value.startswith("/") or "{task_id}" not in value:
        raise ValueError("must begin with / and hold {task_id}")
    return value


def _secret(value: SecretStr) -> SecretStr:
    stripped = value.get_secret_value().strip()  # a pasted line break would break every request's header
    if not stripped:
        raise ValueError("is empty")
    if not (stripped.isascii() and stripped.isprintable()) or " " in stripped:
        raise ValueError("holds a character that no key has: copy it again")
    return SecretStr(stripped)


def _passwords_in(database_url: str) -> set[str]:
    """Return the password of an address, as it is written there and as it is sent; also of one that is misspelt."""
    written = {found for pair in _PASSWORD.findall(database_url) for found in pair if found}
    return written | {unquote(password) for password in written}


def _former(entry: str) -> tuple[str, SecretStr]:
    url, separator, key = entry.rpartition("=")
    if not separator:
        raise ValueError("needs entries such as https://example.org=key")
    return _web_address(url), _secret(SecretStr(key))


def _former_providers(value: Any) -> Any:
    return tuple(_former(entry) for entry in _split(value)) if isinstance(value, str) else value


def _split(value: Any) -> Any:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def _bucket(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "s3" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("is no bucket such as s3://clapper or s3://clapper/folder")
    return value.rstrip("/")


Address = Annotated[str, AfterValidator(_web_address)]
Page = Annotated[str, AfterValidator(_page)]
SocketAddress = Annotated[str, AfterValidator(_socket_address)]
TaskPath = Annotated[str, AfterValidator(_task_path)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
FormerProviders = Annotated[tuple[tuple[str, SecretStr], ...], NoDecode, BeforeValidator(_former_providers)]
BucketAddress = Annotated[str, AfterValidator(_bucket)]
Hosts = Annotated[frozenset[str], NoDecode, BeforeValidator(_split)]


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

    max_active_per_user: int = Field(2, ge=1, le=100_000, description="jobs of one member under way at once")
    max_jobs_per_user_per_day: int = Field(
        10, ge=1, le=100_000, description="jobs of one member in a UTC day"
    )
    max_jobs_per_day: int = Field(50, ge=1, le=1_000_000, description="jobs of the whole bot in a UTC day")
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
    keep_videos_days: int = Field(14, ge=1, le=3650, description="how long files stay for *Show again*")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`"
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return what no log may hold."""
        storage = filter(None, (self.media_key_id, self.media_secret_key))
        keys = (self.discord_token, self.hailuo_api_key, *(key for _, key in self.hailuo_former), *storage)
        passwords = (*_passwords_in(self.database), *_passwords_in(self.listen_database))
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
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsInvalid([_problem(item) for item in error.errors()]) from None
    except SettingsError as error:
        raise SettingsInvalid([str(error)]) from None
    except UnicodeDecodeError:
        raise SettingsInvalid([".env: is no text in UTF-8. Save it in that encoding."]) from None


def settings_of(**values: Any) -> Settings:
    """Return settings from `values` and the defaults alone: neither the environment nor `.env` is read."""
    defaults = {
        name: field.default for name, field in Settings.model_fields.items() if not field.is_required()
    }
    return load_settings(_env_file=None, **{**defaults, **values})


def _problem(item: Any) -> str:
    name = "_".join(str(part) for part in item["loc"][:1]).upper()
    if item["type"] == "missing":
        return f"{name}: is missing. Set it in the environment or in .env."
    return f"{name}: {item['msg'].removeprefix('Value error, ')}"
