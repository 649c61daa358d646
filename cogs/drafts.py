"""Drafts that wait for a press: for a while, in memory, and no more than fit there.

They hold members' pictures, which are written nowhere before something is ordered.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from cogs.wishes import Draft
from db.desk import Owner

SECONDS = 15 * 60.0
MOST = 500
MOST_BYTES = 128_000_000


@dataclass(frozen=True, slots=True)
class _Kept:
    owner: Owner
    draft: Draft
    until: float

    @property
    def size(self) -> int:
        return len(self.draft.picture.data) if self.draft.picture else 0


class Drafts:
    """Keeps drafts by random keys, each for its owner alone; the oldest make room for new ones."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, most: int = MOST, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._bytes = 0

    def keep(self, owner: Owner, draft: Draft, *, key: str | None = None, seconds: float = SECONDS) -> str:
        """Keep a draft; return the key by which it is found. A `key` that is given is used again."""
        key = key or secrets.token_hex(8)
        self._drop(key)
        self._kept[key] = kept = _Kept(owner, draft, self._clock() + seconds)
        self._bytes += kept.size
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self._drop(next(iter(self._kept)))
        return key

    def find(self, key: str, owner: Owner) -> Draft | None:
        """Return the owner's draft, None when it is not theirs or has ended."""
        self._forget_ended()
        kept = self._kept.get(key)
        return kept.draft if kept is not None and kept.owner == owner else None

    def take(self, key: str, owner: Owner) -> Draft | None:
        """Do as `find` does, and let nobody find it again."""
        draft = self.find(key, owner)
        if draft is not None:
            self._drop(key)
        return draft

    def _forget_ended(self) -> None:
        now = self._clock()
        for key in [key for key, kept in self._kept.items() if kept.until <= now]:
            self._drop(key)

    def _drop(self, key: str) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= kept.size
