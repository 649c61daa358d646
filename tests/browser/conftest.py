"""A Chromium from the system, and the demo as a process of its own."""

import io
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect, sync_playwright

from tests.browser.discord_window import PATIENCE_MS, DiscordWindow

expect.set_options(timeout=PATIENCE_MS)

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
COLOURS = 256
"""So many are enough for a screenshot, and make its file a third as large."""

QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium; without one skip, but fail where CI promises one."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and os.environ.get("CI") == "true":
        pytest.fail(f"no Chromium on PATH (looked for {', '.join(NAMES)})")
    if found is None:
        pytest.skip(
            f"no Chromium on PATH (looked for {', '.join(NAMES)}): install one to run the browser tests"
        )
    return found


@dataclass
class RunningDemo:
    process: subprocess.Popen
    url: str

    def stop(self) -> int:
        """Stop it as Ctrl-C does and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@pytest.fixture
def demo_options():
    """Return further options of the demo; a module that needs some has a fixture of this name."""
    return []


@pytest.fixture
def demo(tmp_path, demo_options):
    """Start `python bot.py demo` and stop it at the end."""
    command = [sys.executable, "-u", "bot.py", "demo", "--no-browser", "--port", "0", *demo_options]
    log = tmp_path / "demo.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            yield RunningDemo(process, _address(process, log))
        finally:
            process.terminate()
            process.wait(timeout=20)


def _address(process: subprocess.Popen, log: Path) -> str:
    first = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+/#\S+", first)
    assert found, f"no address in {first!r}; {log.read_text()}"
    return found[0]


@pytest.fixture
def browser(chromium):
    """Return a Chromium that is closed in the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture
def window(browser, demo):
    """Open the demo's address in Chromium."""
    window = DiscordWindow(browser.new_page(viewport={"width": 1280, "height": 800}))
    window.open(demo.url)
    return window


@pytest.fixture
def keep(tmp_path):
    """Keep a picture by name: in the folder that CLAPPER_SCREENSHOTS names, else a temporary one."""
    album = Path(ROOT, os.environ.get("CLAPPER_SCREENSHOTS") or tmp_path)
    album.mkdir(parents=True, exist_ok=True)

    def put(name: str, picture: bytes) -> None:
        taken = Image.open(io.BytesIO(picture)).convert("RGB")
        taken.quantize(COLOURS).save(album / f"{name}.png", optimize=True)

    return put


@pytest.fixture
def photograph(window, keep):
    """Take a screenshot of the window by name."""

    def take(name: str, *, of: Locator | None = None, stay: bool = False) -> None:
        if not stay:
            window.page.mouse.move(0, 0)
            window.look_at_the_newest() if of is None else window.look_at(of)
        keep(name, window.page.screenshot())

    return take
