"""One process per file: the lock beside the database, held by real processes."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest

from db.engines.engine import DatabaseBusy, DatabaseUnusable
from db.engines.lock import lock_file
from db.store import open_store

ROOT = Path(__file__).parents[2]

HOLD = """
import asyncio, sys
from db.engines.engine import DatabaseError
from db.store import open_store

async def main():
    async with open_store(sys.argv[1], worker="child", lease_seconds=60):
        print("open", flush=True)
        await asyncio.to_thread(sys.stdin.read)

try:
    asyncio.run(main())
except DatabaseError as error:
    print(type(error).__name__, error)
    sys.exit(1)
"""

WRITE = """
import asyncio, sys
from db.store import open_store
from tests.db.rows import admit

async def main():
    async with open_store(sys.argv[1], worker="child", lease_seconds=60) as store:
        while True:
            print((await admit(store)).key, flush=True)

asyncio.run(main())
"""


def opened(path):
    return open_store(f"sqlite:///{path}", worker="w", lease_seconds=60)


@contextlib.contextmanager
def child(script, path):
    command = [sys.executable, "-c", script, f"sqlite:///{path}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_a_second_process_is_refused_with_a_sentence_that_says_what_to_do(path):
    async with opened(path):
        with child(HOLD, path) as second:
            said, _ = second.communicate(timeout=30)

    assert second.returncode == 1
    assert said.startswith(f"DatabaseBusy another process already uses {path}.")
    assert "stop the other one, set DATABASE_URL" in said
    assert "postgresql://" in said


async def test_the_lock_beside_the_file_holds_by_itself(path):
    fcntl = pytest.importorskip("fcntl")
    with path.with_name(path.name + ".lock").open("w") as beside:
        fcntl.flock(beside, fcntl.LOCK_EX)
        with pytest.raises(DatabaseBusy):
            async with opened(path):
                pass


def symbolic_link(path):
    (other := path.parent / "elsewhere").mkdir()
    (other / "link.db").symlink_to(path)
    return other / "link.db"


def hard_link(path):
    (other := path.parent / "twin.db").hardlink_to(path)
    return other


def linked_folder(path):
    (other := path.parent.parent / f"{path.parent.name}-link").symlink_to(path.parent)
    return other / path.name


def other_spelling(path):
    return path.parent / "." / ".." / path.parent.name / path.name


def without_lock_file(path):
    path.with_name(path.name + ".lock").unlink()
    return path


@pytest.mark.parametrize(
    "other_name", [symbolic_link, hard_link, linked_folder, other_spelling, without_lock_file]
)
async def test_a_second_process_is_refused_by_whatever_name_it_comes(path, other_name):
    async with opened(path):
        with child(HOLD, other_name(path)) as second:
            said, _ = second.communicate(timeout=30)

    assert said.startswith("DatabaseBusy"), said


async def test_a_ring_of_links_is_no_database(tmp_path):
    for name, target in (("a.db", "b.db"), ("b.db", "a.db")):
        (tmp_path / name).symlink_to(tmp_path / target)
    with pytest.raises(DatabaseUnusable):
        async with opened(tmp_path / "a.db"):
            pass


async def test_a_process_killed_at_once_leaves_no_lock_behind(path):
    with child(HOLD, path) as first:
        assert first.stdout.readline() == "open\n"
        with pytest.raises(DatabaseBusy):
            async with opened(path):
                pass

        first.kill()
        first.wait(timeout=30)

        async with opened(path) as store:
            assert await store.job_queries.by_id(1) is None


async def test_the_same_process_opens_a_file_again_only_when_it_has_closed_it(path):
    for _ in range(2):
        async with opened(path):
            with pytest.raises(DatabaseBusy):
                async with opened(path):
                    pass


def test_a_failure_inside_gives_back_the_lock_which_only_its_owner_reads(path):
    with pytest.raises(ZeroDivisionError), lock_file(path):
        raise ZeroDivisionError

    with lock_file(path):
        assert path.with_name("clapper.db.lock").stat().st_mode & 0o777 == 0o600


def test_a_place_without_room_for_a_lock_is_named(tmp_path):
    name = "x" * 255

    with pytest.raises(DatabaseUnusable, match="File name too long"), lock_file(tmp_path / name):
        pass


async def test_what_a_killed_process_had_accepted_is_still_there(path):
    with child(WRITE, path) as process:
        accepted = [process.stdout.readline().strip() for _ in range(20)]
        process.kill()
        accepted += process.stdout.read().split("\n")[:-1]

    async with opened(path) as store:
        claimed = [await store.claims.queued(running_cap=10_000) for _ in accepted]

    assert [job and job.key for job in claimed] == accepted
