"""What a crash run does: which ending it heads for, and at which beats the bot dies on the way."""

import itertools
from dataclasses import dataclass
from enum import StrEnum

from jobs.runtime.failpoints import Failpoint


class Ending(StrEnum):
    """What the provider and Discord make of the job, as long as nobody dies."""

    DELIVERED = "delivered"
    FAILED = "failed"  #: the generation fails; told in the channel
    MODERATED = "moderated"  #: the generation is refused; told in private
    UNDELIVERABLE = "undeliverable"  #: the channel takes no video; told in private
    WITHDRAWN = "withdrawn"  #: the bot was away for so long that a queued job is cancelled; needs a death
    CUT = "cut"  #: the connection breaks after the provider accepted; the outcome is unknown


@dataclass(frozen=True, slots=True)
class Run:
    """One job, and the beats at which the bot dies, one per life; then it lives on.

    With `takeover` the process is stopped at the beat in place of killed, another takes over, and the first goes on.
    """

    ending: Ending
    beats: tuple[Failpoint, ...]
    takeover: bool = False

    def __str__(self) -> str:
        manner = "taken over at" if self.takeover else "killed at"
        return f"{self.ending}: {manner} {' then '.join(self.beats) or 'nothing'}"


_MAKES_UNKNOWN = frozenset({Failpoint.SUBMIT_CLAIMED, Failpoint.SUBMIT_ORDERING, Failpoint.SUBMIT_ORDERED})
_STRANDED = frozenset({Failpoint.STRANDED_CLAIMED, Failpoint.STRANDED_RECORDED})
_TELL = frozenset({Failpoint.ENDING_CLAIMED, Failpoint.ENDING_SENT, Failpoint.ENDING_RECORDED})
_DELIVER = frozenset(beat for beat in Failpoint if beat.name.startswith("DELIVER_"))
_PRIVATE = (Ending.MODERATED, Ending.UNDELIVERABLE, Ending.CUT)


def ending_for(beats: tuple[Failpoint, ...]) -> Ending:
    """Return the ending on whose way most of `beats` lie."""
    if Failpoint.WITHDRAWN in beats:
        return Ending.WITHDRAWN
    if not _TELL & set(beats) or beats[0] in _MAKES_UNKNOWN:
        return Ending.DELIVERED
    return Ending.UNDELIVERABLE if _DELIVER & set(beats) else Ending.FAILED


def single(beat: Failpoint) -> Run:
    """Return the shortest run in which the bot dies at `beat`; some need an earlier death."""
    if beat in _STRANDED:
        return Run(Ending.DELIVERED, (Failpoint.SUBMIT_CLAIMED, beat))
    if beat is Failpoint.WITHDRAWN:
        return Run(Ending.WITHDRAWN, (Failpoint.ADMIT_COMMITTED, beat))
    return Run(ending_for((beat,)), (beat,))


def controls() -> list[Run]:
    """Return a run without any death for every ending that needs none."""
    return [Run(ending, ()) for ending in Ending if ending is not Ending.WITHDRAWN]


def singles() -> list[Run]:
    """Return a death at every beat; each beat of telling on the way to every ending that is told."""
    private = [Run(ending, (beat,)) for ending, beat in itertools.product(_PRIVATE, sorted(_TELL))]
    withdrawn = [Run(Ending.WITHDRAWN, (Failpoint.ADMIT_COMMITTED, beat)) for beat in sorted(_TELL)]
    return [single(beat) for beat in Failpoint] + private + withdrawn


def pairs() -> list[Run]:
    """Return two deaths, at every ordered pair of beats."""
    return [Run(ending_for(beats), beats) for beats in itertools.product(Failpoint, repeat=2)]


def takeovers() -> list[Run]:
    """Return a stopped process at every beat behind the commit that one death can reach."""
    beats = [
        beat for beat in Failpoint if beat not in _STRANDED | {Failpoint.ADMIT_ASKED, Failpoint.WITHDRAWN}
    ]
    return [Run(ending_for((beat,)), (beat,), takeover=True) for beat in beats]
