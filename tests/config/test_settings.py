"""Settings: where they come from, and what a bad one says."""

import dataclasses
from pathlib import Path

import pytest

from config.loading import load_settings, settings_of, unread_names
from config.settings import FirstFrameMode, SettingsInvalid
from tests.config.settings_table import fields, is_secret
from tests.support.rows import each_row

CANARY = "canary-7f3a-9d21-55c0"
FREE_TEXT = {
    "DATABASE_URL",
    "DATABASE_LISTEN_URL",
    "DATA_DIR",
    "DOWNLOAD_PRIVATE_HOSTS",
    "HEALTH_HOST",
    "MEDIA_REGION",
    "HAILUO_PROVIDER",
    "MODELS_FILE",
}
SECRETS = {name for name, field in fields().items() if is_secret(field)}


@pytest.fixture
def environment(monkeypatch):
    def set_names(**values):
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    set_names(DISCORD_TOKEN="token", HAILUO_API_KEY="key")
    return set_names


def problems():
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_missing_secrets_are_named_in_a_line_each():
    assert problems() == [
        "DISCORD_TOKEN: is missing. Set it in the environment or in .env.",
        "HAILUO_API_KEY: is missing. Set it in the environment or in .env.",
    ]


@each_row("blank", ["", "  ", "\t\r\n"])
def test_a_blank_secret_is_none(environment, blank):
    environment(HAILUO_API_KEY=blank)

    (problem,) = problems()

    assert problem.startswith("HAILUO_API_KEY: is ")


def test_a_secret_pasted_with_a_line_break_is_freed_of_it(environment):
    environment(DISCORD_TOKEN=" token\r\n")

    assert load_settings().discord_token.get_secret_value() == "token"


NO_ADDRESS = "is no web address such as https://example.org"
NO_PAGE = "is no address of a page such as https://example.org/terms"
NO_SOCKET = "is no websocket address such as wss://gateway.example.org"
BAD = [
    ("HAILUO_FORMER", ["https://example.org"], "needs entries such as https://example.org=key"),
    ("HAILUO_FORMER", ["example.org=key"], NO_ADDRESS),
    ("DISCORD_API_URL", ["discord.com", "ftp://discord.com", "https://", "https://[discord"], NO_ADDRESS),
    ("HAILUO_API_URL", ["https://example.org:port", "https://example.org:99999"], NO_ADDRESS),
    ("HAILUO_API_URL", ["wss://example.org", "https://example.org/?key=1"], NO_ADDRESS),
    ("HAILUO_API_URL", ["https://me@example.org"], NO_ADDRESS),
    ("TERMS_URL", ["example.org/terms", "https://me@example.org/terms"], NO_PAGE),
    ("PRIVACY_URL", ["javascript:alert(1)", "https://[example"], NO_PAGE),
    ("SUPPORT_URL", ["https://example.org/a b"], NO_PAGE),
    ("SUPPORT_URL", [f"https://example.org/{'x' * 493}"], "is longer than 512 characters"),
    ("DISCORD_GATEWAY_URL", ["gateway", "https://example.org"], NO_SOCKET),
    ("DISCORD_TEST_GUILD", ["my server"], "should be a valid integer"),
    ("HAILUO_TASK_PATH", ["v1/tasks/{task_id}", "/v1/tasks"], "must begin with / and hold {task_id}"),
    ("FAST_REQUIRES_IMAGE", ["perhaps"], "should be a valid boolean"),
    ("FIRST_FRAME_MODE", ["fax"], "should be 'base64', 'url' or 'upload'"),
    ("HEALTH_PORT", ["loud", "65536", "-1"], "is no port: a number up to 65535, or off"),
    ("HEALTH_URL", ["clapper.example.org"], "is no web address"),
    ("LOG_FORMAT", ["xml"], "should be 'auto', 'text' or 'json'"),
    ("LOG_LEVEL", ["loud"], "should be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ("ALLOWED_GUILDS", ["1, ours"], "should be a valid integer"),
    ("MEMBER_ACTIVE", ["-1"], "should be greater than or equal to 0"),
    ("MEMBER_PER_DAY", ["1.5"], "should be a valid integer"),
    ("MEMBER_USD_PER_DAY", ["$5"], "should be a valid number"),
    ("MEMBER_USD_PER_MONTH", ["nan"], "should be"),
    ("USER_PER_DAY", ["-1"], "should be greater than or equal to 0"),
    ("USER_USD_PER_DAY", ["five"], "should be a valid number"),
    ("USER_USD_PER_MONTH", ["-0.5"], "should be greater than or equal to 0"),
    ("MEMBER_COOLDOWN_SECONDS", ["-1"], "should be greater than or equal to 0"),
    ("GUILD_ACTIVE", ["1000001"], "should be less than or equal to 1000000"),
    ("GUILD_PER_DAY", ["-1"], "should be greater than or equal to 0"),
    ("GUILD_USD_PER_DAY", ["inf"], "should be less than or equal to 1000000"),
    ("GUILD_USD_PER_MONTH", ["-0.01"], "should be greater than or equal to 0"),
    ("GUILD_COOLDOWN_SECONDS", ["soon"], "should be a valid integer"),
    ("BOT_ACTIVE", ["-1"], "should be greater than or equal to 0"),
    ("BOT_PER_DAY", ["many"], "should be a valid integer"),
    ("BOT_USD_PER_DAY", ["-10"], "should be greater than or equal to 0"),
    ("BOT_USD_PER_MONTH", ["10,50"], "should be a valid number"),
    ("BOT_COOLDOWN_SECONDS", ["1h"], "should be a valid integer"),
    ("STRIKES", ["-1"], "should be greater than or equal to 0"),
    ("LOW_BALANCE", ["-5"], "should be greater than or equal to 0"),
    ("OPERATOR_CHANNEL", ["#alerts"], "should be a valid integer"),
    ("OPERATOR_USER", ["0"], "should be greater than or equal to 1"),
    ("MAX_RUNNING_JOBS", ["1.5"], "should be a valid integer"),
    ("MEDIA_URL", ["https://example.org/bucket", "s3:///folder"], "is no bucket such as s3://clapper"),
    ("MEDIA_ENDPOINT_URL", ["minio:9000"], "is no web address"),
    ("UNDO_SECONDS", ["0"], "should be greater than 0"),
    ("QUEUE_TTL_HOURS", ["0"], "should be greater than 0"),
    ("EXPECTED_SECONDS", ["0"], "should be greater than 0"),
    ("FIRST_POLL_SECONDS", ["0"], "should be greater than or equal to 0.1"),
    ("POLL_INTERVAL_SECONDS", ["3600"], "should be less than or equal to 60"),
    ("STATUS_INTERVAL_SECONDS", ["0"], "should be greater than or equal to 0.01"),
    ("POLLS_PER_SECOND", ["nan"], "should be"),
    ("POLLS_PER_SECOND", ["inf"], "should be less than or equal to 100"),
    ("LATE_AFTER_MINUTES", ["0"], "should be greater than 0"),
    ("LEASE_SECONDS", ["0.5"], "should be greater than or equal to 1"),
    ("SHUTDOWN_GRACE_SECONDS", ["soon"], "should be a valid number"),
    ("KEEP_VIDEOS_DAYS", ["0"], "should be greater than or equal to 1"),
    ("KEEP_PROMPTS_DAYS", ["0"], "should be greater than or equal to 1"),
    ("KEEP_AFTER_LEAVING_DAYS", ["-1"], "should be greater than or equal to 0"),
]


@pytest.mark.usefixtures("environment")
@each_row("name, value, wrong", [(name, value, wrong) for name, values, wrong in BAD for value in values])
def test_a_bad_value_gives_one_readable_line(monkeypatch, name, value, wrong):
    monkeypatch.setenv(name, value)

    (problem,) = problems()

    assert problem.startswith(f"{name}: ")
    assert wrong in problem
    assert "\n" not in problem
    assert len(problem) < 110


def test_every_setting_that_can_be_bad_is_tried():
    assert {name for name, _, _ in BAD} == set(fields()) - FREE_TEXT - SECRETS


def test_all_that_is_wrong_is_told_at_once_without_its_value_even_where_a_secret_stands_in_its_place(
    environment,
):
    environment(**dict.fromkeys(fields(), CANARY))

    told = problems()

    named = [problem.partition(":")[0] for problem in told]
    assert named == [name for name in fields() if name not in FREE_TEXT | SECRETS]
    assert CANARY not in "\n".join(told)


def test_an_error_of_the_settings_carries_no_value_in_its_causes(environment):
    environment(MEMBER_ACTIVE=CANARY)

    with pytest.raises(SettingsInvalid) as caught:
        load_settings()

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_printed_settings_show_no_secret(environment):
    environment(DISCORD_TOKEN=CANARY, HAILUO_API_KEY=CANARY)

    settings = load_settings()

    assert CANARY not in f"{settings} {settings!r} {dataclasses.asdict(settings)}"


@each_row(
    "value, hosts",
    [
        ("127.0.0.1", {"127.0.0.1"}),
        ("a.example, b.example ,,c.example", {"a.example", "b.example", "c.example"}),
        (" , ", set()),
        ("", set()),
    ],
)
def test_a_list_is_comma_separated(environment, value, hosts):
    environment(DOWNLOAD_PRIVATE_HOSTS=value)

    assert load_settings().download_private_hosts == hosts


def test_the_environment_wins_over_the_file_and_what_is_handed_in_over_both(environment, tmp_path):
    (tmp_path / ".env").write_text("BOT_PER_DAY=7\nMEMBER_ACTIVE=3\n")
    environment(BOT_PER_DAY="8")

    settings = load_settings()

    assert (settings.bot_per_day, settings.member_active) == (8, 3)
    assert load_settings(bot_per_day=9).bot_per_day == 9


def test_an_empty_value_keeps_the_default(environment):
    environment(DISCORD_TEST_GUILD="", GUILD_PER_DAY="", DATABASE_URL="")

    settings = load_settings()

    assert (settings.discord_test_guild, settings.guild_per_day) == (None, 20)
    assert settings.database == "sqlite:///data/clapper.db"


def test_names_of_other_programs_in_the_file_are_let_be(environment, tmp_path):
    (tmp_path / ".env").write_text("COMPOSE_PROJECT_NAME=clapper\n")

    assert load_settings().guild_per_day == 20


def test_a_file_in_another_encoding_is_named_without_what_it_holds(tmp_path):
    (tmp_path / ".env").write_text(f"DISCORD_TOKEN={CANARY}\n", encoding="utf-16")

    assert problems() == [".env: is no text in UTF-8. Save it in that encoding."]


def test_settings_from_values_alone_read_neither_environment_nor_file(environment, tmp_path):
    (tmp_path / ".env").write_text("MEMBER_ACTIVE=3\n")
    environment(GUILD_PER_DAY="8", HAILUO_API_KEY="of this machine")

    settings = settings_of(discord_token="given", hailuo_api_key="given")

    assert (settings.member_active, settings.guild_per_day) == (1, 20)
    assert settings.hailuo_api_key.get_secret_value() == "given"


def test_the_database_stands_in_the_data_folder_unless_it_is_named(environment):
    environment(DATA_DIR="/srv/clapper")
    assert load_settings().database == "sqlite:////srv/clapper/clapper.db"

    environment(DATABASE_URL="sqlite:///elsewhere.db")
    assert load_settings().database == "sqlite:///elsewhere.db"


@each_row(
    "address, passwords",
    [
        ("postgresql://ann:canary@host/clapper", {"canary"}),
        ("postgresql://ann:can%40ary@host/clapper", {"can%40ary", "can@ary"}),
        ("postgresql://ann:c@n:a#r/y@host/clapper", {"c@n:a#r/y"}),
        ("postgresql:///clapper?host=/run&password=canary", {"canary"}),
        ("postgresql://ann@host/clapper", set()),
        ("sqlite:///a:b@c.db", set()),
    ],
)
@pytest.mark.usefixtures("environment")
@each_row("name", ["DATABASE_URL", "DATABASE_LISTEN_URL"])
def test_the_password_of_a_database_is_a_secret(monkeypatch, name, address, passwords):
    monkeypatch.setenv(name, address)

    settings = load_settings()

    assert set(settings.secrets) - {"token", "key"} == passwords
    assert address not in repr(settings)


def test_wake_ups_are_heard_where_the_database_is_unless_another_way_is_named(environment):
    environment(DATABASE_URL="postgresql://pooler/clapper")
    assert load_settings().listen_database == "postgresql://pooler/clapper"

    environment(DATABASE_LISTEN_URL="postgresql://direct/clapper")
    settings = load_settings()
    assert settings.database == "postgresql://pooler/clapper"
    assert settings.listen_database == "postgresql://direct/clapper"


@each_row("host", ["0.0.0.0", "::", "192.0.2.7", "clapper.example", " "])
@each_row("ours", ["127.0.0.1", "127.9.9.9", "::1", "localhost"])
def test_pages_that_other_machines_reach_need_a_token(environment, ours, host):
    environment(HEALTH_HOST=ours)
    assert load_settings().health_token is None

    environment(HEALTH_HOST=host)
    assert problems() == [
        "HEALTH_TOKEN: is missing. HEALTH_HOST lets other machines in, and a token must guard the pages."
    ]


def test_a_token_that_can_be_guessed_is_refused(environment):
    environment(HEALTH_TOKEN="0123456789abcde")

    assert problems() == ["HEALTH_TOKEN: is shorter than 16 characters"]


@each_row("written, port", [("8099", 8099), ("0", 0), ("off", None), (" 80 ", 80)])
def test_a_port_is_a_number_or_off(environment, written, port):
    environment(HEALTH_PORT=written)

    assert load_settings().health_port == port


def test_what_opens_the_pages_and_where_errors_go_are_secrets(environment):
    environment(HEALTH_TOKEN=CANARY, SENTRY_DSN="https://canary@errors.example/1")

    assert {CANARY, "https://canary@errors.example/1"} <= set(load_settings().secrets)


def test_an_address_loses_the_slash_at_its_end(environment):
    environment(HAILUO_API_URL="https://provider.example/api/")

    assert load_settings().hailuo_api_url == "https://provider.example/api"


def test_settings_cannot_be_changed(environment):
    settings = load_settings()

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.member_active = 99


def test_the_defaults_cap_the_bill_from_the_first_day(environment):
    settings = load_settings()

    assert (settings.member_active, settings.member_per_day) == (1, 3)
    assert (settings.guild_per_day, settings.bot_usd_per_day) == (20, 10)
    assert (settings.allowed_guilds, settings.strikes) == (frozenset(), 3)
    assert settings.fast_requires_image
    assert settings.first_frame_mode is FirstFrameMode.BASE64
    assert (settings.data_dir, settings.download_private_hosts) == (Path("data"), frozenset())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MAX_ACTIVE_PER_USER", "MEMBER_ACTIVE"),
        ("MAX_JOBS_PER_USER_PER_DAY", "MEMBER_PER_DAY"),
        ("MAX_JOBS_PER_DAY", "BOT_PER_DAY"),
        ("PRICES_FILE", "MODELS_FILE"),
    ],
)
@pytest.mark.parametrize("where", ["the environment", ".env"])
def test_a_limit_of_an_older_version_is_not_left_unread(environment, tmp_path, where, old, new):
    if where == ".env":
        (tmp_path / ".env").write_text(f"{old}=5\n")
    else:
        environment(**{old: "5"})

    with pytest.raises(SettingsInvalid, match=f"{old}: is called {new} now"):
        load_settings()


@each_row(
    "name, meant",
    [
        ("BOT_USD_PER_DYA", "BOT_USD_PER_DAY"),
        ("MEMBER_PERDAY", "MEMBER_PER_DAY"),
        ("member-per-day", "MEMBER_PER_DAY"),
        ("GUILDS_PER_DAY", "GUILD_PER_DAY"),
        ("ALLOWED_GUILD", "ALLOWED_GUILDS"),
        ("STRIKE", "STRIKES"),
        ("MAX_USD_PER_DAY", "BOT_USD_PER_DAY"),
    ],
)
@each_row("place", ["environment", ".env"])
def test_a_slip_in_the_name_of_a_cap_stops_the_bot_and_names_the_cap(
    environment, tmp_path, monkeypatch, place, name, meant
):
    environment()
    monkeypatch.chdir(tmp_path)
    if place == ".env":
        Path(".env").write_text(f"{name}=5\n")
    else:
        monkeypatch.setenv(name, "5")
    assert problems() == [f"{name}: is no setting. Did you mean {meant}?"]


def test_a_name_of_the_file_that_begins_like_a_cap_stops_the_bot_whatever_it_means(
    environment, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("BOT_DAILY_DOLLARS=5\n")
    assert problems() == ["BOT_DAILY_DOLLARS: is no setting. docs/settings.md lists all names."]


def test_every_other_name_of_the_file_that_nothing_reads_is_named_and_the_bot_starts(
    environment, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("LOGLEVEL=INFO\nCOLOUR=red\nPOSTGRES_PASSWORD=x\nHEALTH_PROT=\n")
    load_settings()
    assert unread_names() == [
        "COLOUR: is no setting. docs/settings.md lists all names.",
        "LOGLEVEL: is no setting. Did you mean LOG_LEVEL?",
    ]


def test_in_the_environment_only_what_comes_close_to_a_setting_is_named(environment):
    environment(COLOUR="red", PATH="/bin", DATABASE_URI="sqlite:///x", TERMINAL="1")
    assert unread_names() == ["DATABASE_URI: is no setting. Did you mean DATABASE_URL?"]
