"""A filled-in modal, in the shape that Discord's client sends back."""

from collections.abc import Callable
from typing import Any

from tests.loopback_discord.limits import walk

_TEXT = 4
_FILES = 19
_ONE_VALUE = (_TEXT, 21, 23)
_MANY_VALUES = (3, 5, 6, 7, 8, _FILES, 22)
_EMPTY: dict[int, Any] = {_TEXT: "", 21: None, 23: False}
Files = list[tuple[str, bytes]]


def filled(
    modal: dict[str, Any], values: dict[str, Any], store: Callable[[str, bytes], str]
) -> list[dict[str, Any]]:
    """Return the components of `modal` with the `values` that a user gave, by custom id.

    A text input takes text, a select or checkbox group a list, a checkbox a boolean, a file upload a list of
    (name, bytes), which `store` turns into attachment ids. What was not given is sent as left empty.
    """
    known = {part["custom_id"] for part in walk(modal["components"]) if "custom_id" in part}
    if unknown := values.keys() - known:
        raise KeyError(f"the modal has no {sorted(unknown)}; it has {sorted(known)}")
    return [_fill(component, values, store) for component in modal["components"]]


def _fill(
    component: dict[str, Any], values: dict[str, Any], store: Callable[[str, bytes], str]
) -> dict[str, Any]:
    kind = component["type"]
    sent: dict[str, Any] = {"type": kind, "id": component.get("id", 0)}
    if kind in _ONE_VALUE:
        value = values.get(component["custom_id"], component.get("value", _EMPTY[kind]))
        return sent | {"custom_id": component["custom_id"], "value": value}
    if kind in _MANY_VALUES:
        chosen = values.get(component["custom_id"], [])
        if kind == _FILES:
            chosen = [store(name, data) for name, data in chosen]
        return sent | {"custom_id": component["custom_id"], "values": chosen}
    if "component" in component:
        return sent | {"component": _fill(component["component"], values, store)}
    return sent | {"components": [_fill(part, values, store) for part in component.get("components") or []]}
