"""What the tests of the demo share."""

import logging

import pytest

from tests.demo.small_bot import encode


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> bytes:
    """A real video of 6 s at 768p."""
    return encode(tmp_path_factory.mktemp("clip") / "clip.mp4", width=1366, height=768, seconds=6)


@pytest.fixture(autouse=True)
def no_handler_of_another_test(monkeypatch):
    """Log to nowhere: a command line that ran before in this process may have left a handler on a stream that is closed."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.NullHandler()])
