"""The provider as the rest of the program sees it: three calls, and the values that they return.

How a picture travels (embedded, uploaded, or as an address) and how the gateway spells things stands below it.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from hailuo.request import VideoRequest

_FILTERED = re.compile(
    r"(?<![0-9a-z])102[67](?![0-9a-z])|(?<!case[ -])sensitive|moderation|敏感|审核", re.IGNORECASE
)


class TaskStatus(StrEnum):
    """What our side does next. A status we do not know, or a success without a file yet, is still running."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class FailureKind(StrEnum):
    """Why a task failed, as far as the user is concerned."""

    MODERATED = "moderated"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The provider's remote work that makes one video, as it was last reported.

    `raw_status` is the provider's word. `progress` is 0..100 as reported, never invented. `expires_at` (epoch ms)
    is the end of `video_url`, `finished_at` (epoch ms) when the provider says that it was done. Times are estimates of
    the provider, `cost_usd` is what it says it charged. `lacks_file`: it says that it is done, and names no file yet.
    """

    id: str
    status: TaskStatus
    raw_status: str
    progress: int | None = None
    video_url: str | None = None
    expires_at: int | None = None
    finished_at: int | None = None
    estimated_seconds: float | None = None
    cost_usd: float | None = None
    error_code: str | None = None
    error_message: str | None = None
    lacks_file: bool = False

    def failure(self) -> FailureKind:
        """Return why a failed task failed."""
        if self.raw_status.casefold() == "violation":
            return FailureKind.MODERATED
        text = f"{self.error_code or ''} {self.error_message or ''}"
        return FailureKind.MODERATED if speaks_of_moderation(text) else FailureKind.PROVIDER


def speaks_of_moderation(text: str) -> bool:
    """Say whether an error's words, or the MiniMax codes 1026 and 1027 in them, mean the content filter."""
    return _FILTERED.search(text) is not None


@dataclass(frozen=True, slots=True)
class Balance:
    """Remaining and used amounts in the provider's own unit (USD, CNY or tokens); None if not stated."""

    remaining: float | None
    used: float | None
    unlimited: bool = False

    def __str__(self) -> str:
        left = "no limit" if self.unlimited else f"{self.remaining:g} left"
        return left if self.used is None else f"{left}, {self.used:g} used"


class Provider(Protocol):
    """One account that videos are ordered at. Which error means what stands in `hailuo.errors`."""

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Order one video and return the task's identifier. The paid call.

        Args:
            first_frame: a JPEG or PNG file, or the address of a picture.
            submit_key: 1..191 visible ASCII characters, stored before the call.
            new_key: stores another key and returns it, for a second body if the picture is refused as it was sent;
                without it, there is no second body.

        Raises:
            Rejected: never billed.
            NotSent: the order did not leave; safe to repeat.
            OutcomeUnknown: it may have been accepted and billed.
            Unavailable, Misconfigured: the picture could not be uploaded; nothing was ordered.
            OSError: the file cannot be read.
        """
        ...

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Ask how a task is doing.

        Args:
            api_url: the root that the task was ordered at, when it may differ from today's.

        Raises:
            TaskNotFound, KeyRefused, OutOfCredit, RateLimited, Unavailable, Misconfigured
        """
        ...

    async def balance(self) -> Balance:
        """Return what is left on the account.

        Raises:
            KeyRefused, OutOfCredit, RateLimited, Unavailable
            Misconfigured: with `status` 404, this provider has no such call.
        """
        ...
