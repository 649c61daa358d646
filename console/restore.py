"""`python bot.py restore SOURCE` replaces an installation that is not running by a backup.

Everything is verified and prepared beside the installation first. The files of the old installation are moved
aside, never deleted. `python bot.py copy SOURCE TARGET` copies an installation's database into another
database, row by row, and compares both.
"""

import argparse
import asyncio
import tempfile
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from console.backup import DATABASE, FOLDERS, MANIFEST, Manifest, backups_in, copy_durably
from db.engines.address import is_postgres, place_of, sqlite_path
from db.engines.engine import BackupMissing, BackupUnusable, InstallationThere, ServerBackup
from db.engines.lock import lock_file
from db.jobs.unknown_jobs import SetAside
from db.operations.backup import contents_of, finish_sqlite, restore_command
from db.operations.copying import Copied
from db.operations.migrate import migrate_sqlite
from db.store import copy_database, distrust_restored

_STAGING = ".clapper-restoring-"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's options to the parser."""
    parser.add_argument("source", type=Path, nargs="?", help="one backup: a folder that `backup` has made")
    parser.add_argument(
        "--replace", action="store_true", help="move an installation that is there aside; it is not deleted"
    )
    parser.add_argument(
        "--nothing-ran-since",
        action="store_true",
        help="no bot ran since the backup was taken: orders that wait are placed (else a person decides)",
    )
    parser.add_argument(
        "--in-place",
        action="store_true",
        help="the database was restored by other means: only set aside what may have been ordered since",
    )


def restore(
    database_url: str,
    data_dir: Path,
    source: Path,
    *,
    replace: bool = False,
    nothing_ran_since: bool = False,
) -> None:
    """Restore a backup and print what was done.

    `nothing_ran_since` states that no bot ran after the backup was made: its unfinished jobs then go on. Otherwise
    they wait for a person's decision, since they may have been ordered or posted meanwhile.

    Raises:
        ServerBackup: the database is PostgreSQL; the message says what to run.
        BackupUnusable: the backup is incomplete or damaged.
        InstallationThere: an installation exists, and `replace` is false.
        DatabaseBusy: a bot is running on the installation.
    """
    if is_postgres(database_url):
        raise ServerBackup(_on_a_server(database_url, source))
    database = sqlite_path(database_url)
    manifest = _verified(source)
    for folder in (database.parent, data_dir):
        folder.mkdir(parents=True, exist_ok=True)
    with lock_file(database):
        there = _installation(database, data_dir)
        if there and not replace:
            raise InstallationThere(there[0])
        with _staged(database.parent) as rows, _staged(data_dir) as files:
            aside = _make_ready(source, manifest, rows, files, trust=nothing_ran_since)
            moved_to = _move_aside(there) if there else None
            _put_in_place(rows, files, database, data_dir)
    _say(source, manifest, database, moved_to=moved_to, aside=aside)


async def distrust(database_url: str) -> None:
    """Set aside the jobs that may have gone on since the backup, if other means have restored the database.

    Orders that may have been placed get an unknown outcome, so that a person decides about them.
    """
    aside = await distrust_restored(database_url)
    print(f"{place_of(database_url)}: {_in_words(aside)}")


def _verified(source: Path) -> Manifest:
    if not source.is_dir():
        raise BackupMissing(source)
    if not (source / MANIFEST).is_file() and (inside := backups_in(source)):
        raise BackupUnusable(source, f"it holds {len(inside)} backups: name one, such as {inside[-1]}")
    manifest = Manifest.read(source)
    manifest.verify(source)
    return manifest


def _installation(database: Path, data_dir: Path) -> list[Path]:
    """Return the existing paths that a restore would replace: the database's files, and folders that are not empty."""
    files = [database.with_name(database.name + suffix) for suffix in ("", "-wal", "-shm")]
    folders = [data_dir / name for name in FOLDERS]
    return [path for path in files if path.exists()] + [path for path in folders if _holds_files(path)]


def _holds_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


@contextmanager
def _staged(beside: Path) -> Generator[Path]:
    """Yield a temporary folder on the same disk as `beside`, so that its files can be moved in one step."""
    with tempfile.TemporaryDirectory(dir=beside, prefix=_STAGING) as name:
        yield Path(name)


def _make_ready(source: Path, manifest: Manifest, rows: Path, files: Path, *, trust: bool) -> SetAside | None:
    copy = rows / DATABASE
    copy_durably(source / DATABASE, copy)
    contents_of(copy)
    migrate_sqlite(copy)
    aside = None if trust else asyncio.run(distrust_restored(f"sqlite:///{copy}"))
    finish_sqlite(copy)
    for folder in FOLDERS:
        (files / folder).mkdir(exist_ok=True)
    for file in manifest.files:
        if file.name != DATABASE:
            copy_durably(source / file.name, files / file.name)
    return aside


def _move_aside(there: Iterable[Path]) -> list[Path]:
    name = f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    moved_to: list[Path] = []
    for path in there:
        folder = path.parent / name
        if folder not in moved_to:
            folder.mkdir()
            moved_to.append(folder)
        path.rename(folder / path.name)
    return moved_to


def _put_in_place(rows: Path, files: Path, database: Path, data_dir: Path) -> None:
    for folder in FOLDERS:
        target = data_dir / folder
        target.mkdir(exist_ok=True)
        for file in (files / folder).iterdir():
            file.rename(target / file.name)
    (rows / DATABASE).rename(database)  # last: a bot that starts before this finds no jobs


def _say(
    source: Path, manifest: Manifest, database: Path, *, moved_to: list[Path] | None, aside: SetAside | None
) -> None:
    jobs = sum(manifest.jobs.values())
    files = len(manifest.files) - 1
    print(f"{database} is as it was on {manifest.taken_at}: {jobs} jobs, {files} files, from {source}.")
    for folder in moved_to or []:
        print(f"What was there lies in {folder}: delete it when you miss nothing.")
    print(_in_words(aside) if aside else "As you say that nothing ran since, orders that wait are placed.")
    print(
        "Orders, deletions and settings of later than that are not in it; "
        "docs/backups.md tells what that means."
    )


def _in_words(aside: SetAside) -> str:
    return (
        f"{aside.orders} orders may have been placed since and are of unknown outcome now: a moderator decides, "
        f"or `python bot.py jobs --state unknown`. {aside.results} videos are looked for in their channels before "
        f"they are posted. {aside.notices} direct notices were dropped."
    )


def _on_a_server(database_url: str, source: Path) -> str:
    return (
        "A PostgreSQL database is restored by the server's own tools. Stop every bot, run, with the password in "
        f"PGPASSWORD or ~/.pgpass:\n\n  {restore_command(database_url, source)}\n\nand then, before a bot starts, "
        "so that nothing is ordered twice:\n\n  python bot.py restore --in-place"
    )


async def copy(source_url: str, target_url: str) -> None:
    """Copy a database into another and print the rows of each table; the bots must be stopped. It is safe to repeat.

    Raises:
        DatabaseError: the copy is not possible; no existing row was changed.
    """
    await copy_database(source_url, target_url, told=_tell)
    print(f"{place_of(target_url)} holds the same rows. Set DATABASE_URL to it, and copy DATA_DIR along.")


def _tell(copied: Copied) -> None:
    print(f"{copied.table:<12} {copied.rows:>8} rows, {copied.written} of them new there, all compared")
