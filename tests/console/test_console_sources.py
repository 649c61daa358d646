"""Commands that work on what is there: where there is nothing, or something else, they say so and make nothing."""

import os
import sqlite3
from pathlib import Path

import pytest
from discord.http import Route

import bot
from tests.support.rows import each_row

DATABASE_COMMANDS = [
    ["jobs"],
    ["jobs", "--json"],
    ["jobs", "--submit-again", "k"],
    ["jobs", "--give-up", "k"],
    ["usage"],
    ["guilds"],
    ["unblock", "11"],
    ["backup", "backups"],
    ["restore", "--in-place"],
]
MAY_BEGIN_ANEW = [["migrate"], ["check"]]
"""Commands that make a database where there is none, and spoil nothing that is there."""


def another_database(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url)")
    connection.close()


def unreadable(path):
    path.touch()
    path.chmod(0)


PLACES = {
    "missing": lambda _path: None,
    "a folder": Path.mkdir,
    "an empty file": Path.touch,
    "no database": lambda path: path.write_text("Dear diary,\n" * 1000),
    "another database": another_database,
    **({"an unreadable file": unreadable} if os.geteuid() else {}),
}


@pytest.fixture(autouse=True)
def installation(data_dir, monkeypatch):
    data_dir.mkdir()
    monkeypatch.setenv("DISCORD_TOKEN", "canary-token")
    monkeypatch.setenv("HAILUO_API_KEY", "canary-key")
    monkeypatch.setenv("HAILUO_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DISCORD_API_URL", "http://127.0.0.1:9")
    monkeypatch.setattr(Route, "BASE", Route.BASE)  # what a command changes in this process is put back


def seen(folder):
    return {path: path.is_file() and path.read_bytes() for path in sorted(folder.rglob("*"))}


def run(words):
    """Run a command; return its exit code, also where the parser ends it."""
    try:
        return bot.main(words)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("place", PLACES)
def test_a_database_that_is_none_is_named_and_nothing_is_made(place, data_dir, capsys):
    PLACES[place](data_dir / "clapper.db")
    before = seen(data_dir.parent)
    for words in DATABASE_COMMANDS:
        assert run(words) == 2, words
        assert str(data_dir / "clapper.db") in capsys.readouterr().err, words
        assert seen(data_dir.parent) == before, words


@pytest.mark.parametrize("place", ["a folder", "no database", "another database"])
def test_what_is_no_database_of_ours_is_left_as_it_is(place, data_dir, capsys):
    PLACES[place](data_dir / "clapper.db")
    before = seen(data_dir.parent)
    for words in MAY_BEGIN_ANEW:
        assert run(words) != 0, words
        said = capsys.readouterr()
        assert str(data_dir / "clapper.db") in said.out + said.err, words
        assert seen(data_dir.parent) == before, words


@each_row("place", PLACES)
@each_row("command", ["copy", "restore", "generate"])
def test_a_source_that_is_none_is_named_and_nothing_is_made(command, place, tmp_path, capsys):
    source = tmp_path / "source"
    PLACES[place](source)
    words = {
        "copy": ["copy", f"sqlite:///{source}", f"sqlite:///{tmp_path / 'new' / 'target.db'}"],
        "restore": ["restore", str(source)],
        "generate": ["generate", "a red kite", "--image", str(source), "-o", str(tmp_path / "out.mp4")],
    }[command]
    before = seen(tmp_path)
    assert run(words) == (1 if (command, place) == ("restore", "a folder") else 2)  # a folder may be a backup
    assert capsys.readouterr().err
    assert seen(tmp_path) == before


def test_what_was_paused_is_resumed_where_there_is_no_database_yet(data_dir):
    assert run(["pause"]) == 0
    assert run(["resume"]) == 0
    assert list(data_dir.iterdir()) == []
