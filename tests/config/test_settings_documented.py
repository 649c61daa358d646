"""Every setting stands in docs/settings.md, and those that people touch in `.env.example`, with default and meaning."""

import re
from pathlib import Path

import pytest

from config.loading import load_settings
from tests.config.models_table import with_models_table
from tests.config.settings_table import (
    EXAMPLE,
    IN_EXAMPLE,
    example,
    fields,
    is_required,
    is_secret,
    settings_table,
    with_settings_table,
)
from tests.support.rows import each_row

ROOT = Path(__file__).parents[2]


def test_the_example_is_what_people_touch_and_no_more():
    names = [name for section in IN_EXAMPLE.values() for name in section]
    assert len(set(names)) == len(names) <= 20
    assert {name for name, field in fields().items() if is_required(field)} <= set(names)
    assert EXAMPLE.read_text(encoding="utf-8") == example(), "run: make docs-settings"


def test_the_example_holds_no_secret():
    secrets = {name for name, field in fields().items() if is_secret(field)}
    assert {"DISCORD_TOKEN", "HAILUO_API_KEY", "DATABASE_URL", "MEDIA_KEY_ID", "MEDIA_SECRET_KEY"} <= secrets
    assert [
        line
        for line in example().splitlines()
        if line.strip("#").partition("=")[0] in secrets and not line.endswith("=")
    ] == []


@pytest.mark.parametrize("switched_on", [False, True])
def test_a_copy_of_the_example_with_its_secrets_filled_in_is_the_defaults(tmp_path, switched_on):
    secrets = {"discord_token": "token", "hailuo_api_key": "key"}
    defaults = load_settings(**secrets)
    example = EXAMPLE.read_text(encoding="utf-8")
    if switched_on:
        example = re.sub(r"^#(?=[A-Z])", "", example, flags=re.MULTILINE)
    for name, value in secrets.items():
        example = example.replace(f"{name.upper()}=", f"{name.upper()}={value}")

    (tmp_path / ".env").write_text(example, encoding="utf-8")

    assert load_settings() == defaults


def test_the_table_has_a_row_for_every_setting():
    rows = settings_table().split("\n")[2:]

    assert [row.split("`")[1] for row in rows] == list(fields())
    assert "| `MEMBER_ACTIVE` | `1` | jobs of one member under way at once in a server |" in rows
    assert "| `DISCORD_TOKEN` | required | bot token (secret) |" in rows


@each_row("page, filled", [("settings.md", with_settings_table), ("providers.md", with_models_table)])
def test_the_pages_show_the_tables_of_settings_and_of_models(page, filled):
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")

    assert filled(text) == text, "run: make docs-settings"
