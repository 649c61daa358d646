"""The choices that commands, forms and settings offer, each named in the reader's language."""

from typing import Any

from discord import app_commands

from cogs.translator import localized
from hailuo.request import Duration, Model, Resolution
from jobs.members import Enhance

FORMATS = {
    "6-768p": (Duration.SHORT, Resolution.P768),
    "10-768p": (Duration.LONG, Resolution.P768),
    "6-1080p": (Duration.SHORT, Resolution.P1080),
}
"""The pairs of length and resolution that the provider makes, by what they are called in custom ids and catalogues."""

DURATIONS: list[app_commands.Choice[Any]] = [
    app_commands.Choice(name=localized(f"choice-duration-{int(value)}"), value=int(value))
    for value in Duration
]
RESOLUTIONS: list[app_commands.Choice[Any]] = [
    app_commands.Choice(name=localized(f"choice-resolution-{value.value}"), value=value.value)
    for value in Resolution
]
MODELS: list[app_commands.Choice[Any]] = [
    app_commands.Choice(name=localized(f"choice-model-{value.name.lower()}"), value=value.value)
    for value in Model
]
ENHANCE: list[app_commands.Choice[Any]] = [
    app_commands.Choice(name=localized(f"choice-enhance-{value.value}"), value=value.value)
    for value in Enhance
]
