"""The application's commands: what was synced, checked as Discord checks it, found again by name."""

import re
from typing import Any

from tests.loopback_discord.errors import DiscordError, Refusal, invalid_form, require_length
from tests.loopback_discord.rules import Mint
from tests.loopback_discord.world import BOT, GUILD_ID

CHAT = 1
_SUBCOMMANDS = (1, 2)
_NAME = re.compile(r"[-_'\w]{1,32}")
_MAX_OF_TYPE = {1: 100, 2: 15, 3: 15}
_MAX_TEXT = 100
_MAX_LIST = 25
_MAX_CHARACTERS = 8000
Command = dict[str, Any]


class CommandBook:
    """The global commands and those of the guild; a command keeps its id over every sync."""

    def __init__(self, mint: Mint) -> None:
        self.installations = {0}  # whom the portal lets install the application: servers, and not members
        self._mint = mint
        self._ids: dict[tuple[int | None, str, int], str] = {}
        self._commands: dict[int | None, list[Command]] = {}

    def replace(self, guild_id: int | None, wanted: list[Command]) -> list[Command]:
        """Overwrite all commands of one scope and return them as Discord does, with ids."""
        check_commands(wanted, self.installations)
        self._commands[guild_id] = [self._complete(guild_id, command) for command in wanted]
        return self._commands[guild_id]

    def list(self, guild_id: int | None) -> list[Command]:
        return self._commands.get(guild_id, [])

    def find(self, name: str, type: int = CHAT) -> Command:
        known = self.list(GUILD_ID) + self.list(None)
        for command in known:
            if (command["name"], command["type"]) == (name, type):
                return command
        names = ", ".join(command["name"] for command in known) or "none at all"
        raise LookupError(f"no command {name!r} was synced; known: {names}")

    @property
    def synced(self) -> bool:
        return any(self._commands.values())

    def _complete(self, guild_id: int | None, command: Command) -> Command:
        kind = command.get("type", CHAT)
        key = (guild_id, command["name"], kind)
        self._ids.setdefault(key, str(self._mint.next()))
        scope = {} if guild_id is None else {"guild_id": str(guild_id)}
        return {
            "description": "",
            "default_member_permissions": None,
            "contexts": None,
            "integration_types": [0],
            "nsfw": False,
            **command,
            **scope,
            "id": self._ids[key],
            "application_id": str(BOT.id),
            "version": str(self._mint.next()),
            "type": kind,
        }


def check_commands(commands: list[Command], installations: set[int]) -> None:
    if any(not set(command.get("integration_types") or ()) <= installations for command in commands):
        raise invalid_form("integration_types", "BASE_TYPE_CHOICES", "Value must be one of {0}.")
    names = [(command.get("type", CHAT), command["name"]) for command in commands]
    if len(set(names)) < len(names):
        code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
        raise invalid_form("name", code, "Application command names must be unique")
    for kind, most in _MAX_OF_TYPE.items():
        if sum(1 for found, _ in names if found == kind) > most:
            raise DiscordError(Refusal.TOO_MANY_COMMANDS)
    for number, command in enumerate(commands):
        _check_command(command, str(number))


def _check_command(command: Command, place: str) -> None:
    if command.get("type", CHAT) == CHAT:
        _check_named(command, place)
        _check_options(command.get("options") or [], place)
    else:
        require_length(command["name"], f"{place}.name", 32, least=1)
    if _characters(command) > _MAX_CHARACTERS:
        raise invalid_form(place, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)")


def _check_named(item: Command, place: str) -> None:
    for name in _texts(item, "name"):
        if not _NAME.fullmatch(name) or name != name.lower():
            raise invalid_form(f"{place}.name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    for text in _texts(item, "description"):
        require_length(text, f"{place}.description", _MAX_TEXT, least=1)


def _check_options(options: list[Command], place: str) -> None:
    require_length(options, f"{place}.options", _MAX_LIST)
    seen_optional = False
    for number, option in enumerate(options):
        here = f"{place}.options.{number}"
        _check_named(option, here)
        _check_choices(option.get("choices"), f"{here}.choices")
        if option.get("choices") and option.get("autocomplete"):
            code = "APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES"
            raise invalid_form(here, code, "Choices with autocomplete.")
        if option["type"] in _SUBCOMMANDS:
            _check_options(option.get("options") or [], here)
        elif option.get("required") and seen_optional:
            code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
            raise invalid_form(here, code, "Required options must be placed before non-required options")
        seen_optional |= not option.get("required")


def _check_choices(choices: list[Command] | None, place: str) -> None:
    require_length(choices, place, _MAX_LIST)
    for number, choice in enumerate(choices or []):
        require_length(choice["name"], f"{place}.{number}.name", _MAX_TEXT, least=1)
        require_length(str(choice["value"]), f"{place}.{number}.value", _MAX_TEXT)


def _characters(item: Command) -> int:
    """Count as Discord does: names, descriptions and choice values, the longest of each localization."""
    own = sum(max(map(len, _texts(item, key))) for key in ("name", "description"))
    values = sum(len(str(choice["value"])) + _characters(choice) for choice in item.get("choices") or [])
    return own + values + sum(_characters(option) for option in item.get("options") or [])


def _texts(item: Command, key: str) -> list[str]:
    return [item.get(key) or "", *(item.get(f"{key}_localizations") or {}).values()]
