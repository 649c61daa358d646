"""`python bot.py backup`: what is in a backup, and what is never done to one."""

import json

import pytest

import bot
from console import backup as backups
from console.backup import Manifest
from db.engines.lock import lock_file
from db.operations.backup import contents_of
from tests.support.rows import each_row


@pytest.fixture
def target(tmp_path):
    return tmp_path / "kept" / "backups"


def made(target, *options):
    assert bot.main(["backup", str(target), *options]) == 0
    return backups.backups_in(target)[-1]


@pytest.fixture
def seconds_apart(monkeypatch):
    class Later(backups.datetime):
        passed = 0

        @classmethod
        def now(cls, zone):
            cls.passed += 1
            return cls(2026, 11, 24, 3, 0, cls.passed, tzinfo=zone)

    monkeypatch.setattr(backups, "datetime", Later)


def test_a_backup_beside_a_running_bot_holds_the_rows_and_the_files_that_they_name(
    keys, data_dir, target, capsys
):
    with lock_file(data_dir / "clapper.db"):
        folder = made(target)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == [
        "clapper.db",
        "frames/waits.jpg",
        "manifest.json",
        *sorted(["videos/kite.mp4", f"videos/{keys['undeliverable']}.mp4"]),
    ]
    jobs = dict.fromkeys(("delivered", "failed", "queued", "rendering"), 1)
    assert contents_of(folder / "clapper.db").jobs == jobs
    said = capsys.readouterr().out
    assert "jobs: 1 delivered, 1 failed, 1 queued, 1 rendering; 1 first frames, 2 videos;" in said
    assert "read back and whole" in said


def test_the_manifest_names_each_file_with_size_and_hash_and_nobody_else_may_look_into_it(keys, target):
    folder = made(target)
    assert folder.stat().st_mode & 0o077 == 0
    manifest = Manifest.read(folder)
    manifest.verify(folder)
    [frame] = [file for file in manifest.files if file.name == "frames/waits.jpg"]
    assert frame.bytes == len(b"a first frame")
    assert manifest.rows["jobs"] == 4
    assert json.loads((folder / "manifest.json").read_text())["schema"] == manifest.schema


def test_videos_can_be_left_out(keys, target, capsys):
    folder = made(target, "--without-videos")
    assert list((folder / "videos").iterdir()) == []
    assert (folder / "frames" / "waits.jpg").exists()
    assert "(videos were left out)" in capsys.readouterr().out


def test_a_file_that_an_open_job_needs_and_is_not_there_is_told(keys, data_dir, target, capsys):
    (data_dir / "frames" / "waits.jpg").unlink()
    (data_dir / "videos" / "kite.mp4").unlink()  # of a job that has ended: old files go
    folder = made(target)
    assert Manifest.read(folder).missing == ("frames/waits.jpg",)
    assert "not in DATA_DIR, and so not in the backup: frames/waits.jpg" in capsys.readouterr().out


def test_no_backup_is_overwritten(keys, target, monkeypatch, seconds_apart, capsys):
    folder = made(target)
    before = (folder / "manifest.json").read_bytes()
    backups.datetime.passed = 0
    assert bot.main(["backup", str(target)]) == 1
    assert "is there already, and no backup is overwritten" in capsys.readouterr().err
    assert (folder / "manifest.json").read_bytes() == before
    assert list(target.iterdir()) == [folder]


def test_the_newest_are_kept_and_nothing_else_in_the_folder_is_touched(keys, target, seconds_apart, capsys):
    target.mkdir(parents=True)
    (target / "notes.txt").write_text("mine")
    (target / "clapper-20200101T000000Z").mkdir()  # no manifest: nobody knows what it is
    made_ones = [made(target, "--keep", "2") for _ in range(4)]
    assert backups.backups_in(target) == made_ones[-2:]
    assert (target / "notes.txt").exists()
    assert (target / "clapper-20200101T000000Z").exists()
    assert f"{made_ones[0]} was removed: 2 are kept" in capsys.readouterr().out


def test_a_clock_that_was_set_back_costs_no_backup_that_was_just_made(keys, target, seconds_apart):
    made(target)
    backups.datetime.passed = -1
    newest = made(target, "--keep", "1")
    assert backups.backups_in(target) == [newest]


def test_what_fails_leaves_no_half_of_a_backup(keys, data_dir, target, capsys):
    (data_dir / "clapper.db").write_bytes(b"no database at all, " * 500)
    assert bot.main(["backup", str(target)]) == 2
    assert "cannot be used as a database" in capsys.readouterr().err
    assert not target.exists()


def test_an_installation_without_a_database_is_told_in_a_sentence(data_dir, target, capsys):
    assert bot.main(["backup", str(target)]) == 2
    assert f"{data_dir / 'clapper.db'} cannot be used as a database: there is no such file" in (
        capsys.readouterr().err
    )


@each_row("number", ["0", "-1", "some"])
def test_a_number_of_backups_that_makes_no_sense_is_refused(target, number):
    with pytest.raises(SystemExit) as ended:
        bot.main(["backup", str(target), "--keep", number])
    assert ended.value.code == 2


def test_on_a_server_the_command_to_run_is_named_without_the_password(data_dir, target, monkeypatch, capsys):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:canary@host/clapper")
    assert bot.main(["backup", str(target)]) == 2
    said = capsys.readouterr().err
    assert f"pg_dump --format=custom --file={target}/clapper.dump postgresql://ann@host/clapper" in said
    assert "canary" not in said
    assert not target.exists()
