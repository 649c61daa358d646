"""Small facts that this bot remembers about itself from start to start."""

from db.engines.engine import Engine, Transaction


class BotState:
    """One value per name."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def get(self, name: str) -> str | None:
        """Return the value of `name`, None when it was never set."""

        async def body(transaction: Transaction) -> str | None:
            row = await transaction.one(_GET, name=name)
            return row["value"] if row else None

        return await self._engine.read(body)

    async def set(self, name: str, value: str) -> None:
        """Remember `value` under `name`, in place of what was there."""

        async def body(transaction: Transaction) -> None:
            await transaction.one(_SET, name=name, value=value)

        await self._engine.write(body)


_GET = "SELECT value FROM facts WHERE name = :name"

_SET = """
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value
RETURNING name
"""
