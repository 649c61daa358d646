"""The weather of one rule: what goes wrong at the provider and in the channels while it acts."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jobs.notify.notifier import NotifyError, TooLarge, TryLater, Unreachable
from sandbox.faults import Fault, FaultName, Where


class Step(StrEnum):
    """The steps, by what they do."""

    SUBMIT = "submit"
    POLL = "poll"
    DELIVER = "deliver"
    TELL = "tell"


@dataclass(frozen=True, slots=True)
class Weather:
    """`refusals` meet deliveries and words, `search_refusals` a look at the channel."""

    name: str
    fault: Fault | None = None
    refusals: tuple[type[NotifyError], ...] = ()
    search_refusals: tuple[type[NotifyError], ...] = ()
    loses_answer: bool = False

    def _repr_pretty_(self, printer: Any, _cycle: object) -> None:
        """Show the name alone where Hypothesis prints a history."""
        printer.text(self.name)


FINE = Weather("fine")
REFUSED = Weather("refused_by_filter", Fault(FaultName.MODERATED))

ORDERING = (
    FINE,
    Weather("rate_limited", Fault(FaultName.RATE_LIMITED, "30")),
    Weather("unavailable", Fault(FaultName.UNAVAILABLE, "5")),
    Weather("cut_before_reading", Fault(FaultName.CUT_BEFORE_READING)),
    Weather("cut_after_accepting", Fault(FaultName.CUT_AFTER_ACCEPTING)),
    Weather("error_after_accepting", Fault(FaultName.BAD_GATEWAY, "html", accepted=True)),
    REFUSED,
    Weather("out_of_credit", Fault(FaultName.OUT_OF_CREDIT)),
    Weather("fails", Fault(FaultName.FAILS_PROVIDER)),
    Weather("fails_by_filter", Fault(FaultName.FAILS_MODERATED)),
    Weather("takes_long", Fault(FaultName.STUCK, "1500")),
)
LOOKING = (
    FINE,
    Weather("looks_rate_limited", Fault(FaultName.RATE_LIMITED, "30", where=Where.TASK)),
    Weather("looks_unavailable", Fault(FaultName.UNAVAILABLE, where=Where.TASK)),
    Weather("task_not_found", Fault(FaultName.NOT_FOUND)),
    Weather("key_refused", Fault(FaultName.BAD_KEY, where=Where.TASK)),
    Weather("done_without_file", Fault(FaultName.SHAPE, "result:nowhere", where=Where.TASK)),
)
DELIVERING = (
    FINE,
    Weather("link_expired", Fault(FaultName.EXPIRED)),
    Weather("file_cut", Fault(FaultName.TRUNCATED, "50")),
    Weather("too_large_once", refusals=(TooLarge,)),
    Weather("too_large", refusals=(TooLarge, TooLarge)),
    Weather("unreachable", refusals=(Unreachable,), search_refusals=(Unreachable,)),
    Weather("channel_busy", refusals=(TryLater,), search_refusals=(TryLater,)),
    Weather("answer_lost", loses_answer=True),
    Weather("answer_for_smaller_lost", refusals=(TooLarge,), loses_answer=True),
)
TELLING = (
    FINE,
    Weather("nobody_reached", refusals=(Unreachable,)),
    Weather("busy", refusals=(TryLater,)),
)
LASTING = (FINE, *ORDERING[1:4], LOOKING[3], ORDERING[-1])
