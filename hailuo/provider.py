"""What the provider's calls return: the task that makes one video, and the balance of the account."""

import re
from dataclasses import dataclass
from enum import StrEnum

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
