"""Names and descriptions of commands, options and choices in every language, as Discord's clients show them."""

from collections.abc import Callable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from cogs.text.catalogue import LANGUAGES

F = TypeVar("F", bound=Callable[..., Any])


def localized(key: str) -> locale_str:
    """Return a message of the catalogues for Discord: English, and translated when the commands are registered."""
    return locale_str(LANGUAGES.english(key), key=key)


def localized_options(*options: str) -> Callable[[F], F]:
    """Name and describe the options of a command by `option-...` and `option-...-description`."""

    def decorate(command: F) -> F:
        named = app_commands.rename(**{name: localized(f"option-{name}") for name in options})
        described = app_commands.describe(
            **{name: localized(f"option-{name}-description") for name in options}
        )
        return named(described(command))

    return decorate


class CatalogueTranslator(app_commands.Translator):
    """Answers discord.py's questions from the catalogues."""

    async def translate(
        self,
        string: locale_str,
        locale: discord.Locale,
        context: TranslationContextTypes,  # noqa: ARG002 - the library's signature
    ) -> str | None:
        """Return what is shown to clients of `locale`, None where that is the English text."""
        words = LANGUAGES.of(locale.value)
        key = string.extras.get("key")
        return words(key) if key and words is not LANGUAGES.english else None
