"""`python bot.py restore`: only what is whole, only where nobody works, and nothing that was there is lost."""

import shutil
import sqlite3
from contextlib import closing

import pytest

import bot
from console.backup import backups_in
from console.restore import distrust
from db.engines.lock import lock_file
from db.jobs.job import JobState
from db.operations.backup import contents_of
from db.store import open_store
from tests.db.rows import job_in
from tests.support.databases import new_database
from tests.support.rows import each_row


@pytest.fixture
def backup(keys, tmp_path):
    assert bot.main(["backup", str(tmp_path / "backups")]) == 0
    [folder] = backups_in(tmp_path / "backups")
    return folder


@pytest.fixture
def lost(backup, data_dir):
    shutil.rmtree(data_dir)
    return backup


def files_in(data_dir):
    return {
        path.relative_to(data_dir).as_posix(): path.read_bytes()
        for path in data_dir.rglob("*")
        if path.is_file() and path.suffix != ".lock"
    }


def states(data_dir):
    with closing(sqlite3.connect(data_dir / "clapper.db")) as connection:
        return dict(connection.execute("SELECT key, state FROM jobs").fetchall())


def test_what_was_lost_is_there_again_and_what_waited_then_waits_for_a_person(lost, keys, data_dir, capsys):
    assert bot.main(["restore", str(lost)]) == 0
    assert states(data_dir) == {
        keys["delivered"]: "delivered",
        keys["undeliverable"]: "failed",
        keys["rendering"]: "rendering",
        keys["waiting"]: "unknown",
    }
    assert set(files_in(data_dir)) == {
        "clapper.db",
        "frames/waits.jpg",
        "videos/kite.mp4",
        f"videos/{keys['undeliverable']}.mp4",
    }
    said = capsys.readouterr().out
    assert "4 jobs, 3 files" in said
    assert "1 orders may have been placed since and are of unknown outcome now" in said
    assert "1 videos are looked for in their channels" in said


def test_where_nothing_ran_since_everything_is_as_it_was(lost, keys, data_dir, capsys):
    assert bot.main(["restore", str(lost), "--nothing-ran-since"]) == 0
    assert states(data_dir)[keys["waiting"]] == "queued"
    with closing(sqlite3.connect(data_dir / "clapper.db")) as connection:
        assert connection.execute("SELECT value FROM facts").fetchall() == [("abc",)]
    assert "orders that wait are placed" in capsys.readouterr().out


def test_the_backup_itself_stays_as_it_was_and_can_be_restored_again(lost, data_dir):
    before = files_in(lost)
    assert bot.main(["restore", str(lost)]) == 0
    assert bot.main(["restore", str(lost), "--replace"]) == 0
    assert files_in(lost) == before


def test_an_installation_that_is_there_is_refused_and_left_alone(backup, data_dir, capsys):
    before = files_in(data_dir)
    assert bot.main(["restore", str(backup)]) == 1
    assert f"{data_dir / 'clapper.db'} is there already" in capsys.readouterr().err
    assert files_in(data_dir) == before


def test_files_alone_are_an_installation_too(lost, data_dir, capsys):
    (data_dir / "videos").mkdir(parents=True)
    (data_dir / "videos" / "precious.mp4").write_bytes(b"paid")
    assert bot.main(["restore", str(lost)]) == 1
    assert f"{data_dir / 'videos'} is there already" in capsys.readouterr().err


def test_an_installation_that_may_be_replaced_is_moved_aside(backup, keys, data_dir, capsys):
    (data_dir / "videos" / "newer.mp4").write_bytes(b"paid since")
    before = files_in(data_dir)
    assert bot.main(["restore", str(backup), "--replace"]) == 0
    [aside] = data_dir.glob("replaced-*")
    assert files_in(aside) == before
    assert not (data_dir / "videos" / "newer.mp4").exists()
    assert states(data_dir)[keys["waiting"]] == "unknown"
    assert f"What was there lies in {aside}" in capsys.readouterr().out


def test_the_log_of_changes_of_another_database_never_meets_the_restored_one(backup, keys, data_dir):
    # A killed bot leaves its log behind: SQLite would play it into whatever lies beside it.
    (data_dir / "clapper.db-wal").write_bytes(b"left behind by a killed bot")
    assert bot.main(["restore", str(backup), "--replace"]) == 0
    assert not (data_dir / "clapper.db-wal").exists()
    assert contents_of(data_dir / "clapper.db").rows["jobs"] == 4


@each_row("options", [[], ["--replace"]])
def test_an_installation_in_use_is_never_replaced(backup, data_dir, options, capsys):
    before = files_in(data_dir)
    with lock_file(data_dir / "clapper.db"):
        assert bot.main(["restore", str(backup), *options]) == 1
    assert "another process already uses" in capsys.readouterr().err
    assert files_in(data_dir) == before


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("clapper.db", lambda data: data[:-1] + b"\x01", "clapper.db is not what was backed up"),
        ("frames/waits.jpg", lambda data: data[:7], "frames/waits.jpg is not what was backed up"),
        ("videos/kite.mp4", None, "videos/kite.mp4 is missing"),
        ("manifest.json", None, "there is no manifest.json in it"),
        ("manifest.json", lambda data: data[:-20], "its manifest.json cannot be read"),
        (
            "manifest.json",
            lambda data: data.replace(b"frames/waits.jpg", b"frames/../../../etc/passwd"),
            "its manifest.json cannot be read",
        ),
        ("manifest.json", lambda data: data.replace(b'"format": 1', b'"format": 2'), "it has format 2"),
    ],
)
def test_a_backup_that_is_not_whole_is_refused_before_anything_is_touched(
    backup, data_dir, name, spoil, said, capsys
):
    whole = (backup / name).read_bytes()
    (backup / name).unlink()
    if spoil:
        (backup / name).write_bytes(spoil(whole))
    before = files_in(data_dir)
    assert bot.main(["restore", str(backup), "--replace"]) == 1
    found = capsys.readouterr().err
    assert said in found
    assert "Nothing was changed." in found
    assert files_in(data_dir) == before


def test_a_folder_of_backups_is_answered_with_the_newest_of_them(lost, capsys):
    assert bot.main(["restore", str(lost.parent)]) == 1
    assert f"it holds 1 backups: name one, such as {lost}" in capsys.readouterr().err


@each_row("arguments", [[], ["somewhere", "--in-place"]])
def test_either_a_backup_or_the_place_is_named(data_dir, arguments, capsys):
    assert bot.main(["restore", *arguments]) == 2
    assert "either SOURCE or --in-place" in capsys.readouterr().err


def test_a_database_that_other_means_have_restored_is_set_aside_in_place(keys, data_dir, capsys):
    assert bot.main(["restore", "--in-place"]) == 0
    assert states(data_dir)[keys["waiting"]] == "unknown"
    assert "1 orders may have been placed since" in capsys.readouterr().out


async def test_on_a_server_what_was_restored_by_its_own_tools_is_set_aside_in_place(capsys):
    url = await new_database()
    async with open_store(url, worker="w", lease_seconds=60) as store:
        await job_in(store, JobState.QUEUED)

    await distrust(url)

    assert "1 orders may have been placed since" in capsys.readouterr().out


def test_on_a_server_the_commands_to_run_are_named_without_the_password(data_dir, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:canary@host/clapper")
    assert bot.main(["restore", "backups"]) == 2
    said = capsys.readouterr().err
    assert "pg_restore --clean" in said
    assert "python bot.py restore --in-place" in said
    assert "canary" not in said
