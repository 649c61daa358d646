"""The address of the database, and the row that becomes a job."""

from pathlib import Path

import pytest

from db.engines.address import PostgresAddress, place_of, postgres_address, sqlite_path
from db.engines.engine import AddressUnreadable, UnsupportedDatabase
from db.jobs.job import Job
from db.store import open_store
from tests.db.rows import ANN, admit, row_of
from tests.support.rows import each_row


@each_row(
    "url, path",
    [
        ("sqlite:///clapper.db", "clapper.db"),
        ("sqlite:///data/clapper.db", "data/clapper.db"),
        ("sqlite:////srv/clapper/clapper.db", "/srv/clapper/clapper.db"),
        ("sqlite:////srv/50% #1?/clapper.db", "/srv/50% #1?/clapper.db"),
    ],
)
def test_the_address_names_the_file_letter_by_letter(url, path):
    assert sqlite_path(url) == Path(path)


@each_row(
    "url, scheme",
    [
        ("mysql://somebody:canary@host/clapper", "mysql"),
        ("sqlite://", "sqlite"),
        ("sqlite:///", "sqlite"),
        ("sqlite://host/clapper.db", "sqlite"),
        ("sqlite:///:memory:", "sqlite"),
        ("clapper.db", "clapper.db"),
        ("async+sqlite:///clapper.db", "async+sqlite"),
    ],
)
def test_an_address_of_another_engine_is_refused_without_repeating_it(url, scheme):
    with pytest.raises(UnsupportedDatabase) as caught:
        sqlite_path(url)

    assert str(caught.value) == (
        f"DATABASE_URL starts with {scheme!r}: use sqlite:///path/to/clapper.db "
        "or postgresql://user:password@host/database"
    )


@each_row(
    "url, place",
    [
        ("postgresql://ann:canary@host/clapper", "PostgreSQL database 'clapper' at host"),
        ("postgres://ann:can%40ary@host:6432/clapper", "PostgreSQL database 'clapper' at host:6432"),
        ("postgresql://ann:can@ary@host/clapper", "PostgreSQL database 'clapper' at host"),
        ("postgresql://ann:canary@one:1,two:2/clapper", "PostgreSQL database 'clapper' at one:1,two:2"),
        ("postgresql://ann:canary@[::1]:5432/clapper", "PostgreSQL database 'clapper' at [::1]:5432"),
        ("postgresql:///clapper?host=/run/pg&password=canary", "PostgreSQL database 'clapper' at /run/pg"),
        ("postgresql://ann:canary@host", "PostgreSQL database 'default' at host"),
        ("sqlite:///data/clapper.db", "sqlite:///data/clapper.db"),
    ],
)
def test_a_place_is_named_without_its_password(url, place):
    assert place_of(url) == place
    assert "canary" not in (place + repr(postgres_address(url)) if "postgres" in url else place)


@each_row(
    "url, rule",
    [
        ("postgresql://ann:can#ary@host/clapper", "an @, :, / or # in a user or password"),
        ("postgresql://ann:canary@host:port/clapper", "an @, :, / or # in a user or password"),
        ("postgresql://ann:can[ary@host/clapper", "an @, :, / or # in a user or password"),
        ("postgresql://ann:canary@host/clapper?pool_size=0", "pool_size is a number from 1 to 100"),
        ("postgresql://ann:canary@host/clapper?pool_size=101", "pool_size is a number from 1 to 100"),
        ("postgresql://ann:canary@host/clapper?pool_size=canary", "pool_size is a number from 1 to 100"),
        ("postgresql://ann:canary@host/clapper?prepared_statements=no", "prepared_statements is on or off"),
    ],
)
def test_an_address_that_cannot_be_read_is_refused_by_its_rule_without_repeating_it(url, rule):
    with pytest.raises(AddressUnreadable) as caught:
        postgres_address(url)

    assert f"DATABASE_URL cannot be read: {rule}" in str(caught.value)
    assert not {"can", "ary"} & set(str(caught.value).replace("#", " ").split())
    assert "canary" not in str(caught.value)


def test_what_an_address_says_beside_the_server_is_ours_or_the_clients():
    address = postgres_address(
        "postgresql://ann@host/clapper?pool_size=3&sslmode=require&prepared_statements=off"
    )

    assert address == PostgresAddress(
        dsn="postgresql://ann@host/clapper?sslmode=require",
        place="PostgreSQL database 'clapper' at host",
        pool_size=3,
        prepared_statements=False,
    )
    plain = postgres_address("postgresql://ann@host/clapper")
    assert (plain.pool_size, plain.prepared_statements) == (10, True)


async def test_a_folder_with_an_odd_name_holds_its_database(tmp_path):
    folder = tmp_path / "50% #1? and more"

    async with open_store(f"sqlite:///{folder}/clapper.db", worker="w", lease_seconds=60) as store:
        job = await admit(store)
        assert await store.job_queries.find(job.key, ANN) == job

    assert (folder / "clapper.db").exists()
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


async def test_columns_that_a_newer_migration_added_are_ignored(store, engine):
    job = await admit(store)

    assert Job.from_row({**await row_of(engine, job), "added_later": 1}) == job


async def test_a_row_that_lacks_a_column_is_no_job(store, engine):
    row = await row_of(engine, await admit(store))
    del row["fence"]

    with pytest.raises(KeyError, match="fence"):
        Job.from_row(row)
