"""Variations: new jobs from old ones (re-roll, retry, remix, upscale, continue, join).

VariationRefused
 +-- JobErased      the old job was deleted on request
 +-- NotReusable    the video belongs to a member who does not share videos
 +-- NotPossible    the old job does not allow this kind of variation
 +-- NothingToJoin  the video continues no other one
 +-- ChainTooLong   too many videos to join
 +-- CannotBeJoined the files cannot be joined: damaged, or too long together
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from db.jobs.admission import Requester
from db.jobs.job import Job, JobState, Reason, Relation, Route
from db.jobs.job_queries import JobQueries
from hailuo.request import Duration, Resolution
from jobs.orders.order import NewOrder, Order, Receipt
from jobs.orders.service import JobService
from jobs.servers.preferences import Preferences
from jobs.storage.files import JobFiles
from media.errors import NotAVideo
from media.video.facts import MAX_CLIPS

FrameOf = Callable[[Path], Awaitable[bytes]]
"""A function that returns one frame of a video file as a JPEG."""


Join = Callable[[Sequence[Path], Path], Awaitable[object]]
"""A function that writes the given video files, one after the other, to a new file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilmTools:
    """The functions with which variations read and join video files."""

    first_frame_of: FrameOf
    last_frame_of: FrameOf
    join: Join


class Variations:
    """The maker of new jobs from old ones. A new order keeps everything of the old one except what is to change.

    Raises (every method, besides the errors in its own docstring):
        VariationRefused: this variation is not possible; no job was made.
        FrameGone, VideoGone: a file of the old job is no longer stored.
        CapReached: a limit is used up; no job was made. Not by `join`, which no limit counts.
        Paused, Blocked, OrderRefused: see `JobService.submit`. Not by `join`.
    """

    def __init__(
        self,
        service: JobService,
        job_queries: JobQueries,
        *,
        files: JobFiles,
        preferences: Preferences,
        tools: FilmTools,
    ) -> None:
        self._service = service
        self._job_queries = job_queries
        self._files = files
        self._preferences = preferences
        self._tools = tools

    async def reroll(self, source: Job, requester: Requester) -> Receipt:
        """Order the same again. Everybody may re-roll a video that everybody can see."""
        _require_ordered(source, Relation.REROLL)
        _require_visible(source, requester, Relation.REROLL)
        return await self._again(source, requester, Relation.REROLL)

    async def retry(self, source: Job, requester: Requester) -> Receipt:
        """Order again a job that ended without a video and was not charged."""
        _require_ordered(source, Relation.RETRY)
        _require_visible(source, requester, Relation.RETRY)
        # The filter would refuse the same words again.
        if not may_be_retried(source) or source.reason is Reason.MODERATED:
            raise NotPossible(Relation.RETRY)
        return await self._again(source, requester, Relation.RETRY)

    async def upscale(self, source: Job, requester: Requester) -> Receipt:
        """Order a delivered video again at 1080p, beginning with the same first frame."""
        _require_ordered(source, Relation.UPSCALE)
        await self._require_shared(source, requester, Relation.UPSCALE)
        if not may_be_upscaled(source):
            raise NotPossible(Relation.UPSCALE)
        order = Order.of(source)
        picture = await self._tools.first_frame_of(await self._files.best_video(source))
        options = replace(order.request.options, resolution=Resolution.P1080)
        request = replace(order.request, options=options)
        order = _with_picture(replace(order, request=request))
        return await self._order(source, requester, Relation.UPSCALE, order=order, picture=picture)

    async def remix(
        self, source: Job, requester: Requester, *, order: Order, picture: bytes | None
    ) -> Receipt:
        """Order a changed version of a job. Without a `picture`, its old first frame is used if `order` needs one."""
        _require_ordered(source, Relation.REMIX)
        await self._require_shared(source, requester, Relation.REMIX)
        frame = source.first_frame if order.request.has_first_frame and picture is None else None
        if picture is None and frame is None and order.request.has_first_frame:
            raise NotPossible(Relation.REMIX)
        return await self._order(
            source, requester, Relation.REMIX, order=order, picture=picture, frame_of=frame
        )

    async def continue_(self, source: Job, requester: Requester, *, order: Order) -> Receipt:
        """Order a video that begins where this one ends: its last frame becomes the first frame."""
        _require_intact(source)
        await self._require_shared(source, requester, Relation.CONTINUE)
        picture = await self._tools.last_frame_of(await self._files.best_video(source))
        order = _with_picture(order)
        return await self._order(source, requester, Relation.CONTINUE, order=order, picture=picture)

    async def join(self, source: Job, requester: Requester) -> Receipt:
        """Join a video and all videos that it continues into one file. The provider gets no order."""
        clips = await self.chain(source)
        if len(clips) == 1:
            raise NothingToJoin
        for clip in clips:
            _require_intact(clip)
            await self._require_shared(clip, requester, Relation.JOIN)
        films = [await self._files.best_video(clip) for clip in clips]
        new = _new_order(source, requester, Relation.JOIN, order=_joined(clips), private=_any_private(clips))

        async def make(target: Path) -> None:
            try:
                await self._tools.join(films, target)
            except NotAVideo as error:
                raise CannotBeJoined(str(error)) from error

        return await self._service.present(new, make=make)

    async def chain(self, source: Job) -> list[Job]:
        """Return the jobs whose videos `join` would join, oldest first; only `source` itself if it continues none."""
        clips = await self._job_queries.chain(source, limit=MAX_CLIPS + 1)
        if len(clips) > MAX_CLIPS:
            raise ChainTooLong(MAX_CLIPS)
        return clips

    async def _again(self, source: Job, requester: Requester, relation: Relation) -> Receipt:
        # Discord's link to the picture may have expired, so the stored file is used.
        order = replace(Order.of(source), first_frame_url=None)
        return await self._order(source, requester, relation, order=order, frame_of=source.first_frame)

    async def _order(
        self,
        source: Job,
        requester: Requester,
        relation: Relation,
        *,
        order: Order,
        picture: bytes | None = None,
        frame_of: str | None = None,
    ) -> Receipt:
        new = _new_order(source, requester, relation, order=order, private=_any_private([source]))
        return await self._service.submit(replace(new, picture=picture, frame_of=frame_of))

    async def _require_shared(self, source: Job, requester: Requester, relation: Relation) -> None:
        _require_visible(source, requester, relation)
        if source.user_id == requester.owner.user_id:
            return
        if not (await self._preferences.member(source.user_id)).reusable:
            raise NotReusable(source.user_id)


def may_be_retried(job: Job) -> bool:
    """Return whether a job ended without a video and is known to have cost nothing."""
    if job.relation is Relation.JOIN or job.erased_at is not None:
        return False
    uncharged = job.state is JobState.FAILED and job.charged == 0
    return uncharged or (job.state is JobState.CANCELLED and job.reason is Reason.WAITED_TOO_LONG)


def may_be_upscaled(job: Job) -> bool:
    """Return whether the provider can make the same video at 1080p."""
    if job.relation is Relation.JOIN or job.erased_at is not None or job.state is not JobState.DELIVERED:
        return False
    options = Order.of(job).request.options
    return options.duration is Duration.SHORT and options.resolution is Resolution.P768


class VariationRefused(Exception):
    """Raised if a variation is not possible; no job was made and nothing was counted."""


class JobErased(VariationRefused):
    """Raised if the old job was deleted on request; `key` is its key."""

    def __init__(self, key: str) -> None:
        super().__init__(f"job was erased: job={key}")
        self.key = key


class NotReusable(VariationRefused):
    """Raised if the old job is of the member `author_id`, who does not share videos with other members."""

    def __init__(self, author_id: int) -> None:
        super().__init__(f"not shared by its author: user={author_id}")
        self.author_id = author_id


class NotPossible(VariationRefused):
    """Raised if the old job does not allow the variation `relation`."""

    def __init__(self, relation: Relation) -> None:
        super().__init__(f"not possible with this job: {relation}")
        self.relation = relation


class NothingToJoin(VariationRefused):
    """Raised if the video continues no other video, so that there is nothing to join."""


class ChainTooLong(VariationRefused):
    """Raised if more than `limit` videos would be joined."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} clips")
        self.limit = limit


class CannotBeJoined(VariationRefused):
    """Raised if the files cannot be joined; the message says why, for the log."""


def _require_ordered(source: Job, relation: Relation) -> None:
    """Refuse a job that was never ordered (a join), or whose order was deleted."""
    _require_intact(source)
    if source.relation is Relation.JOIN:
        raise NotPossible(relation)


def _require_intact(source: Job) -> None:
    if source.erased_at is not None:
        raise JobErased(source.key)


def _require_visible(source: Job, requester: Requester, relation: Relation) -> None:
    """Refuse a job of another member that only its author has seen: private, or never delivered."""
    if source.user_id == requester.owner.user_id:
        return
    if source.route is Route.PRIVATE:
        raise NotReusable(source.user_id)
    if source.state is not JobState.DELIVERED:
        raise NotPossible(relation)


def _any_private(sources: Sequence[Job]) -> bool:
    """Return whether one of the jobs is private: a variation of a private video is private, too."""
    return any(source.route is Route.PRIVATE for source in sources)


def _with_picture(order: Order) -> Order:
    return replace(order, request=replace(order.request, has_first_frame=True), first_frame_url=None)


def _joined(clips: Sequence[Job]) -> Order:
    """Build the order of a joined video: the format of the last video, the texts and seconds of all."""
    orders = [Order.of(clip) for clip in clips]
    return Order(
        request=orders[-1].request,
        text="\n".join(order.text for order in orders),
        joined_seconds=sum(order.seconds for order in orders),
    )


def _new_order(
    source: Job, requester: Requester, relation: Relation, *, order: Order, private: bool
) -> NewOrder:
    requester = replace(
        requester,
        private=requester.private or private,
        spoiler=requester.spoiler or bool(source.spoiler),
    )
    return NewOrder(requester=requester, order=order, parent_id=source.id, relation=relation)
