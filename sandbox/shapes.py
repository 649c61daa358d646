"""The formats ("shapes") of the JSON in answers: the documented one, and all variants seen in APIs of this family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Envelope(StrEnum):
    """The JSON around a payload. Documented are a list for the submit call and an object for a task."""

    LIST = "list"
    OBJECT = "object"
    FLAT = "flat"
    NEWER = "newer"


class Identifier(StrEnum):
    """The field in which a reply names its task. `NUMBER` also gives a new task a numeric id."""

    TASK_ID = "task_id"
    ID = "id"
    NUMBER = "number"
    ABSENT = "absent"


class ResultAt(StrEnum):
    """The place of the video's URL in the reply about a completed task."""

    RESULT_VIDEOS = "result.videos"
    RESULT_VIDEO = "result.video"
    RESULT_IS_URL = "result.url"
    RESULT_VIDEO_URL = "result.video_url"
    RESULTS = "results"
    RESULTS_URL = "results.url"
    VIDEOS = "videos"
    VIDEO = "video"
    URL = "url"
    VIDEO_URL = "video_url"
    OUTPUT_VIDEOS = "output.videos"
    METADATA_URL = "metadata.url"
    RESULT_URL = "result_url"
    RESULT_URLS = "result_urls"
    FILES = "files"
    NOWHERE = "nowhere"


class UrlForm(StrEnum):
    """The form of a URL in a reply: a list, as documented for tasks, or a string, as in most sibling APIs."""

    LIST = "list"
    STRING = "string"
    EMPTY = "empty"


class ErrorForm(StrEnum):
    """The form of the error in a reply: of the field `error`, or as MiniMax's own two APIs report it."""

    OBJECT = "object"
    STRING = "string"
    NULL = "null"
    ABSENT = "absent"
    BASE_RESP = "base_resp"
    MINIMAX_V2 = "minimax_v2"


class NumberForm(StrEnum):
    """The form of a number in a reply."""

    INTEGER = "integer"
    STRING = "string"
    PERCENT = "percent"
    ABSENT = "absent"


class ExpiryAt(StrEnum):
    """The place of `expires_at` in a reply: beside the URL, or in the task itself."""

    FORM_STATE = "beside"
    TASK = "task"
    ABSENT = "absent"


class Times(StrEnum):
    """The names of a task's time fields, such as `created` or `created_at`."""

    PLAIN = "created"
    WITH_AT = "created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A format of the JSON answers; the defaults are the documented format.

    error_code: None means an integer in an HTTP error and a word in a task. running, completed, failed: replace the
    documented status words.
    """

    envelope: Envelope | None = None
    identifier: Identifier | None = None
    result: ResultAt = ResultAt.RESULT_VIDEOS
    url: UrlForm = UrlForm.LIST
    expiry: ExpiryAt = ExpiryAt.FORM_STATE
    error: ErrorForm = ErrorForm.OBJECT
    error_code: NumberForm | None = None
    code: NumberForm = NumberForm.INTEGER
    progress: NumberForm = NumberForm.INTEGER
    times: Times = Times.PLAIN
    running: str = ""
    completed: str = ""
    failed: str = ""

    @classmethod
    def parse(cls, text: str) -> "Shape":
        """Parse a shape from `field:value,field:value`, such as `envelope:flat,result:metadata.url`.

        Raises:
            ValueError: a field or value is unknown.
        """
        pairs = dict(_pair(part) for part in text.split(",") if part)
        if unknown := pairs.keys() - {field.name for field in fields(cls)}:
            raise ValueError(f"not a part of a shape: {', '.join(sorted(unknown))}")
        return cls(**{name: _READERS.get(name, str)(value) for name, value in pairs.items()})


def _pair(part: str) -> tuple[str, str]:
    name, _, value = part.partition(":")
    return name.strip(), value.strip()


_READERS: Mapping[str, Callable[[str], Any]] = MappingProxyType(
    {
        "envelope": Envelope,
        "identifier": Identifier,
        "result": ResultAt,
        "url": UrlForm,
        "expiry": ExpiryAt,
        "error": ErrorForm,
        "error_code": NumberForm,
        "code": NumberForm,
        "progress": NumberForm,
        "times": Times,
    }
)

DOCUMENTED = Shape()
MINIMAX_V1 = Shape(error=ErrorForm.BASE_RESP)
MINIMAX_V2 = Shape(error=ErrorForm.MINIMAX_V2)
