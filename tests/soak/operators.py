"""The operator of the bots: whenever one waits for a person before it orders anything more, they let it go on."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager

from db.settings.pauses import Cause
from tests.loopback_discord import NotSendable
from tests.soak.keeper import Keeper, beside
from tests.soak.stage import Stage
from tests.support.processes import resume

_WAIT_FOR_A_PERSON = {Cause.KEY, Cause.BALANCE}
_LOOK_SECONDS = 0.5


def operating(stage: Stage, keeper: Keeper) -> AbstractAsyncContextManager[None]:
    return beside(_operate(stage, keeper))


async def _operate(stage: Stage, keeper: Keeper) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if any(pause["cause"] in _WAIT_FOR_A_PERSON for pause in stage.rows().pauses):
            # A bot that was killed answers nothing: the next look finds it paused as before.
            with contextlib.suppress(TimeoutError, NotSendable, LookupError):
                await keeper.until_ready()
                await resume(stage.discord)
