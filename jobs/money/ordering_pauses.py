"""What stops ordering: pauses of the whole bot or of one server, and the operator's switch."""

import logging
from pathlib import Path

from db.settings.pauses import Cause, Pause, Pauses

log = logging.getLogger(__name__)


class KillSwitch:
    """The file `paused` in the folder of the installation: while it is there, this machine orders nothing.

    The database may be held by a running bot, Discord may be away: a file can always be made. What was ordered goes on.
    """

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


class OrderingPauses:
    """Stops ordering, and lets it go on."""

    def __init__(self, pauses: Pauses, switch: KillSwitch) -> None:
        self._pauses = pauses
        self._switch = switch

    @property
    def is_switched_off(self) -> bool:
        """Tell whether the operator's switch on this machine is on."""
        return self._switch.is_on

    async def standing(self, guild_id: int | None = None) -> list[Pause]:
        """Return the pauses in force for a server, or (None) all there are."""
        return await self._pauses.standing(guild_id)

    async def stop(self) -> None:
        """Order nothing any more, anywhere."""
        await self._pauses.pause(Cause.OPERATOR)
        log.warning("ordering is stopped by the operator")

    async def go_on(self) -> bool:
        """Lift all that pauses the whole bot; say whether anything did."""
        switched = self._switch.turn_off()
        lifted = [cause for cause in Cause if await self._pauses.lift(cause)]
        log.warning("ordering goes on, by the operator")
        return switched or bool(lifted)
