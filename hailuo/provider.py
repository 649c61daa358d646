"""The interface of the video provider for the rest of the program: its calls, and the values that they return.

`hailuo/client.py` and `hailuo/minimax.py` implement it: how pictures are sent and how fields are spelled is decided
there.
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
    """The status of a task. An unknown status, or a success without a file yet, counts as running."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class FailureKind(StrEnum):
    """The reason why a task failed, as the user sees it: the content filter, or any other fault of the provider."""

    MODERATED = "moderated"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """The provider's work on one video, as reported by the latest poll.

    raw_status: the provider's own word. progress: 0..100 as reported, never invented. expires_at: the time when
    `video_url` expires, epoch ms. finished_at: the end of the task as stated by the provider, epoch ms.
    estimated_seconds: the provider's estimate. cost_usd: the charge that the provider states. lacks_file: the provider
    says that the task succeeded, but names no file yet.
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
        """Return the reason of the failure of a failed task."""
        if self.raw_status.casefold() == "violation":
            return FailureKind.MODERATED
        text = f"{self.error_code or ''} {self.error_message or ''}"
        return FailureKind.MODERATED if speaks_of_moderation(text) else FailureKind.PROVIDER


def speaks_of_moderation(text: str) -> bool:
    """Return whether an error's text, or MiniMax's code 1026 or 1027 in it, means that the content filter refused."""
    return _FILTERED.search(text) is not None


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's remaining and used amounts, in `unit`; None if not stated."""

    remaining: float | None
    used: float | None
    unlimited: bool = False
    unit: str = "USD"

    def __str__(self) -> str:
        left = "no limit" if self.unlimited else f"{self._amount(self.remaining or 0)} left"
        return left if self.used is None else f"{left}, {self._amount(self.used)} used"

    def _amount(self, amount: float) -> str:
        return f"${amount:.2f}" if self.unit == "USD" else f"{amount:g} {self.unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTask:
    """A task in the provider's list of all tasks of the account, which shows no prompt.

    `created_at`: epoch ms. What the list does not state is empty or None.
    """

    id: str
    created_at: int
    status: str
    model: str
    resolution: str
    seconds: int | None
    ratio: str | None


class Provider(Protocol):
    """The interface of one account at a video provider. `hailuo.errors` describes the errors."""

    async def submit(
        self,
        request: VideoRequest,
        first_frame: Path | str | None,
        *,
        last_frame: Path | str | None = None,
        submit_key: str,
        new_key: Callable[[], Awaitable[str]] | None = None,
    ) -> str:
        """Order one video and return the task's identifier. This is the paid call.

        Args:
            first_frame, last_frame: JPEG or PNG files, or addresses of pictures.
            submit_key: the idempotency key: 1..191 visible ASCII characters, stored before the call.
            new_key: stores another key and returns it, for a second attempt if the provider refuses the form in which
                the picture was sent; without it, there is no second attempt.

        Raises:
            Rejected: the provider refused; never billed.
            NotSent: the order was not sent; safe to repeat.
            OutcomeUnknown: the order may have been accepted and billed.
            Unavailable, Misconfigured: the picture could not be uploaded; nothing was ordered.
            OSError: the file cannot be read.
        """
        ...

    async def get_task(self, task_id: str, *, api_url: str | None = None) -> Task:
        """Poll a task: return its present state.

        Args:
            api_url: the API root at which the task was ordered, if it may differ from the present one.

        Raises:
            TaskNotFound, KeyRefused, OutOfCredit, RateLimited, Unavailable, Misconfigured
        """
        ...

    async def cancel(self, task_id: str) -> None:
        """Cancel a task that the provider has not begun; it is then not charged.

        Raises:
            TaskNotFound, KeyRefused, RateLimited, Unavailable: it was not cancelled, or nobody can tell; poll it.
            Misconfigured: with `status` 404, this provider has no call to cancel.
        """
        ...

    async def list_tasks(self, *, since: int) -> list[ListedTask]:
        """Return the account's tasks that were created at `since` (epoch ms) or later.

        Raises:
            KeyRefused, RateLimited, Unavailable
            Misconfigured: with `status` 404, this provider has no list.
        """
        ...

    async def balance(self) -> Balance:
        """Return the account's balance.

        Raises:
            KeyRefused, OutOfCredit, RateLimited, Unavailable
            Misconfigured: with `status` 404, this provider has no call for the balance.
        """
        ...
