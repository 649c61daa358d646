"""The settings as docs/settings.md shows them: `make docs-settings` writes the table anew."""

import dataclasses
from enum import Enum

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


if __name__ == "__main__":
    write_anew(with_settings_table)
