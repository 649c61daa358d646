"""Makes what a member typed safe to show: no pings, no formatting, no masked links, no invisible characters."""

import re
import unicodedata

import discord

_MASKED_LINK = re.compile(r"\]\s*\(")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
_JOINER = "\u200d"  # holds emoji together; harmless between them


def shown(text: str, *, limit: int = 300) -> str:
    """Return `text` on one line, escaped, cut to about `limit` characters."""
    plain = plain_text(text, limit=limit)
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(plain, ignore_links=False))
    return _MASKED_LINK.sub("]\u200b(", escaped).replace("<", "‹").replace("#", "\\#")


def quoted(text: str, *, limit: int = 300) -> str:
    """Return `text` as a quotation."""
    return f"> {shown(text, limit=limit)}"


def plain_text(text: str, *, limit: int) -> str:
    """Return `text` on one line without invisible characters, cut to `limit`: for places without formatting."""
    visible = "".join(_visible(character) for character in text)
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    hidden = unicodedata.category(character) in _INVISIBLE and character != _JOINER
    return "" if hidden else character
