"""A member's choices before they become an order: options and drafts. They may still break a rule.

Drafts wait in memory until a button is pressed. Their pictures are stored only when something is ordered.
"""

import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import discord

from cogs.discord.context import services_of
from cogs.discord.interactions import Interaction
from cogs.text.catalogue import is_blank
from db.jobs.job import Job, Owner, Route
from hailuo.camera import CameraMove, moves_in
from hailuo.request import (
    OPTIONS,
    Duration,
    Model,
    Resolution,
    Rule,
    RuleBroken,
    VideoOptions,
    VideoRequest,
    compose_prompt,
    require_valid,
)
from jobs.orders.order import Order
from jobs.servers.preferences import MemberSettings
from media.pictures.rules import FirstFrame, Repair

SECONDS = 15 * 60.0
MOST, MOST_OF_MEMBER = 500, 20
MOST_BYTES, MOST_BYTES_OF_MEMBER = 128_000_000, 32_000_000
"""Limits of the bytes of all drafts and of one member's.

A picture is under 20 MB, so a member's newest always fits.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices for one video. `moves` were chosen from a list; `text` may name further camera moves."""

    text: str = ""
    moves: tuple[CameraMove, ...] = ()
    options: VideoOptions = VideoOptions()
    spoiler: bool = False
    private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Choices with a picture, not ordered yet.

    The draft of a remix (a changed order) has a `source`; without a picture, the source's first frame is
    used.
    """

    choices: Choices
    picture: FirstFrame | None = None
    attachment: discord.Attachment | None = None  #: a picture that is not downloaded yet
    repairs: tuple[
        Repair, ...
    ] = ()  #: ways to make `attachment` fit; `picture` shows the result of the first
    source: Job | None = None
    sketch: bool = False  #: its camera moves are shown in a free sketch first
    pressed: bool = False  #: made with a button or a menu: its price is shown, and it can be undone

    @property
    def has_picture(self) -> bool:
        """Whether the order will have a first frame."""
        return bool(self.picture or self.attachment) or (
            self.source is not None and Order.of(self.source).request.has_first_frame
        )

    def order(self, *, fast_requires_image: bool) -> Order:
        """Return the order for this draft.

        Raises:
            RuleBroken: the provider would refuse the order.
        """
        text, chosen, options = self.choices.text, self.choices.moves, self.choices.options
        # The camera moves would hide it from `require_valid`, and `compose_prompt` takes invisible characters for text.
        if is_blank(text):
            raise RuleBroken(Rule.PROMPT_EMPTY)
        request = VideoRequest(
            prompt=compose_prompt(text, chosen), options=options, has_first_frame=self.has_picture
        )
        require_valid(
            options,
            prompt=request.prompt,
            has_picture=request.has_first_frame,
            fast_requires_image=fast_requires_image,
        )
        picture = self.picture or self.attachment
        return Order(
            request=request,
            text=text.strip(),
            moves=tuple(dict.fromkeys([*chosen, *moves_in(text)])),
            first_frame_url=picture.url if picture else None,
        )


def choices_from(mine: MemberSettings, *, fast_works: bool, chosen: Mapping[str, Any]) -> Choices:
    """Return `chosen` completed by the member's settings; a setting that conflicts with a chosen value is dropped."""
    given: dict[str, Any] = {name: value for name, value in chosen.items() if value is not None}
    options = {name: read(given.pop(name)) for name, read in OPTIONS.items() if name in given}
    both = replace(mine.options, **options)
    if both.duration is Duration.LONG and "resolution" not in options:
        both = replace(both, resolution=Resolution.P768)
    elif both.resolution is Resolution.P1080 and "duration" not in options:
        both = replace(both, duration=Duration.SHORT)
    if not fast_works and "model" not in options:
        both = replace(both, model=Model.HAILUO)
    given = {"spoiler": mine.spoiler, "private": mine.private, **given}
    return Choices(**given, options=both)


def settings_at_once(interaction: Interaction) -> MemberSettings:
    """Return the member's settings from memory, or the defaults: a form cannot wait for the database."""
    return services_of(interaction).preferences.cached_member(interaction.user.id) or MemberSettings()


def choices_of(job: Job) -> Choices:
    """Return the choices that a job was ordered with."""
    order = Order.of(job)
    typed = moves_in(order.text)
    return Choices(
        text=order.text,
        moves=tuple(move for move in order.moves if move not in typed),
        options=order.request.options,
        spoiler=bool(job.spoiler),
        private=job.route is Route.PRIVATE,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    owner: Owner
    draft: Draft
    until: float

    @property
    def size(self) -> int:
        return len(self.draft.picture.data) if self.draft.picture else 0


class Drafts:
    """The drafts in memory, under random keys; each can be found by its owner only.

    If a member has too many, their own oldest are dropped, from any server. If all drafts together are too
    many, the oldest of the member who takes up most room are dropped.
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
        """Keep a draft and return its key: the given `key`, else a new one."""
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
        """Return the owner's draft, None if it belongs to another owner or has expired."""
        self._forget_ended()
        kept = self._kept.get(key)
        return kept.draft if kept is not None and kept.owner == owner else None

    def take(self, key: str, owner: Owner) -> Draft | None:
        """Return the owner's draft as `find` does, and remove it."""
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
        """Return the member whose drafts take up most room, counted in drafts and in bytes."""
        most, most_bytes = self._bounds
        shares: Counter[int] = Counter()
        for kept in self._kept.values():
            shares[kept.owner.user_id] += most_bytes + kept.size * most
        return max(shares, key=lambda user_id: shares[user_id])

    def _drop_oldest_of(self, user_id: int) -> None:
        del self._kept[next(key for key, kept in self._kept.items() if kept.owner.user_id == user_id)]


def drafts_of(interaction: Interaction) -> Drafts:
    """Return the drafts of the interaction's client."""
    return interaction.client.drafts


def _exceeds(held: Collection[_Kept], bounds: tuple[int, int]) -> bool:
    most, most_bytes = bounds
    return len(held) > most or sum(kept.size for kept in held) > most_bytes
