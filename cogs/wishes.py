"""What a member chose, before it is an order: it may still break a rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord

from cogs.escape import is_blank
from db.job import Job, Route
from hailuo.camera import CameraMove, moves_in
from hailuo.request import Duration, Model, Resolution, Rule, RuleBroken, VideoRequest, compose_prompt
from jobs.members import Enhance, MemberSettings
from jobs.order import Order
from media.picture_rules import Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The choices of one video. `moves` were chosen from a list; others may be typed in `text`."""

    text: str = ""
    moves: tuple[CameraMove, ...] = ()
    duration: Duration = Duration.SHORT
    resolution: Resolution = Resolution.P768
    model: Model = Model.HAILUO
    enhance: Enhance = Enhance.FULL
    watermark: bool = False
    spoiler: bool = False
    private: bool = False

    def order(self, *, has_picture: bool, url: str | None, fast_requires_image: bool) -> Order:
        """Return what the provider is asked for.

        Raises:
            RuleBroken: it would refuse that.
        """
        if is_blank(self.text):
            raise RuleBroken(Rule.PROMPT_EMPTY)
        request = VideoRequest(
            prompt=compose_prompt(self.text, self.moves),
            model=self.model,
            duration=self.duration,
            resolution=self.resolution,
            has_first_frame=has_picture,
            prompt_optimizer=self.enhance is not Enhance.OFF,
            fast_pretreatment=self.enhance is Enhance.QUICK,
            watermark=self.watermark,
            fast_requires_image=fast_requires_image,
        )
        moves = tuple(dict.fromkeys([*self.moves, *moves_in(self.text)]))
        return Order(request=request, text=self.text.strip(), moves=moves, first_frame_url=url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A checked first frame, and where it came from."""

    data: bytes
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A wish with its picture. As a remix it has a `source`, whose first frame goes along if there is no other."""

    wish: Wish
    picture: Picture | None = None
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
        """Return what the provider is asked for; raise as `Wish.order` does."""
        return self.wish.order(
            has_picture=self.has_picture,
            url=self.picture.url if self.picture else None,
            fast_requires_image=fast_requires_image,
        )


def wish_from(mine: MemberSettings, *, fast_works: bool, chosen: Mapping[str, Any]) -> Wish:
    """Return `chosen`, completed by what the member prefers; a preference that does not go with it gives way."""
    kept = {name: value for name, value in chosen.items() if value is not None}
    wish = Wish(**(_preferred(mine) | kept))
    changes: dict[str, Any] = {}
    if wish.duration is Duration.LONG and "resolution" not in kept:
        changes["resolution"] = Resolution.P768
    elif wish.resolution is Resolution.P1080 and "duration" not in kept:
        changes["duration"] = Duration.SHORT
    if not fast_works and "model" not in kept:
        changes["model"] = Model.HAILUO
    return Wish(**(_preferred(mine) | kept | changes))


def wish_of(job: Job) -> Wish:
    """Return what a job was made from."""
    order = Order.of(job)
    request = order.request
    typed = moves_in(order.text)
    return Wish(
        text=order.text,
        moves=tuple(move for move in order.moves if move not in typed),
        duration=request.duration,
        resolution=request.resolution,
        model=request.model,
        enhance=_enhance_of(request),
        watermark=request.watermark,
        spoiler=bool(job.spoiler),
        private=job.route is Route.PRIVATE,
    )


def _preferred(mine: MemberSettings) -> dict[str, Any]:
    names = ("duration", "resolution", "model", "enhance", "spoiler", "private")
    return {name: getattr(mine, name) for name in names}


def _enhance_of(request: VideoRequest) -> Enhance:
    if not request.prompt_optimizer:
        return Enhance.OFF
    return Enhance.QUICK if request.fast_pretreatment else Enhance.FULL
