"""The command line of the demo."""

import argparse
import contextlib
import socket
import sys
from types import SimpleNamespace

from demo.main import NOT_INSTALLED, add_arguments, run
from tests.demo.small_bot import open_small_bot


def parse(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return parser.parse_args(words)


def never_opened(**_):
    raise AssertionError("the bot is not opened without the simulator")


def test_without_the_simulator_it_says_in_one_line_how_to_install_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "simcord", None)
    assert run(parse(), never_opened) == 2
    printed = capsys.readouterr()
    assert printed.err.strip() == NOT_INSTALLED
    assert "\n" not in NOT_INSTALLED
    assert printed.out == ""


def test_the_defaults_are_a_free_port_and_a_temporary_folder():
    arguments = parse()
    assert (arguments.port, arguments.data_dir) == (0, None)
    assert not arguments.no_browser
    assert not arguments.headless_check


def opener(clip: bytes):
    """Return what opens the small bot, as `bot.py` hands over what opens the real one."""

    @contextlib.asynccontextmanager
    async def open_bot(*, api_url, api_key, data_dir):
        assert api_url.startswith("http://127.0.0.1:")
        assert api_key
        assert data_dir.is_dir()
        async with open_small_bot(clip) as bot:
            yield SimpleNamespace(client=bot, pages=None)

    return open_bot


def test_the_headless_check_prints_one_line_and_ends_with_success(capsys, clip):
    assert run(parse("--headless-check"), opener(clip)) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("A video arrived: ")
    assert printed.out.count("\n") == 1


def test_the_headless_check_of_a_bot_that_delivers_rubbish_fails_in_one_line(capsys):
    assert run(parse("--headless-check"), opener(b"rubbish")) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("The demo does not work: clip.mp4 is not a video")
    assert printed.err.count("\n") == 1


def test_a_port_that_is_taken_ends_in_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert run(parse("--no-browser", "--port", str(port)), opener(b"")) == 1
    printed = capsys.readouterr()
    assert printed.err == f"The demo cannot open its page: preview could not bind port {port}\n"


def test_a_folder_that_is_named_is_made_and_kept(tmp_path, capsys, clip):
    folder = tmp_path / "kept" / "data"
    assert run(parse("--headless-check", "--data-dir", str(folder)), opener(clip)) == 0
    assert folder.is_dir()
    assert "A video arrived" in capsys.readouterr().out
