"""What a member chose, before it is an order: it may still break a rule."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import discord

from cogs.text.escape import is_blank
from db.jobs.job import Job, Route
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """The choices of one video. `moves` were chosen from a list; others may be typed in `text`."""

    text: str = ""
    moves: tuple[CameraMove, ...] = ()
    options: VideoOptions = VideoOptions()
    spoiler: bool = False
    private: bool = False

    def order(self, *, has_picture: bool, url: str | None, fast_requires_image: bool) -> Order:
        """Return what the provider is asked for.

        Raises:
            RuleBroken: it would refuse that.
        """
        if is_blank(self.text):
            raise RuleBroken(Rule.PROMPT_EMPTY)
        prompt = compose_prompt(self.text, self.moves)
        require_valid(
            self.options, prompt=prompt, has_picture=has_picture, fast_requires_image=fast_requires_image
        )
        request = VideoRequest(prompt=prompt, options=self.options, has_first_frame=has_picture)
        moves = tuple(dict.fromkeys([*self.moves, *moves_in(self.text)]))
        return Order(request=request, text=self.text.strip(), moves=moves, first_frame_url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Choices with their picture. As a remix it has a `source`, whose first frame goes along if there is no other."""

    choices: Choices
    picture: FirstFrame | None = None
    attachment: discord.Attachment | None = None  #: a picture that is not read yet
    repairs: tuple[Repair, ...] = ()  #: what makes `attachment` fit; `picture` shows the first of them
    source: Job | None = None
    sketch: bool = False  #: its camera moves are shown first, for nothing
    pressed: bool = False  #: a button or a menu led to it: what it counts is said, and it can be undone

    @property
    def has_picture(self) -> bool:
        """Tell whether a first frame goes along."""
        return bool(self.picture or self.attachment) or (
            self.source is not None and Order.of(self.source).request.has_first_frame
        )

    def order(self, *, fast_requires_image: bool) -> Order:
        """Return what the provider is asked for; raise as `Choices.order` does."""
        return self.choices.order(
            has_picture=self.has_picture,
            url=self.picture.url if self.picture else None,
            fast_requires_image=fast_requires_image,
        )


def choices_from(mine: MemberSettings, *, fast_works: bool, chosen: Mapping[str, Any]) -> Choices:
    """Return `chosen`, completed by what the member prefers; a preference that does not go with it gives way."""
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
    """Return what a job was made from."""
    order = Order.of(job)
    typed = moves_in(order.text)
    return Choices(
        text=order.text,
        moves=tuple(move for move in order.moves if move not in typed),
        options=order.request.options,
        spoiler=bool(job.spoiler),
        private=job.route is Route.PRIVATE,
    )
