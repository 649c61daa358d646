"""A member's choices before they become an order: options, camera moves, and drafts. They may still break a rule.

Drafts wait in memory until a button is pressed. Their pictures are stored only when something is ordered.
"""

import re
import secrets
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import app_commands

from cogs.discord.interactions import Interaction
from cogs.text.catalogue import LANGUAGES, Phrase, Refused, Words, is_blank, shown
from cogs.text.sentences import move_label, move_name
from db.jobs.job import Job, Owner, Route
from hailuo.camera import MAX_MOVES, CameraMove, MoveGroup, find_move, moves_in
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


_SEPARATOR = re.compile(r"\s*[,，、;；+]\s*")
_IN_BRACKETS = re.compile(r"\(([^()]*)\)\s*$")
_MAX_CHOICES = 25


def parse_camera(text: str | None) -> tuple[CameraMove, ...]:
    """Return the camera moves named in `text`, in any language, each once.

    Raises:
        Refused: a name is not a camera move, or there are too many moves.
    """
    names = [name for name in _SEPARATOR.split((text or "").strip()) if name]
    moves = tuple(dict.fromkeys(_require_move(name) for name in names))
    if len(moves) > MAX_MOVES:
        raise Refused("too-many-moves", count=len(moves), limit=MAX_MOVES)
    return moves


def complete_camera(words: Words, text: str) -> list[app_commands.Choice[str]]:
    """Return completions for the last camera move in `text`; the moves before the last comma stay.

    Moves are found by their names in every language and shown in the member's. The value is always English.
    """
    *before, last = _SEPARATOR.split(text.strip())
    chosen = list(dict.fromkeys(move for move in map(_read_move, before) if move))
    finished = _read_move(last)
    if finished and len(chosen) < MAX_MOVES - 1:
        offers = [[*chosen, finished], *_completions([*chosen, finished], "")]
    else:
        offers = _completions(chosen, last)
    return [_choice(words, moves) for moves in offers[:_MAX_CHOICES]]


def _completions(chosen: list[CameraMove], typed: str) -> list[list[CameraMove]]:
    if len(chosen) >= MAX_MOVES:
        return [chosen[:MAX_MOVES]]
    found = [move for move in CameraMove if move not in chosen and _rank(move, typed) < 2]
    found.sort(key=lambda move: _rank(move, typed))
    return [[*chosen, move] for move in found]


def _rank(move: CameraMove, typed: str) -> int:
    wanted = typed.casefold()
    if any(name.startswith(wanted) for name in _FOUND_BY[move]) or _means_group(wanted, move.group):
        return 0
    return 1 if any(wanted in name for name in _FOUND_BY[move]) else 2


def _means_group(wanted: str, group: MoveGroup) -> bool:
    # A single letter is too vague for a group of moves, but a single Chinese character can be a group's name.
    return any(
        wanted == word or (len(wanted) > 1 and word.startswith(wanted)) for word in _GROUP_WORDS[group]
    )


def _choice(words: Words, moves: list[CameraMove]) -> app_commands.Choice[str]:
    *before, last = moves
    name = words.listed([*(move_name(words, move) for move in before), move_label(words, last)])
    return app_commands.Choice(name=name, value=", ".join(move.english for move in moves))


def _require_move(name: str) -> CameraMove:
    move = _read_move(name)
    if move is None:
        moves = [Phrase(f"move-name-{known.value}") for known in CameraMove]
        raise Refused("camera-unknown", name=shown(name, limit=50), moves=moves)
    return move


def _read_move(name: str) -> CameraMove | None:
    """Return the camera move for a token, a name in any language, or a label such as `Slide left (Truck left)`."""
    label = _BY_LABEL.get(" ".join(name.split()).casefold())
    if label:
        return label
    bracketed = _IN_BRACKETS.search(name)
    return find_move(bracketed.group(1) if bracketed else name.strip("[]【】 "))


def _names(words: Words, move: CameraMove) -> list[str]:
    return [move_name(words, move), move_label(words, move)]


def _found_by(move: CameraMove) -> list[str]:
    names = [move.english, move.token, move.value]
    for words in LANGUAGES:
        names += [move_name(words, move), words(f"move-{move.value}")]
    return [name.casefold() for name in names]


def _group_words(group: MoveGroup) -> list[str]:
    if group is MoveGroup.OTHER:
        return []
    return [word for words in LANGUAGES for word in words(f"move-group-{group.value}").casefold().split()]


_BY_LABEL = {
    name.casefold(): move for words in LANGUAGES for move in CameraMove for name in _names(words, move)
}
_FOUND_BY = {move: _found_by(move) for move in CameraMove}
_GROUP_WORDS = {group: _group_words(group) for group in MoveGroup}
