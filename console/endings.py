"""How `python bot.py generate` can end."""

from enum import IntEnum


class Ending(IntEnum):
    """The exit codes; docs/generate.md tells them."""

    DONE = 0
    FAILED = 1  #: network or disk: nothing was ordered, or what was ordered can be fetched later
    MISUSED = 2  #: settings or arguments
    REFUSED = 3  #: by the provider: its filter, the key, the credit or the request
    BROKEN = 4  #: ordered, and the provider made no video of it
    LATE = 5  #: ordered, and not done in time; it can be fetched later
    UNKNOWN = 6  #: it may have been ordered and charged
    INTERRUPTED = 130  #: by Ctrl-C


class Stopped(Exception):
    """It went no further: an exit code, and words about what is now. `goes_on`: the order can be fetched later."""

    def __init__(self, ending: Ending, words: str, *, goes_on: bool = False) -> None:
        super().__init__(words)
        self.ending = ending
        self.goes_on = goes_on
