"""What a user typed, put into the form that Discord's own client sends: typed, nested, checked."""

from collections.abc import Iterator
from typing import Any

from tests.loopback_discord.commands import Command
from tests.loopback_discord.world import Channel, User

ATTACHMENT = 11
_SUBCOMMAND_TYPES = (1, 2)
_VALUE_TYPES: dict[int, Any] = {3: str, 4: int, 5: bool, 10: (int, float)}


class NotSendable(ValueError):
    """Discord's own client would not let a user send this."""


def descend(command: Command, path: list[str]) -> Command:
    """Return the (sub)command that the words after the command's name lead to."""
    for word in path:
        command = _option(command, word)
    if any(option["type"] in _SUBCOMMAND_TYPES for option in command.get("options") or []):
        raise NotSendable(f"{command['name']!r} is a group: name the subcommand")
    return command


def nest(command: Command, path: list[str], values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds: list[tuple[str, int]] = []
    for word in path:
        command = _option(command, word)
        kinds.append((word, command["type"]))
    for name, kind in reversed(kinds):
        values = [{"name": name, "type": kind, "options": values}]
    return values


def option_values(
    command: Command, given: dict[str, Any], attachments: dict[str, int], *, checked: bool = True
) -> list[dict[str, Any]]:
    """Return the option objects for `given` (name to value) and `attachments` (name to attachment id).

    Users and channels are given as such. With `checked` False anything is sent, as a forged client would.
    """
    values = list(_given(command, given, checked=checked))
    for name, attachment_id in attachments.items():
        if _option(command, name)["type"] != ATTACHMENT:
            raise NotSendable(f"{name!r} takes no file")
        values.append({"name": name, "type": ATTACHMENT, "value": str(attachment_id)})
    if checked:
        names = {value["name"] for value in values}
        for option in command.get("options") or []:
            if option.get("required") and option["name"] not in names:
                raise NotSendable(f"{command['name']!r} needs the option {option['name']!r}")
    return values


def _given(command: Command, given: dict[str, Any], *, checked: bool) -> Iterator[dict[str, Any]]:
    for name, value in given.items():
        option = _option(command, name)
        if checked:
            _check_value(option, value)
        sent = str(value.id) if isinstance(value, User | Channel) else value
        yield {"name": name, "type": option["type"], "value": sent}


def _option(command: Command, name: str) -> Command:
    for option in command.get("options") or []:
        if option["name"] == name:
            return option
    raise NotSendable(f"{command['name']!r} has no option {name!r}")


def _check_value(option: Command, value: Any) -> None:
    name, kind = option["name"], option["type"]
    expected = _VALUE_TYPES.get(kind, User | Channel)
    if kind == ATTACHMENT:
        raise NotSendable(f"{name!r} takes a file: give it in `attachments`")
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != 5):
        raise NotSendable(f"{name!r} is of type {kind}, not {value!r}")
    choices = [choice["value"] for choice in option.get("choices") or []]
    if choices and value not in choices:
        raise NotSendable(f"{name!r} has the choices {choices}, not {value!r}")
    size = len(value) if isinstance(value, str) else value
    unit = "length" if isinstance(value, str) else "value"
    least, most = option.get(f"min_{unit}"), option.get(f"max_{unit}")
    if (least is not None and size < least) or (most is not None and size > most):
        raise NotSendable(f"{name!r} must be between {least} and {most}: {size}")
