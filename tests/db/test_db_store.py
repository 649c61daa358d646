"""The address of the database, and the row that becomes a job."""

from pathlib import Path

import pytest

from db.errors import UnsupportedDatabase
from db.job import Job
from db.store import open_store, sqlite_path
from tests.db.rows import ANN, admit, row_of


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///clapper.db", "clapper.db"),
        ("sqlite:///data/clapper.db", "data/clapper.db"),
        ("sqlite:////srv/clapper/clapper.db", "/srv/clapper/clapper.db"),
        ("sqlite:////srv/50% #1?/clapper.db", "/srv/50% #1?/clapper.db"),
    ],
)
def test_the_address_names_the_file_letter_by_letter(url, path):
    assert sqlite_path(url) == Path(path)


@pytest.mark.parametrize(
    ("url", "scheme"),
    [
        ("postgresql://somebody:canary@host/clapper", "postgresql"),
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

    assert str(caught.value) == f"DATABASE_URL starts with {scheme!r}: use sqlite:///path/to/clapper.db"


async def test_a_folder_with_an_odd_name_holds_its_database(tmp_path):
    folder = tmp_path / "50% #1? and more"

    async with open_store(f"sqlite:///{folder}/clapper.db", worker="w", lease_seconds=60) as store:
        job = await admit(store)
        assert await store.desk.find(job.key, ANN) == job

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
