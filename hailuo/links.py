"""Where the finished file stands in a task: the many places and shapes in which gateways put its address."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from hailuo.json_values import JsonObject, as_epoch_ms, as_list, as_object

_PLACES = ("result", "results", "output", "outputs", "videos", "video", "files")
_URL_KEYS = ("url", "video_url", "file_url", "result_url", "urls", "video_urls", "result_urls")
_LAST_PLACES = ("metadata",)
_DEEPEST = 6
_LONGEST_URL = 8_000


@dataclass(frozen=True, slots=True)
class Link:
    """The address of a finished file and, where it is told, when it stops working (epoch ms)."""

    url: str
    expires_at: int | None


def best_link(entry: JsonObject) -> Link | None:
    """Return the first https address in a task; a plain http one only where there is no other."""
    found = list(_links(entry, None, 0))
    secure = (link for link in found if link.url.lower().startswith("https://"))
    return next(secure, found[0] if found else None)


def _links(value: object, expires_at: int | None, depth: int) -> Iterator[Link]:
    if depth > _DEEPEST:
        return
    if isinstance(value, str):
        if _is_address(value):
            yield Link(value.strip(), expires_at)
    elif isinstance(value, list):
        for item in as_list(cast("object", value)):
            yield from _links(item, expires_at, depth + 1)
    elif (entry := as_object(value)) is not None:
        own_expiry = as_epoch_ms(entry.get("expires_at")) or expires_at
        for key in (*_PLACES, *_URL_KEYS, *_LAST_PLACES):
            yield from _links(entry.get(key), own_expiry, depth + 1)


def _is_address(text: str) -> bool:
    address = text.strip()
    known_scheme = address.lower().startswith(("https://", "http://"))
    return known_scheme and len(address) <= _LONGEST_URL and address.isprintable() and " " not in address
