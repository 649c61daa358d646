"""What managers have decided, as it is kept: it comes back as it was, and odd rows of other programs do no harm."""

import json

from db.money.caps import LevelCaps
from jobs.servers.guild_settings import GuildSettings
from tests.support.rows import each_row

EVERYTHING = GuildSettings(
    others_images=True,
    spoiler_everywhere=True,
    spoiler_channels=frozenset({1, 2}),
    member_limits=LevelCaps(active=2, per_day=5, micros_per_day=3_000_000, cooldown_ms=0),
    guild_limits=LevelCaps(per_day=0, micros_per_month=90_000_000),
    role_limits={7: LevelCaps(per_day=10), 8: LevelCaps()},
    favoured_roles=frozenset({8}),
    time_zone="Europe/Berlin",
    allowed_channels=frozenset({3}),
    denied_channels=frozenset({4}),
    banned_words=("gore", "血"),
    banned_patterns=(r"\bnu+de\b",),
    log_channel=9,
)


@each_row("rules", [GuildSettings(), EVERYTHING])
def test_what_is_kept_comes_back(rules):
    assert GuildSettings.from_json(rules.to_json()) == rules


@each_row("kept", [None, "", "not json", "[]", "5", "null", '{"of another program": 1}'])
def test_without_a_row_that_can_be_read_nothing_was_decided(kept):
    assert GuildSettings.from_json(kept) == GuildSettings()


@each_row(
    "field, odd",
    [
        ("others_images", 1),
        ("spoiler_channels", "none"),
        ("spoiler_channels", 5),
        ("member_limits", []),
        ("guild_limits", "few"),
        ("role_limits", []),
        ("role_limits", {"everybody": {}}),
        ("role_limits", {"7": 3}),
        ("time_zone", "Nowhere/At_All"),
        ("time_zone", "Europe"),  # a folder of zones
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "zone.tab"),
        ("time_zone", 1),
        ("allowed_channels", ["here"]),
        ("banned_words", [1]),
        ("banned_patterns", None),
        ("log_channel", "#log"),
    ],
)
def test_a_field_that_cannot_be_understood_is_as_if_it_had_never_been_set(field, odd):
    kept = json.dumps({**json.loads(EVERYTHING.to_json()), field: odd})
    read = GuildSettings.from_json(kept)
    assert getattr(read, field) == getattr(GuildSettings(), field)
    others = {name for name in json.loads(kept) if name != field}
    assert all(getattr(read, name) == getattr(EVERYTHING, name) for name in others)


@each_row("odd", [-1, 2.5, True, "many", None])
def test_a_limit_that_is_no_figure_is_none(odd):
    kept = json.dumps({"member_limits": {"per_day": odd, "active": 2}})
    assert GuildSettings.from_json(kept).member_limits == LevelCaps(active=2)
