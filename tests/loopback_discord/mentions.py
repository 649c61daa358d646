"""Whom a message really notifies: its text, cut down by `allowed_mentions`."""

import re
from dataclasses import dataclass
from typing import Any

_USER = re.compile(r"<@!?(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)")
ALL = ("users", "roles", "everyone")
USERS_ONLY = ("users",)


@dataclass(frozen=True, slots=True)
class Pings:
    """Ids of the users, and whether everybody was called."""

    users: frozenset[int]
    everyone: bool


def pings_of(content: str, allowed: dict[str, Any] | None, *, default: tuple[str, ...]) -> Pings:
    """Return whom `content` notifies; without `allowed` Discord parses the kinds named in `default`."""
    rules = {"parse": list(default)} if allowed is None else allowed
    parse = rules.get("parse") or []
    named = {int(user) for user in _USER.findall(content)}
    if "users" not in parse:
        named &= {int(user) for user in rules.get("users") or []}
    return Pings(frozenset(named), "everyone" in parse and bool(_EVERYONE.search(content)))
