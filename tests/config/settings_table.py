"""The settings as docs/settings.md shows them: `make docs-settings` writes the table anew."""

import re
import sys
from enum import Enum
from pathlib import Path

from pydantic.fields import FieldInfo

from config.settings import Settings

_MARKED = re.compile(r"(<!-- settings -->\n).*?(<!-- /settings -->)", re.DOTALL)


def fields() -> dict[str, FieldInfo]:
    """Return every setting by its name in the environment."""
    return {name.upper(): field for name, field in Settings.model_fields.items()}


def is_secret(field: FieldInfo) -> bool:
    """Return whether nobody may read the value."""
    annotation = str(field.annotation)
    return "SecretStr" in annotation and "tuple" not in annotation


def default_of(field: FieldInfo) -> str:
    """Return the default as it is written in `.env`; nothing for a setting that has none."""
    match field.default:
        case bool() as flag:
            return str(flag).lower()
        case Enum() as choice:
            return str(choice.value)
        case float() as number:
            return f"{number:g}"
        case _ if field.is_required() or not field.default:
            return ""
        case value:
            return str(value)


def settings_table() -> str:
    """Return the table in Markdown."""
    rows = [(f"`{name}`", _shown_default(field), field.description or "") for name, field in fields().items()]
    return "\n".join(_line(*row) for row in [("name", "default", "meaning"), ("---", "---", "---"), *rows])


def _shown_default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    return f"`{default_of(field)}`" if default_of(field) else "empty"


def _line(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def with_settings_table(text: str) -> str:
    """Return a page whose table stands between `<!-- settings -->` and `<!-- /settings -->`."""
    filled, count = _MARKED.subn(lambda found: f"{found[1]}{settings_table()}\n{found[2]}", text)
    if count != 1:
        raise ValueError(
            "the page needs `<!-- settings -->` and `<!-- /settings -->` once, each on its own line"
        )
    return filled


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:]):
        page.write_text(with_settings_table(page.read_text(encoding="utf-8")), encoding="utf-8")
