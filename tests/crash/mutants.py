"""The mutants: ways to break a promise, each with the runs that must show it."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from jobs.runtime.failpoints import Failpoint
from tests.crash.plans import Ending, Run, single


class Mutant(StrEnum):
    """One behaviour of the product, replaced by `mutated_bot.py`."""

    REQUEUE_SUBMITTING = "requeue_submitting"
    RANDOM_NONCE = "random_nonce"
    DROP_FENCE = "drop_fence"
    REPLY_BEFORE_COMMIT = "reply_before_commit"
    RETRY_POST = "retry_post"
    FOLLOW_UP_DELIVERY = "follow_up_delivery"


SHOWN_BY: Mapping[Mutant, tuple[Run, ...]] = MappingProxyType(
    {
        Mutant.REQUEUE_SUBMITTING: (single(Failpoint.SUBMIT_ORDERED),),
        Mutant.RANDOM_NONCE: (single(Failpoint.DELIVER_SENT),),
        Mutant.DROP_FENCE: (Run(Ending.DELIVERED, (Failpoint.SUBMIT_ORDERED,), takeover=True),),
        Mutant.REPLY_BEFORE_COMMIT: (single(Failpoint.ADMIT_ASKED),),
        Mutant.RETRY_POST: (Run(Ending.CUT, ()),),
        Mutant.FOLLOW_UP_DELIVERY: (single(Failpoint.DELIVER_SENT),),
    }
)
