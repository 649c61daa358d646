"""Films that were made to fit show the same colours in a browser as before, whatever they name and whatever it guesses."""

import base64

import pytest
from playwright.sync_api import sync_playwright

from media.video.fit import fit_to
from tests.browser.conftest import QUIET
from tests.media.odd_films import odd_film

pytestmark = [pytest.mark.proof, pytest.mark.browser]

SIZES = {"large": (1366, 768), "small": (640, 480)}
NAMED = {"601": (6, 1, 1, 1), "709": (1, 1, 1, 1), "full": (6, 1, 1, 2), "nameless": (2, 2, 2, 0)}

LEVELS = """async film => {
    const video = document.createElement("video");
    video.muted = true;
    video.src = "data:video/mp4;base64," + film;
    await new Promise((done, failed) => {
        video.requestVideoFrameCallback(done);
        video.onerror = () => failed(new Error(video.error.message));
        video.play();
    });
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [400, 400];
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 400, 400);
    return [[100, 100], [300, 100], [100, 300]].flatMap(
        ([x, y]) => Array.from(context.getImageData(x, y, 1, 1).data).slice(0, 3));
}"""


@pytest.fixture(scope="module")
def page(chromium):
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=chromium, args=[*QUIET, "--force-color-profile=srgb"]
        )
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("named", NAMED)
@pytest.mark.parametrize("size", SIZES)
def test_a_film_that_was_made_smaller_looks_as_it_did(page, tmp_path, size, named):
    source = odd_film(
        tmp_path / "film.mp4", size=SIZES[size], tags=NAMED[named], frames=6, options={"crf": "8"}
    )
    before = levels_of(page, source)
    for number, limit in enumerate((source.stat().st_size - 1, 9000)):
        fitted = tmp_path / f"{number}.mp4"
        fit_to(source, fitted, limit_bytes=limit)
        assert levels_of(page, fitted) == pytest.approx(before, abs=8)


def levels_of(page, film):
    return page.evaluate(LEVELS, base64.b64encode(film.read_bytes()).decode())
