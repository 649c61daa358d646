"""Drafts that wait for a press: for a while, in memory, and no more than fit there.

They hold members' pictures, which are written nowhere before something is ordered.
"""

import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

from cogs.video.options import Draft
from db.jobs.job import Owner

SECONDS = 15 * 60.0
MOST, MOST_OF_MEMBER = 500, 20
MOST_BYTES, MOST_BYTES_OF_MEMBER = 128_000_000, 32_000_000
"""A picture is smaller than 20 MB: a member's newest draft always fits."""


@dataclass(frozen=True, slots=True)
class _Kept:
    owner: Owner
    draft: Draft
    until: float

    @property
    def size(self) -> int:
        return len(self.draft.picture.data) if self.draft.picture else 0


class Drafts:
    """Keeps drafts by random keys, each for its owner alone.

    A member's own oldest make room for their new ones, wherever they were made; where all of them together are too
    much, the oldest of whoever has most.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        most: int = MOST,
        most_bytes: int = MOST_BYTES,
        most_of_member: int = MOST_OF_MEMBER,
        most_bytes_of_member: int = MOST_BYTES_OF_MEMBER,
    ) -> None:
        self._clock = clock
        self._bounds = (most, most_bytes)
        self._bounds_of_member = (most_of_member, most_bytes_of_member)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def keep(self, owner: Owner, draft: Draft, *, key: str | None = None, seconds: float = SECONDS) -> str:
        """Keep a draft; return the key by which it is found. A `key` that is given is used again."""
        key = key or secrets.token_hex(8)
        self._kept.pop(key, None)
        self._forget_ended()
        self._kept[key] = _Kept(owner, draft, self._clock() + seconds)
        while _exceeds(self._held_by(owner.user_id), self._bounds_of_member):
            self._drop_oldest_of(owner.user_id)
        while _exceeds(self._kept.values(), self._bounds):
            self._drop_oldest_of(self._who_has_most())
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
            del self._kept[key]
        return draft

    def _forget_ended(self) -> None:
        now = self._clock()
        for key in [key for key, kept in self._kept.items() if kept.until <= now]:
            del self._kept[key]

    def _held_by(self, user_id: int) -> list[_Kept]:
        return [kept for kept in self._kept.values() if kept.owner.user_id == user_id]

    def _who_has_most(self) -> int:
        """Return the member who holds the largest part of what there may be, in count or in bytes."""
        most, most_bytes = self._bounds
        shares: Counter[int] = Counter()
        for kept in self._kept.values():
            shares[kept.owner.user_id] += most_bytes + kept.size * most
        return max(shares, key=lambda user_id: shares[user_id])

    def _drop_oldest_of(self, user_id: int) -> None:
        del self._kept[next(key for key, kept in self._kept.items() if kept.owner.user_id == user_id)]


def _exceeds(held: Collection[_Kept], bounds: tuple[int, int]) -> bool:
    most, most_bytes = bounds
    return len(held) > most or sum(kept.size for kept in held) > most_bytes
