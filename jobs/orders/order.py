"""What a member ordered, as it is kept on the row: the request, and the words it was made from."""

import json
from dataclasses import dataclass, replace
from typing import Any

from db.jobs.job import Job
from hailuo.camera import CameraMove
from hailuo.request import VideoRequest

ERASED = "-"
"""The prompt of an order whose words were deleted: a request has to have one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order. `text` and `moves` are what the member typed and chose; `request.prompt` is what is sent."""

    request: VideoRequest
    text: str
    moves: tuple[CameraMove, ...] = ()
    first_frame_url: str | None = None  #: where the picture came from; used only where URLs are passed on
    joined_seconds: int | None = None  #: how long the clips are together, where several were joined

    def erased(self) -> "Order":
        """Return the order without what a person wrote or gave; its format stays."""
        request = replace(self.request, prompt=ERASED, has_first_frame=False)
        return Order(request=request, text="", joined_seconds=self.joined_seconds)

    @property
    def seconds(self) -> int:
        """Return how long the video is."""
        return self.joined_seconds or int(self.request.options.duration)

    @property
    def format(self) -> str:
        """Return the label that orders of about the same render time share."""
        options = self.request.options
        return f"{options.model}/{int(options.duration)}s/{options.resolution}"

    def to_json(self) -> str:
        """Return the order as the text of a row."""
        return json.dumps(
            {
                "request": self.request.to_json(),
                "text": self.text,
                "moves": [move.value for move in self.moves],
                "first_frame_url": self.first_frame_url,
                "joined_seconds": self.joined_seconds,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Order":
        """Rebuild the order of a row."""
        data: dict[str, Any] = json.loads(text)
        return cls(
            request=VideoRequest.from_json(data["request"]),
            text=data["text"],
            moves=tuple(CameraMove(key) for key in data["moves"]),
            first_frame_url=data["first_frame_url"],
            joined_seconds=data.get("joined_seconds"),
        )

    @classmethod
    def of(cls, job: Job) -> "Order":
        """Return the order that `job` carries."""
        return cls.from_json(job.request_json)


def blank(request_json: str) -> str:
    """Return the order of a row without what a person wrote or gave."""
    return Order.from_json(request_json).erased().to_json()
