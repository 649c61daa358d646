"""The settings as `.env.example` and docs/settings.md show them: `make docs-settings` writes both anew."""

import dataclasses
from enum import Enum
from pathlib import Path

from config.settings import Settings
from tests.support.tables import markdown, with_table, write_anew


def fields() -> dict[str, dataclasses.Field]:
    return {field.name.upper(): field for field in dataclasses.fields(Settings)}


def is_required(field: dataclasses.Field) -> bool:
    return field.default is dataclasses.MISSING


def meaning_of(field: dataclasses.Field) -> str:
    return field.metadata["description"]


def is_secret(field: dataclasses.Field) -> bool:
    annotation = str(field.type)
    return "SecretStr" in annotation and "tuple" not in annotation


def default_of(field: dataclasses.Field) -> str:
    """Return the default as it is written in `.env`; nothing for a setting that has none."""
    match field.default:
        case bool() as flag:
            return str(flag).lower()
        case Enum() as choice:
            return str(choice.value)
        case float() as number:
            return f"{number:g}"
        case _ if is_required(field) or not field.default:
            return ""
        case value:
            return str(value)


def settings_table() -> str:
    rows = [(f"`{name}`", _shown_default(field), meaning_of(field) or "") for name, field in fields().items()]
    return markdown(("name", "default", "meaning"), *rows)


def _shown_default(field: dataclasses.Field) -> str:
    if is_required(field):
        return "required"
    return f"`{default_of(field)}`" if default_of(field) else "empty"


def with_settings_table(text: str) -> str:
    return with_table(text, "settings", settings_table())


EXAMPLE = Path(__file__).parents[2] / ".env.example"
IN_EXAMPLE = {
    "Discord": ("DISCORD_TOKEN",),
    "The video provider": ("HAILUO_API_KEY", "HAILUO_PROVIDER", "HAILUO_API_URL"),
    "Limits on the bill": (
        "BOT_USD_PER_DAY",
        "BOT_USD_PER_MONTH",
        "GUILD_PER_DAY",
        "MEMBER_PER_DAY",
        "MEMBER_ACTIVE",
        "ALLOWED_GUILDS",
    ),
    "Who hears of problems": ("OPERATOR_CHANNEL", "OPERATOR_USER"),
    "Your own pages": ("TERMS_URL", "PRIVACY_URL", "SUPPORT_URL"),
    "What is kept": ("DATA_DIR", "DATABASE_URL", "KEEP_VIDEOS_DAYS"),
    "This process": ("HEALTH_TOKEN", "LOG_LEVEL"),
}
"""The settings that people touch: all others have a page, docs/settings.md."""
_HEAD = """\
# Settings of the bot. Copy this file to .env and fill in the two secrets, or run `python bot.py setup`; the environment
# wins over .env. A name behind a # keeps its default, which is the value shown. All settings: docs/settings.md.
"""


def example() -> str:
    sections = [
        "\n\n".join([f"\n# --- {title} ---", *(_entry(name, fields()[name]) for name in names)])
        for title, names in IN_EXAMPLE.items()
    ]
    return _HEAD + "\n".join(sections) + "\n"


def _entry(name: str, field: dataclasses.Field) -> str:
    return f"# {meaning_of(field)}\n{'' if is_required(field) else '#'}{name}={default_of(field)}"


if __name__ == "__main__":
    EXAMPLE.write_text(example(), encoding="utf-8")
    write_anew(with_settings_table)
