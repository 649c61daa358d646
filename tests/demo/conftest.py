"""What the tests of the demo share."""

import pytest

from tests.demo.small_bot import encode


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> bytes:
    """A real video of 6 s at 768p."""
    return encode(tmp_path_factory.mktemp("clip") / "clip.mp4", width=1366, height=768, seconds=6)
