"""Makes what a member typed safe to show: no pings, no formatting, no links, no invisible characters.

Lengths count UTF-16 units, the strictest reading of Discord's limits: an emoji is two.
"""

import re
import unicodedata

import discord

_MARKUP = re.compile(r"[\\*_~|`\[\]#>]|^[-+](?=\s)")
_LINK = re.compile(r"://|\.gg/|/invite/", re.IGNORECASE)
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # holds emoji together; harmless between them


def shown(text: str, *, limit: int = 300) -> str:
    """Return `text` on one line, escaped; what is longer than `limit` with its escapes is cut."""
    room = limit
    while length_of(safe := _escaped(plain_text(text, limit=room))) > limit:
        room = room * limit // length_of(safe)
    return safe


def quoted(text: str, *, limit: int = 300) -> str:
    """Return `text` as a quotation of one line."""
    return f"> {shown(text, limit=limit)}"


def plain_text(text: str, *, limit: int) -> str:
    """Return `text` on one line without invisible characters, cut to `limit`: for places without formatting."""
    line = " ".join("".join(map(_visible, text)).split())
    if length_of(line) <= limit:
        return line
    kept = line.encode("utf-16-le")[: 2 * max(0, limit - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip(f" {_JOINER}") + "…"


def is_blank(text: str) -> bool:
    """Tell whether nothing of `text` can be seen."""
    return not "".join(map(_visible, text)).strip(f" {_JOINER}")


def _escaped(line: str) -> str:
    unlinked = _LINK.sub(r"\\\g<0>", _MARKUP.sub(r"\\\g<0>", line))
    return discord.utils.escape_mentions(unlinked).replace("<", "‹")


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = unicodedata.category(character) in _INVISIBLE and character != _JOINER
    return "" if hidden else character


def length_of(text: str) -> int:
    """Return how much of Discord's limits a text takes."""
    return len(text.encode("utf-16-le")) // 2
