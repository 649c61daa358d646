"""Every setting stands in `.env.example` and in docs/settings.md, with its default and its meaning."""

import re
from pathlib import Path

import pytest

from config.loading import load_settings
from tests.config.settings_table import (
    default_of,
    fields,
    is_required,
    is_secret,
    meaning_of,
    settings_table,
    with_settings_table,
)

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / ".env.example"
ENTRY = re.compile(r"^(?:# (?P<comment>.+)\n)?(?P<off>#?)(?P<name>[A-Z][A-Z_]+)=(?P<value>.*)$", re.MULTILINE)


def entries():
    """Return what `.env.example` says: name -> match with comment, off, value."""
    found = list(ENTRY.finditer(EXAMPLE.read_text(encoding="utf-8")))
    assert len({entry["name"] for entry in found}) == len(found), "a name stands there twice"
    return {entry["name"]: entry for entry in found}


def test_the_example_names_each_setting_with_its_meaning_and_default_and_asks_for_what_has_none():
    said = {name: (entry["comment"], entry["value"], not entry["off"]) for name, entry in entries().items()}

    assert said == {
        name: (meaning_of(field), default_of(field), is_required(field)) for name, field in fields().items()
    }


def test_the_example_holds_no_secret():
    secrets = {name for name, field in fields().items() if is_secret(field)}

    assert {"DISCORD_TOKEN", "HAILUO_API_KEY", "DATABASE_URL", "MEDIA_KEY_ID", "MEDIA_SECRET_KEY"} <= secrets
    assert {entries()[name]["value"] for name in secrets} == {""}


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


def test_the_page_shows_the_table_of_settings():
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")

    assert with_settings_table(page) == page, "run: make docs-settings"
