"""The choices of the options of commands, each named in the reader's language."""

from collections.abc import Callable
from enum import Enum
from typing import Any, TypeVar

from discord import app_commands

from cogs.text.localized import localized
from hailuo.request import OPTIONS

F = TypeVar("F", bound=Callable[..., Any])


def video_choices(command: F) -> F:
    """Offer the values of each option of a video that has a list of them, named by the catalogues."""
    listed = {name: _choices(name, kind) for name, kind in OPTIONS.items() if issubclass(kind, Enum)}
    return app_commands.choices(**listed)(command)


def choice_name(option: str, value: Enum) -> str:
    """Return how the catalogues name a value, as in `duration-6`; models by the name that we give them."""
    return f"{option}-{value.name.lower() if option == 'model' else value.value}"


def _choices(option: str, kind: type[Enum]) -> list[app_commands.Choice[Any]]:
    return [
        app_commands.Choice(name=localized(f"choice-{choice_name(option, value)}"), value=value.value)
        for value in kind
    ]
