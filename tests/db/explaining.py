"""Stands between the store and its engine, and notes how the engine finds the rows of every statement."""

from db.engines.sqlite import of_made


class Explained:
    """A transaction that notes the plan of every statement before it runs first."""

    def __init__(self, transaction, plans):
        self._transaction = transaction
        self._plans = plans

    async def one(self, sql, /, **parameters):
        rows = await self.all(sql, **parameters)
        return rows[0] if rows else None

    async def all(self, sql, /, **parameters):
        if sql not in self._plans:
            self._plans[sql] = await self.plan_of(sql, **parameters)
        return await self._transaction.all(sql, **parameters)

    async def plan_of(self, sql, /, **parameters):
        steps = await self._transaction.all("EXPLAIN QUERY PLAN " + sql, **parameters)
        return "\n".join(step["detail"] for step in steps)

    async def insert_with_records(self, sql, /, *records, **parameters):
        if row := await self.one(sql, **parameters):
            for record in records:
                await self.all(of_made(record), made=row["id"])
        return row

    async def hold(self, name):
        await self._transaction.hold(name)

    def file_still_there(self):
        return self._transaction.file_still_there()

    def ring(self):
        self._transaction.ring()


class ExplainingEngine:
    """Stands between the store and its engine; `plans` has one entry per statement."""

    def __init__(self, engine, explained=Explained):
        self._engine = engine
        self._explained = explained
        self.plans = {}

    async def write(self, body, **how):
        return await self._engine.write(
            lambda transaction: body(self._explained(transaction, self.plans)), **how
        )

    async def read(self, body):
        return await self._engine.read(lambda transaction: body(self._explained(transaction, self.plans)))

    async def forget(self):
        await self._engine.forget()
