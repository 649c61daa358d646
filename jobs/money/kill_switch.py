"""The operator's switch on this machine: a file whose presence stops all ordering, also where nothing else answers.

The database may be held by a running bot, Discord may be away: a file can always be made. What was ordered goes on.
"""

from pathlib import Path


class KillSwitch:
    """Looks for the file `paused` in the folder of the installation."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "paused"

    @property
    def is_on(self) -> bool:
        """Tell whether nothing may be ordered."""
        return self.file.exists()

    def turn_on(self) -> bool:
        """Stop all ordering; say whether it went on until now."""
        before = self.is_on
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.touch()
        return not before

    def turn_off(self) -> bool:
        """Let orders out again; say whether they were stopped by this."""
        before = self.is_on
        self.file.unlink(missing_ok=True)
        return before
