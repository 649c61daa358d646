"""docs/generate.md names every exit code, option and camera move."""

import argparse
import re
from pathlib import Path

from console import generate
from console.ordering import Ending
from hailuo.camera import CameraMove

PAGE = (Path(__file__).parents[2] / "docs" / "generate.md").read_text(encoding="utf-8")


def test_every_exit_code_has_a_row():
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == [*Ending]


def test_every_option_is_named_and_no_other():
    parser = argparse.ArgumentParser(add_help=False)
    generate.add_arguments(parser)
    options = {
        option for action in parser._actions for option in action.option_strings if option != "--output"
    }
    assert set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", PAGE)) == options


def test_every_camera_move_is_named():
    listed = PAGE.partition("Camera moves: ")[2].partition(".\n")[0]
    assert re.findall(r"`([a-z-]+)`", listed) == [generate.move_name(move) for move in CameraMove]
