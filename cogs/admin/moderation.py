"""The part moderation of `/admin`: banned words, and rules for all members."""

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

import discord

from cogs.admin.home import Part, show_part, shows
from cogs.discord.acknowledging import send_modal
from cogs.discord.buttons import Answer, DynamicButton, flag
from cogs.discord.context import in_time_for_a_form, services_of, words_of
from cogs.discord.interactions import Interaction
from cogs.discord.managing import (
    ManagerOnly,
    ManagersForm,
    administration_of,
    fitting,
)
from cogs.text.catalogue import Refused, Words, plain_text, shown
from hailuo.request import MAX_PROMPT
from jobs.administration import TooMany
from jobs.servers.guild_settings import GuildSettings, Manager
from jobs.servers.moderation import PatternInvalid

RULES = ("others_images", "spoiler_everywhere", "spoiler_here")
FORMS = ("words", "try")
"""The forms that the buttons open: the banned words and patterns, and the test of a prompt."""

LONGEST_WORD = 100
_FIELD = 4000
_SHOWN = 600


@shows(Part.MODERATION)
async def moderation(interaction: Interaction, manager: Manager) -> None:
    """Show the moderation page."""
    await _show(interaction, manager)


class ServerToggle(
    ManagerOnly,
    DynamicButton,
    template=rf"v1:server:(?P<rule>{'|'.join(RULES)}):(?P<turn_on>[01])",
):
    """A button that turns a rule on or off. A press does what the label says."""

    reads = MappingProxyType({"turn_on": flag})

    def __init__(self, rule: str, words: Words, *, turn_on: bool) -> None:
        label = words("turn-on" if turn_on else "turn-off", setting=words(f"server-{rule}"))
        super().__init__(label, custom_id=f"v1:server:{rule}:{int(turn_on)}")
        self.rule = rule
        self.turn_on = turn_on

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Save the rule as the label says."""
        administration = administration_of(interaction)
        if self.rule == "spoiler_here":
            channel_id = interaction.channel_id or 0
            await administration.hide_in_channel(manager, channel_id, hide=self.turn_on)
        else:
            await administration.set_rule(manager, self.rule, on=self.turn_on)
        await _show(interaction, manager)


class ModerationButton(
    ManagerOnly,
    DynamicButton,
    template=rf"v1:adm:moderation:(?P<form>{'|'.join(FORMS)})",
):
    """A button that opens the form for banned words or the form for testing a prompt."""

    answer = Answer.FORM

    def __init__(self, words: Words, form: str) -> None:
        super().__init__(
            words(f"admin-button-{form}"),
            custom_id=f"v1:adm:moderation:{form}",
            style=discord.ButtonStyle.primary,
        )
        self.form = form

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Open the form that the button is for."""
        words = words_of(interaction)
        if self.form == "try":
            await send_modal(interaction, TryForm(words))
            return
        async with in_time_for_a_form():
            rules = await services_of(interaction).preferences.guild(manager.guild_id)
        await send_modal(interaction, BanForm(words, rules))


class BanForm(ManagersForm, template=r"v1:adm:ban"):
    """A form for banned words and patterns, one on each line."""

    def __init__(self, words: Words, rules: GuildSettings | None = None) -> None:
        super().__init__(words("admin-button-words"), state="v1:adm:ban")
        rules = rules or GuildSettings()
        self._words = _lines_field("words", rules.banned_words)
        self._patterns = _lines_field("patterns", rules.banned_patterns)
        for label, note, field in (
            (words("ban-words"), words("ban-words-note"), self._words),
            (words("ban-patterns"), words("ban-patterns-note"), self._patterns),
        ):
            self.add_item(discord.ui.Label[Any](text=label, description=note, component=field))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Save the words and patterns; refuse an invalid pattern with the message of RE2, the library for patterns."""
        banned = [word[:LONGEST_WORD] for word in _lines_of(self._words.value)]
        patterns = _lines_of(self._patterns.value)
        try:
            await administration_of(interaction).ban(manager, words=banned, patterns=patterns)
        except PatternInvalid as error:
            raise Refused("pattern-invalid", why=shown(str(error))) from error
        except TooMany as error:
            raise Refused("too-many-words", limit=error.limit) from error
        await _show(interaction, manager)


class TryForm(ManagersForm, template=r"v1:adm:try"):
    """A form that tests whether a prompt would be refused; it orders nothing."""

    def __init__(self, words: Words) -> None:
        super().__init__(words("admin-button-try"), state="v1:adm:try")
        self._prompt = discord.ui.TextInput[Any](
            custom_id="prompt", style=discord.TextStyle.paragraph, max_length=MAX_PROMPT
        )
        self.add_item(discord.ui.Label[Any](text=words("form-prompt"), component=self._prompt))

    async def manage(self, interaction: Interaction, manager: Manager) -> None:
        """Show the banned words and patterns that match the prompt."""
        words = words_of(interaction)
        found = await administration_of(interaction).found_in(manager.guild_id, self._prompt.value)
        lines = [
            words("try-found", found=shown(part, limit=100), rule=_as_code(rule)) for part, rule in found
        ]
        said = [words("try-refused"), *lines] if lines else [words("try-taken")]
        quoted = words("try-prompt", prompt=shown(self._prompt.value, limit=200))
        await _show(interaction, manager, fitting(words, [quoted, *said], room=_SHOWN))


MODERATION_ITEMS = (ServerToggle, ModerationButton)
MODERATION_FORMS = (BanForm, TryForm)


async def _show(interaction: Interaction, manager: Manager, said: Iterable[str] = ()) -> None:
    words = words_of(interaction)
    rules = await services_of(interaction).preferences.guild(manager.guild_id)
    lines = [words("server-title")]
    items: list[discord.ui.Item[Any]] = [ModerationButton(words, form) for form in FORMS]
    for rule, on in _in_force(rules, channel_id=interaction.channel_id or 0).items():
        state = words("setting-on" if on else "setting-off")
        lines.append(words("setting-line", setting=words(f"server-{rule}"), choice=state))
        items.append(ServerToggle(rule, words, turn_on=not on))
    lines.append(_banned_line(words, words("ban-words"), rules.banned_words))
    lines.append(_banned_line(words, words("ban-patterns"), rules.banned_patterns))
    await show_part(interaction, [*lines, *said], items)


def _in_force(rules: GuildSettings, *, channel_id: int) -> dict[str, bool]:
    here = {"spoiler_here": channel_id in rules.spoiler_channels}
    return {rule: here[rule] if rule in here else getattr(rules, rule) for rule in RULES}


def _banned_line(words: Words, name: str, banned: Iterable[str]) -> str:
    listed = words.listed([plain_text(one, limit=200) for one in banned])
    choice = shown(listed, limit=300) if listed else words("ban-none")
    return words("setting-line", setting=name, choice=choice)


def _as_code(rule: str) -> str:
    """Return a rule for display between backticks; its own backticks are replaced, because they cannot be escaped."""
    return plain_text(rule, limit=200).replace("`", "'")


def _lines_field(custom_id: str, values: Iterable[str]) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput[Any](
        custom_id=custom_id,
        style=discord.TextStyle.paragraph,
        required=False,
        max_length=_FIELD,
        default="\n".join(values)[:_FIELD] or None,
    )


def _lines_of(typed: str) -> list[str]:
    return [line.strip() for line in typed.splitlines() if line.strip()]
