"""`python bot.py pause`, `resume` and `unblock`: what an operator stops, and lets go on."""

from db.engines.errors import DatabaseBusy, SourceUnusable
from db.settings.pauses import EVERYWHERE, Cause
from db.store import is_shared, open_store, require_source
from jobs.money.ordering_pauses import KillSwitch

PAUSED = "Nothing is ordered any more. What was ordered is still delivered. `python bot.py resume` lets orders out again."
RESUMED = "Orders go out again."
NOT_PAUSED = "Nothing was paused."
STILL_HELD = (
    "The bot is running and holds the database: a pause that it has made itself is lifted by `/operator resume` in "
    "Discord, or by this command while it is stopped."
)


async def pause(database_url: str, switch: KillSwitch) -> bool:
    """Stop all ordering: by the switch on this machine, and by a row where several machines look at one database."""
    switch.turn_on()
    if is_shared(database_url):
        async with open_store(database_url, worker="console", lease_seconds=1) as store:
            await store.pauses.pause(Cause.OPERATOR)
    print(PAUSED)
    return True


async def resume(database_url: str, switch: KillSwitch) -> bool:
    """Turn the switch off, and lift every pause of the whole bot if the database can be written to."""
    resumed = switch.turn_off()
    try:
        await require_source(database_url)
        async with open_store(database_url, worker="console", lease_seconds=1) as store:
            lifted = [cause for cause in Cause if await store.pauses.lift(cause)]
    except DatabaseBusy:
        print(RESUMED if resumed else STILL_HELD)
        return resumed
    except SourceUnusable:
        lifted = []
    print(RESUMED if resumed or lifted else NOT_PAUSED)
    return True


async def unblock(database_url: str, user_id: int, *, guild_id: int | None) -> bool:
    """Let a member order again: everywhere, or in one server. Say whether they were blocked there."""
    async with open_store(database_url, worker="console", lease_seconds=1) as store:
        lifted = await store.blocks.unblock(user_id, guild_id=EVERYWHERE if guild_id is None else guild_id)
    print("They may order again." if lifted else "They were not blocked there.")
    return lifted
