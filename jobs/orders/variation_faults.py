"""Why no new job is made from an old one: what a person could not know, with what a sentence about it needs.

TakeRefused
 +-- FrameGone     the first frame that should go along is no longer kept
 +-- VideoGone     the video is no longer kept, or there is none yet
 +-- JobErased     it was deleted on request
 +-- NotReusable   it is somebody else's, who keeps it to themselves
 +-- NotPossible   not from a job like this
 +-- NothingToJoin the clip goes on from no other one
 +-- ChainTooLong  more clips than are joined
 +-- CannotBeJoined their files do not make one film: damaged, or too long together
"""

from db.jobs.job import Relation


class VariationRefused(Exception):
    """Nothing was made and nothing counted."""


class FrameGone(VariationRefused):
    """`name` is the file that is missing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"first frame is gone: {name}")
        self.name = name


class VideoGone(VariationRefused):
    """`key` is the job whose video is missing."""

    def __init__(self, key: str) -> None:
        super().__init__(f"video is gone: job={key}")
        self.key = key


class JobErased(VariationRefused):
    """`key` is the job that was deleted."""

    def __init__(self, key: str) -> None:
        super().__init__(f"job was erased: job={key}")
        self.key = key


class NotReusable(VariationRefused):
    """`author_id` is the member who does not share."""

    def __init__(self, author_id: int) -> None:
        super().__init__(f"not shared by its author: user={author_id}")
        self.author_id = author_id


class NotPossible(VariationRefused):
    """`relation` is what was asked for."""

    def __init__(self, relation: Relation) -> None:
        super().__init__(f"not possible with this job: {relation}")
        self.relation = relation


class NothingToJoin(VariationRefused):
    """A chain of one clip is the clip."""


class ChainTooLong(VariationRefused):
    """`limit` is how many clips are joined at most."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} clips")
        self.limit = limit


class CannotBeJoined(VariationRefused):
    """The text says what is wrong with the files, for the log."""
