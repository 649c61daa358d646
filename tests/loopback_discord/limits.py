"""What Discord refuses in a message: lengths, counts, sizes, and components that are put together wrong."""

from collections.abc import Iterator
from typing import Any

from tests.loopback_discord.errors import DiscordError, Refusal, invalid_form, require_length
from tests.loopback_discord.form import Form

MAX_CONTENT = 2000
MAX_NONCE = 25
MAX_FILES = 10
MAX_EMBEDS = 10
MAX_EMBED_CHARACTERS = 6000
MAX_ROWS = 5
MAX_CUSTOM_ID = 100
MAX_LABEL = 80
MAX_ALT_TEXT = 1024
MAX_SELECT_OPTIONS = 25
_EMBED_LIMITS = {"title": 256, "description": 4096}
_BUTTON = 2
_LINK = 5


def check_message(form: Form, *, limit_bytes: int) -> None:
    payload = form.fields()
    _check_content(payload)
    require_length(str(payload.get("nonce") or ""), "nonce", MAX_NONCE)
    _check_embeds(payload.get("embeds") or [])
    _check_mentions(payload.get("allowed_mentions") or {})
    check_components(payload.get("components") or [])
    _check_files(form, limit_bytes)


def check_not_empty(form: Form) -> None:
    payload = form.fields()
    shown = [payload.get(key) for key in ("content", "embeds", "components", "sticker_ids", "poll")]
    if not any(shown) and not form.files:
        raise DiscordError(Refusal.EMPTY_MESSAGE)


def _check_content(payload: dict[str, Any]) -> None:
    content = payload.get("content")
    if content is not None and not isinstance(content, str):
        raise invalid_form("content", "BASE_TYPE_STRING", "Could not convert value to a string.")
    require_length(content, "content", MAX_CONTENT)


def _check_embeds(embeds: list[dict[str, Any]]) -> None:
    require_length(embeds, "embeds", MAX_EMBEDS)
    for number, embed in enumerate(embeds):
        for key, limit in _EMBED_LIMITS.items():
            require_length(embed.get(key), f"embeds.{number}.{key}", limit)
    if sum(map(_embed_characters, embeds)) > MAX_EMBED_CHARACTERS:
        raise invalid_form("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _embed_characters(embed: dict[str, Any]) -> int:
    texts = [embed.get("title"), embed.get("description"), (embed.get("footer") or {}).get("text")]
    texts += [field.get(key) for field in embed.get("fields") or [] for key in ("name", "value")]
    return sum(len(text or "") for text in texts)


def _check_mentions(mentions: dict[str, Any]) -> None:
    for kind in ("users", "roles"):
        if kind in (mentions.get("parse") or []) and mentions.get(kind):
            code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
            raise invalid_form("allowed_mentions", code, f"parse:[{kind}] and {kind}")


def _check_files(form: Form, limit_bytes: int) -> None:
    require_length(form.files, "files", MAX_FILES)
    for number, (_, data) in form.files.items():
        if len(data) > limit_bytes:
            raise DiscordError(Refusal.TOO_LARGE)
        require_length(form.description_of(number), f"attachments.{number}.description", MAX_ALT_TEXT)


def check_components(components: list[dict[str, Any]]) -> None:
    """Check rows, labels, options, and that custom ids are short and unique."""
    walked = list(walk(components))
    require_length(components, "components", MAX_ROWS)
    for component in walked:
        _check_component(component)
    custom_ids = [component["custom_id"] for component in walked if "custom_id" in component]
    if len(set(custom_ids)) < len(custom_ids):
        raise invalid_form("components", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id duplicated")


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every component of a tree: rows, containers, sections, labels and what is in them."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([component[key] for key in ("component", "accessory") if component.get(key)])


def _check_component(component: dict[str, Any]) -> None:
    require_length(component.get("custom_id", "x"), "components.custom_id", MAX_CUSTOM_ID, least=1)
    require_length(component.get("options"), "components.options", MAX_SELECT_OPTIONS)
    if component["type"] == 1:
        require_length(component.get("components"), "components", MAX_ROWS, least=1)
    if component["type"] == _BUTTON:
        require_length(component.get("label"), "components.label", MAX_LABEL)
    if component["type"] == _BUTTON and (component.get("style") == _LINK) == ("custom_id" in component):
        raise invalid_form("components", "BASE_TYPE_REQUIRED", "A button has a custom_id or a url.")
