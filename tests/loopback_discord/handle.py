"""A handle on one interaction: what a user would see of its answer, waited for without polling."""

from collections.abc import Callable

from tests.loopback_discord.ledger import Callback, Interaction, Message
from tests.loopback_discord.wakeup import Wakeup


class Handle:
    """One interaction on its way. `interaction` is its entry in the ledger."""

    def __init__(self, interaction: Interaction, wakeup: Wakeup) -> None:
        self.interaction = interaction
        self._wakeup = wakeup

    @property
    def id(self) -> int:
        return self.interaction.id

    async def callback(self, timeout: float = 10.0) -> Callback:
        what = f"acknowledgement of interaction {self.id}"
        return await self._wakeup.until(lambda: self.interaction.callback, timeout, what=what)

    async def original(
        self, timeout: float = 10.0, predicate: Callable[[Message], bool] = lambda _: True
    ) -> Message:

        def ready() -> Message | None:
            message = self.interaction.original
            return message if message and not message.loading and predicate(message) else None

        try:
            return await self._wakeup.until(ready, timeout, what="reply")
        except TimeoutError as error:
            shown = self.interaction.original.content if self.interaction.original else "nothing"
            raise TimeoutError(f"{error}; the reply was: {shown}") from None
