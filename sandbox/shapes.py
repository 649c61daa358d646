"""The JSON that answers carry: the documented shape, and every variation that was seen at this API family."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Envelope(StrEnum):
    """What is wrapped around a payload. The submit call is documented with a list, the task with an object."""

    LIST = "list"
    OBJECT = "object"
    FLAT = "flat"
    NEWER = "newer"


class Identifier(StrEnum):
    """How a reply names its task. `NUMBER` also makes the task's id a number from then on."""

    TASK_ID = "task_id"
    ID = "id"
    NUMBER = "number"
    ABSENT = "absent"


class ResultAt(StrEnum):
    """Where a completed task keeps the address of its video."""

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
    """An address as the task page shows it (a list) or as most siblings do."""

    LIST = "list"
    STRING = "string"
    EMPTY = "empty"


class ErrorForm(StrEnum):
    """What `error` holds."""

    OBJECT = "object"
    STRING = "string"
    NULL = "null"
    ABSENT = "absent"


class NumberForm(StrEnum):
    """How a figure is written."""

    INTEGER = "integer"
    STRING = "string"
    PERCENT = "percent"
    ABSENT = "absent"


class ExpiryAt(StrEnum):
    """Where `expires_at` stands."""

    FORM_STATE = "beside"
    TASK = "task"
    ABSENT = "absent"


class Times(StrEnum):
    """How the moments of a task are named."""

    PLAIN = "created"
    WITH_AT = "created_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One way of writing the answers. The defaults are the documented one.

    `error_code` None is an integer in an HTTP error and a word in a task. `running`, `completed` and `failed` replace the status words.
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
        """Read `field:value,field:value`, such as `envelope:flat,result:metadata.url`.

        Raises:
            ValueError: an unknown field or value.
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
