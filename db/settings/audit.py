"""Who changed what in a guild, append-only."""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change. `at` is epoch ms; `action` is a word of the catalogue, `detail` the new value as text."""

    id: int
    guild_id: int
    user_id: int
    at: int
    action: str
    detail: str | None


class Audit:
    """Writes and reads them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def note(self, guild_id: int, user_id: int, *, action: str, detail: str | None = None) -> None:
        """Write down what somebody changed."""
        values = {"guild_id": guild_id, "user_id": user_id, "action": action, "detail": detail}

        async def body(transaction: Transaction) -> None:
            await transaction.one(_NOTE, **values)

        await self._engine.write(body)

    async def page(self, guild_id: int, *, before_id: int | None = None, limit: int = 15) -> list[Entry]:
        """Return a guild's changes older than `before_id`, newest first."""
        values = {"guild_id": guild_id, "before_id": before_id or 2**62, "limit": limit}

        async def body(transaction: Transaction) -> list[Entry]:
            return [Entry(**row) for row in await transaction.all(_PAGE, **values)]

        return await self._engine.read(body)


_NOTE = """
INSERT INTO audit (guild_id, user_id, at, action, detail)
VALUES (:guild_id, :user_id, <dbnow>, :action, :detail)
RETURNING id
"""

_PAGE = """
SELECT id, guild_id, user_id, at, action, detail FROM audit
 WHERE guild_id = :guild_id AND id < :before_id
 ORDER BY id DESC LIMIT :limit
"""
