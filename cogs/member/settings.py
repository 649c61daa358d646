"""The page of `/settings`: a member's defaults for commands, and whether others may reuse their videos."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import discord

from cogs.discord.buttons import AcknowledgedItem, DynamicButton, flag
from cogs.discord.commands import choice_name
from cogs.discord.context import services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import LANGUAGES, Refused, Words
from hailuo.request import FORMATS, OPTIONS
from jobs.servers.preferences import MemberSettings

TOGGLES = ("spoiler", "private", "notify", "direct_messages", "reusable")
SELECTS = ("format", "model", "enhance", "language")
AS_DISCORD_SAYS = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the values of a setting: its label, and the fields of `MemberSettings` that it sets."""

    value: str
    label: str
    fields: dict[str, Any]

    def is_chosen(self, mine: MemberSettings) -> bool:
        """Return whether the settings hold this choice now."""
        return all(mine.value_of(name) == value for name, value in self.fields.items())


def choices_of(words: Words, setting: str) -> list[Choice]:
    """Return all choices of a setting that is changed by a select."""
    match setting:
        case "format":
            return [_format_choice(words, key) for key in FORMATS]
        case "language":
            return [_as_discord_says(words), *map(_language_choice, LANGUAGES)]
        case _:
            values = OPTIONS[setting]
    return [
        Choice(
            value=value.value, label=words(f"choice-{choice_name(setting, value)}"), fields={setting: value}
        )
        for value in values
    ]


def settings_page(words: Words, mine: MemberSettings) -> tuple[str, discord.ui.View]:
    """Return the text of the settings page and its view: the selects and buttons, which say each setting once."""
    view = discord.ui.View(timeout=None)
    for setting in SELECTS:
        view.add_item(SettingSelect(setting, words, mine))
    for setting in TOGGLES:
        view.add_item(SettingToggle(setting, words, turn_on=not mine.value_of(setting)))
    return words("settings-title"), view


class SettingSelect(
    AcknowledgedItem,
    discord.ui.DynamicItem[discord.ui.Select[Any]],
    template=rf"v1:mine:(?P<setting>{'|'.join(SELECTS)})",
):
    """A select for the value of one setting, which it shows; an unknown value is said to be unknown."""

    def __init__(self, setting: str, words: Words, mine: MemberSettings | None = None) -> None:
        name = words(f"setting-{setting}")
        options = [
            discord.SelectOption(
                label=words("setting-choice", setting=name, choice=choice.label),
                value=choice.value,
                default=mine is not None and choice.is_chosen(mine),
            )
            for choice in choices_of(words, setting)
        ]
        unclear = words("setting-choice", setting=name, choice=words("setting-unclear"))
        super().__init__(
            discord.ui.Select[Any](custom_id=f"v1:mine:{setting}", placeholder=unclear, options=options)
        )
        self.setting = setting

    async def press(self, interaction: Interaction) -> None:
        """Save the chosen value; refuse a value that is not in the list."""
        values = (interaction.data or {}).get("values", [])
        known = choices_of(words_of(interaction), self.setting)
        chosen = [choice for choice in known if [choice.value] == values]
        if not chosen:
            raise Refused("no-such-setting")
        await _change(interaction, chosen[0].fields)


class SettingToggle(DynamicButton, template=rf"v1:mine:(?P<setting>{'|'.join(TOGGLES)}):(?P<turn_on>[01])"):
    """A button that is named for a setting, shows whether it is on, and turns it off or on.

    A press changes what the label shows, even if the setting has changed since.
    """

    reads = MappingProxyType({"turn_on": flag})

    def __init__(self, setting: str, words: Words, *, turn_on: bool) -> None:
        state = words("setting-off" if turn_on else "setting-on")
        label = words("setting-choice", setting=words(f"setting-{setting}"), choice=state)
        style = discord.ButtonStyle.secondary if turn_on else discord.ButtonStyle.success
        super().__init__(label, custom_id=f"v1:mine:{setting}:{int(turn_on)}", style=style)
        self.setting = setting
        self.turn_on = turn_on

    async def press(self, interaction: Interaction) -> None:
        """Save the other state than the label shows."""
        await _change(interaction, {self.setting: self.turn_on})


SETTINGS_ITEMS = (SettingSelect, SettingToggle)


async def _change(interaction: Interaction, fields: dict[str, Any]) -> None:
    """Save the user's choice and show the new settings, in the language that applies now."""
    mine = await services_of(interaction).preferences.change(interaction.user.id, **fields)
    content, view = settings_page(words_of(interaction), mine)
    await interaction.edit_original_response(content=content, view=view)


def _format_choice(words: Words, key: str) -> Choice:
    duration, resolution = FORMATS[key]
    return Choice(
        value=key,
        label=words(f"form-format-{key}"),
        fields={"duration": duration, "resolution": resolution},
    )


def _as_discord_says(words: Words) -> Choice:
    return Choice(value=AS_DISCORD_SAYS, label=words("setting-language-auto"), fields={"language": None})


def _language_choice(language: Words) -> Choice:
    return Choice(value=language.code, label=_name_of(language), fields={"language": language.code})


def _name_of(words: Words) -> str:
    return words("language-name")
