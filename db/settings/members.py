"""Settings of members and servers, one row of JSON each, and the audit of changes in a server, append-only."""

from dataclasses import dataclass

from db.engines.engine import Engine, Transaction


class Members:
    """The stored settings of members and servers, as text. Saved settings replace the old ones."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def settings_of(self, user_id: int) -> str | None:
        """Return the member's saved settings; None if there are none."""
        return await self._read(_OF_MEMBER, user_id)

    async def newest(self, *, limit: int) -> list[tuple[int, str]]:
        """Return (member id, settings) of up to `limit` members whose settings changed last."""

        async def body(transaction: Transaction) -> list[tuple[int, str]]:
            rows = await transaction.all(_NEWEST, limit=limit)
            return [(row["user_id"], row["settings_json"]) for row in rows]

        return await self._engine.read(body)

    async def save(self, user_id: int, settings_json: str) -> None:
        """Store the member's settings."""
        await self._write(_SAVE_MEMBER, user_id, settings_json)

    async def forget(self, user_id: int) -> None:
        """Delete the member's settings."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_FORGET_MEMBER, subject=user_id)

        await self._engine.write(body)

    async def settings_of_guild(self, guild_id: int) -> str | None:
        """Return the server's saved settings; None if there are none."""
        return await self._read(_OF_GUILD, guild_id)

    async def save_guild(self, guild_id: int, settings_json: str) -> None:
        """Store the server's settings."""
        await self._write(_SAVE_GUILD, guild_id, settings_json)

    async def _read(self, sql: str, subject: int) -> str | None:
        async def body(transaction: Transaction) -> str | None:
            row = await transaction.one(sql, subject=subject)
            return row["settings_json"] if row else None

        return await self._engine.read(body)

    async def _write(self, sql: str, subject: int, settings_json: str) -> None:
        async def body(transaction: Transaction) -> None:
            await transaction.one(sql, subject=subject, settings_json=settings_json)

        await self._engine.write(body)


_OF_MEMBER = "SELECT settings_json FROM members WHERE user_id = :subject"

_NEWEST = "SELECT user_id, settings_json FROM members ORDER BY changed_at DESC LIMIT :limit"

_FORGET_MEMBER = "DELETE FROM members WHERE user_id = :subject RETURNING user_id"

_OF_GUILD = "SELECT settings_json FROM guilds WHERE guild_id = :subject"

_SAVE_MEMBER = """
INSERT INTO members (user_id, settings_json, changed_at) VALUES (:subject, :settings_json, <dbnow>)
ON CONFLICT (user_id) DO UPDATE SET settings_json = excluded.settings_json, changed_at = excluded.changed_at
RETURNING user_id
"""

_SAVE_GUILD = """
INSERT INTO guilds (guild_id, settings_json, changed_at) VALUES (:subject, :settings_json, <dbnow>)
ON CONFLICT (guild_id) DO UPDATE SET settings_json = excluded.settings_json, changed_at = excluded.changed_at
RETURNING guild_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One change in the audit. `at` is epoch ms; `action` is a key of the text catalogue, `detail` the new value."""

    id: int
    guild_id: int
    user_id: int
    at: int
    action: str
    detail: str | None


class Audit:
    """The audit of a server: which manager changed what, and when."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def note(self, guild_id: int, user_id: int, *, action: str, detail: str | None = None) -> None:
        """Record a change by a manager."""
        values = {"guild_id": guild_id, "user_id": user_id, "action": action, "detail": detail}

        async def body(transaction: Transaction) -> None:
            await transaction.one(_NOTE, **values)

        await self._engine.write(body)

    async def page(self, guild_id: int, *, before_id: int | None = None, limit: int = 15) -> list[Entry]:
        """Return up to `limit` changes in a guild that are older than `before_id`, newest first."""
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
