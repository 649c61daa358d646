"""The engine of PostgreSQL: its text, its transactions, its end."""

import asyncio
import contextlib

import asyncpg
import pytest
from asyncpg.exceptions import LockNotAvailableError

from db.engines.address import postgres_address
from db.engines.postgres import open_postgres
from db.engines.postgres_connection import in_postgres, is_undone
from db.engines.sqlite import wall_clock
from db.store import JobStore
from tests.db.bodies import Pause, note, note_then, note_then_raise, noted
from tests.db.rows import PLENTY, admit, at_once, new_job, read
from tests.support.databases import with_options
from tests.support.rows import each_row

database = pytest.fixture(lambda: "postgresql")


@each_row(
    "shared, text, names",
    [
        ("SELECT 1", "SELECT 1", ()),
        ("a = :a AND b = :b_c AND a > :a", "a = $1 AND b = $2 AND a > $1", ("a", "b_c")),
        ("state IN <under_way>", "state IN ('queued', 'submitting', 'rendering', 'delivering')", ()),
        ("LIMIT 1 /*lock*/", "LIMIT 1 FOR UPDATE SKIP LOCKED", ()),
        ("<dbnow> + :n", "CAST(extract(epoch FROM statement_timestamp()) * 1000 AS BIGINT) + $1", ("n",)),
    ],
)
def test_the_shared_text_becomes_that_of_the_server(shared, text, names):
    assert in_postgres(shared) == (text, names)


async def test_time_is_the_servers_unless_a_clock_is_given(url, engine, clock):
    clock.advance(5)
    assert await read(engine, "SELECT <dbnow> AS now") == [{"now": clock.now}]

    async with open_postgres(postgres_address(url), name="w") as other:
        (row,) = await read(other, "SELECT <dbnow> AS now")
        assert abs(row["now"] - wall_clock()) < 60_000


async def test_time_goes_on_within_a_transaction(url):
    async def body(transaction):
        before = await transaction.one("SELECT <dbnow> AS now")
        await transaction.one("SELECT pg_sleep(0.02)")
        return before["now"], (await transaction.one("SELECT <dbnow> AS now"))["now"]

    async with open_postgres(postgres_address(url), name="w") as engine:
        before, after = await engine.write(body)

    assert after > before


async def test_a_reading_body_may_not_write(engine):
    async def body(transaction):
        return await transaction.one("DELETE FROM turns RETURNING name")

    with pytest.raises(RuntimeError, match="may not write"):
        await asyncio.wait_for(engine.read(body), 5)


async def test_a_reading_body_sees_one_moment_while_others_write(engine):
    async def body(transaction):
        before = await transaction.one("SELECT COUNT(*) AS n FROM turns")
        await engine.write(note(1))
        return before, await transaction.one("SELECT COUNT(*) AS n FROM turns")

    assert await engine.read(body) == ({"n": 0}, {"n": 0})
    assert await noted(engine) == [1]


@pytest.mark.parametrize("error", [ValueError("no"), asyncio.CancelledError("no")], ids=repr)
async def test_a_failing_body_leaves_nothing_and_no_transaction(engine, error):
    with pytest.raises(type(error)):
        await engine.write(note_then_raise(1, error))

    assert await engine.write(note(2)) == 2
    assert await noted(engine) == [2]


async def test_a_cancelled_caller_does_not_undo_its_body(engine):
    pause = Pause()
    writing = asyncio.create_task(engine.write(note_then(1, pause)))
    await pause.entered.wait()
    writing.cancel()
    await asyncio.wait([writing])
    pause.opened.set()
    await engine.finish()

    assert writing.cancelled()
    assert await noted(engine) == [1]


async def test_closing_waits_for_what_was_handed_in_and_refuses_the_rest(url):
    pause = Pause()
    async with open_postgres(postgres_address(url), name="w") as engine:
        writing = asyncio.create_task(engine.write(note_then(1, pause)))
        await pause.entered.wait()
        asyncio.get_running_loop().call_later(0.05, pause.opened.set)

    assert writing.exception() is None
    with pytest.raises(RuntimeError, match="closed"):
        await engine.write(note(2))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("statement_timeout", "15s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "15s")],
)
async def test_no_statement_waits_for_ever_and_nothing_outlives_its_transaction(url, setting, value):
    async def body(transaction):
        return await transaction.one("SELECT current_setting(:name) AS value", name=setting)

    async with open_postgres(postgres_address(with_options(url, "pool_size=1")), name="w") as engine:
        assert [await ask(body) for ask in (engine.write, engine.read)] == [{"value": value}] * 2
        async with engine._pool.acquire(timeout=5) as connection:
            assert await connection.fetchval(f"SHOW {setting}") == "0"


@pytest.mark.parametrize(
    ("ask", "isolation", "read_only"), [("write", "read committed", "off"), ("read", "repeatable read", "on")]
)
async def test_writes_see_what_others_wrote_and_reads_see_one_moment(engine, ask, isolation, read_only):
    async def body(transaction):
        return await transaction.one(
            "SELECT current_setting('transaction_isolation') AS isolation,"
            " current_setting('transaction_read_only') AS read_only"
        )

    assert await getattr(engine, ask)(body) == {"isolation": isolation, "read_only": read_only}


async def test_a_lock_that_is_held_too_long_ends_the_wait_and_not_the_engine(engine, monkeypatch):
    monkeypatch.setattr("db.engines.postgres._BEGIN_WRITE", "BEGIN; SET LOCAL lock_timeout = 50")
    pause = Pause()

    async def wanted(transaction):
        await transaction.hold("a name")

    async def held(transaction):
        await wanted(transaction)
        await pause()

    holding = asyncio.create_task(engine.write(held))
    await pause.entered.wait()
    try:
        with pytest.raises(LockNotAvailableError):
            await engine.write(wanted)
    finally:
        pause.opened.set()
        await holding

    await engine.write(wanted)


async def test_without_prepared_statements_nothing_is_left_on_the_server(url, clock):
    address = postgres_address(with_options(url, "prepared_statements=off&pool_size=1"))
    async with open_postgres(address, name="w", clock=clock) as engine:
        store = JobStore.over(engine, worker="w", lease_seconds=60)
        for _ in range(3):
            await admit(store)
        assert (await store.claims.queued(running_cap=9)).attempt == 1
        async with engine._pool.acquire(timeout=5) as connection:
            assert await connection.fetchval("SELECT COUNT(*) FROM pg_prepared_statements") == 0


async def test_no_more_connections_are_opened_than_the_address_says(url, engine, clock):
    address = postgres_address(with_options(url, "pool_size=2"))
    async with open_postgres(address, name="w", clock=clock) as small:
        store = JobStore.over(small, worker="w", lease_seconds=60)
        await at_once(store.admission.admit(new_job(), caps=PLENTY) for _ in range(20))
        assert small._pool.get_size() == 2


async def test_a_server_that_became_a_standby_is_left_for_another_connection(url, clock, monkeypatch):
    later = iter(["BEGIN READ ONLY", "BEGIN"])
    processes = []

    async def body(transaction):
        processes.append((await transaction.one("SELECT pg_backend_pid() AS id"))["id"])
        monkeypatch.setattr("db.engines.postgres._BEGIN_WRITE", next(later, None))
        return await note(1)(transaction)

    monkeypatch.setattr("db.engines.postgres._BEGIN_WRITE", "BEGIN READ ONLY")
    async with open_postgres(postgres_address(url), name="w", clock=clock) as engine:
        assert await engine.write(body) == 1

    assert len(set(processes)) == 3


async def test_a_commit_is_repeated_only_if_the_server_itself_says_that_it_failed(url):
    connection, other = await asyncpg.connect(url), await asyncpg.connect(url)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(other.close)
        await connection.execute("CREATE TEMP TABLE twins (n INTEGER UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        await connection.execute("BEGIN; INSERT INTO twins VALUES (1), (1)")
        with pytest.raises(asyncpg.UniqueViolationError) as refused:
            await connection.execute("COMMIT")
        assert is_undone(refused.value)
        await connection.execute("BEGIN")
        await other.execute("SELECT pg_terminate_backend($1)", connection.get_server_pid())
        of_the_client = (asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError)
        with pytest.raises((asyncpg.PostgresError, *of_the_client)) as cut:
            await connection.execute("COMMIT")
        assert not is_undone(cut.value)
    assert not is_undone(ConnectionResetError())
