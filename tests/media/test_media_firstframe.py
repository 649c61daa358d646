"""First frames: what is taken, how it is written anew, and that every refusal has its rule and its figures."""

import contextlib
import io
import os
import subprocess
import sys
import warnings

import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from memory import needs_proc
from picture_samples import (
    ALL_FORMATS,
    BLUE,
    FORMATS,
    RED,
    exif,
    file_of,
    picture,
    png_bomb,
    png_chunk,
    webp_bomb,
)
from PIL import Image, ImageCms, JpegImagePlugin

from media.errors import PictureFault, PictureRefused
from media.pictures.first_frame import check_first_frame
from media.pictures.rules import FirstFrame
from tests.support.rows import each_row


def refusal_of(data):
    with pytest.raises(PictureRefused) as caught:
        check_first_frame(data)
    return caught.value


def opened(first):
    assert first.data[:3] == b"\xff\xd8\xff"
    return Image.open(io.BytesIO(first.data))


def is_close(colour, other):
    return all(abs(one - two) < 12 for one, two in zip(colour, other, strict=True))


@each_row("kind", ALL_FORMATS)
def test_every_format_becomes_a_jpeg_with_the_same_picture(kind):
    first = check_first_frame(file_of(picture(), kind))
    assert (first.width, first.height) == (640, 480)
    image = opened(first)
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (640, 480))
    assert is_close(image.getpixel((100, 200)), RED)
    assert is_close(image.getpixel((500, 200)), BLUE)


@each_row("kind", FORMATS)
def test_metadata_is_gone_and_its_orientation_applied(kind):
    source = file_of(picture(), kind, exif=exif(6).tobytes())
    first = check_first_frame(source)
    assert (first.width, first.height) == (480, 640)
    image = opened(first)
    assert is_close(image.getpixel((200, 100)), RED)
    assert is_close(image.getpixel((200, 500)), BLUE)
    assert not image.getexif()
    assert b"Canary" in source
    assert b"Canary" not in first.data


@each_row("orientation", range(1, 9))
def test_every_orientation_ends_upright(orientation):
    image = Image.new("RGB", (640, 480), "black")
    image.paste("white", (0, 0, 64, 48))
    corner_at = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[
        orientation
    ]
    upright = opened(check_first_frame(file_of(image, "PNG", exif=exif(orientation))))
    place = tuple(20 if at == 0 else length - 20 for at, length in zip(corner_at, upright.size, strict=True))
    assert upright.getpixel(place)[0] > 240


@each_row("kind", ["PNG", "WEBP", "HEIC", "AVIF"])
@each_row("drawing, ground", [((0, 0, 0), 255), ((200, 30, 30), 255), ((250, 250, 250), 32)])
def test_transparency_lies_on_white_unless_the_drawing_would_vanish_there(kind, drawing, ground):
    image = Image.new("RGBA", (640, 480), (*drawing, 0))
    image.paste((*drawing, 255), (300, 200, 400, 300))
    shown = opened(check_first_frame(file_of(image, kind)))
    assert is_close(shown.getpixel((9, 9)), (ground,) * 3)
    assert is_close(shown.getpixel((350, 250)), drawing)


@each_row("image", [
    Image.new("P", (640, 480)), Image.new("L", (640, 480)), Image.new("1", (640, 480)), Image.new("LA", (640, 480)),
])  # fmt: skip
def test_every_kind_of_png_is_taken(image):
    assert opened(check_first_frame(file_of(image, "PNG"))).mode == "RGB"


def test_sixteen_bits_of_grey_keep_their_brightness():
    middle = Image.new("I;16", (640, 480), 0x8000)
    assert is_close(opened(check_first_frame(file_of(middle, "PNG"))).getpixel((9, 9)), (128, 128, 128))


def test_inks_become_colours():
    cyan = Image.new("CMYK", (640, 480), (255, 0, 0, 0))
    assert opened(check_first_frame(file_of(cyan, "JPEG"))).getpixel((9, 9))[0] < 40


def test_a_colour_profile_is_applied_before_it_is_dropped():
    lab_like = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (lab_like, srgb, b"no profile at all"):
        first = check_first_frame(file_of(picture(), "PNG", icc_profile=profile))
        assert is_close(opened(first).getpixel((100, 200)), RED)
        assert "icc_profile" not in opened(first).info


@each_row("kind", ["PNG", "WEBP", "AVIF", "HEIC"])
def test_an_animation_gives_its_first_picture(kind):
    others = [Image.new("RGB", (640, 480), "lime")] * 2
    if kind == "HEIC":
        source = _heic_of(picture(), *others)
    else:
        source = file_of(picture(), kind, save_all=True, append_images=others)
    assert is_close(opened(check_first_frame(source)).getpixel((100, 200)), RED)


def _heic_of(*images):
    file = io.BytesIO()
    album = pillow_heif.HeifFile()
    for image in images:
        album.add_from_pillow(image)
    album.save(file, primary_index=0)
    return file.getvalue()


@each_row("kind", ALL_FORMATS)
def test_what_hangs_behind_a_picture_is_dropped(kind):
    first = check_first_frame(file_of(picture(), kind) + b"PK\x03\x04<script>canary</script>")
    assert b"canary" not in first.data


def test_comments_and_xmp_are_dropped():
    source = file_of(picture(), "JPEG", comment=b"canary one", xmp=b"<x>canary two</x>")
    assert b"canary" in source
    assert b"canary" not in check_first_frame(source).data


@each_row("data", [b"", b"\x00" * 100, b"<!doctype html>", b"RIFF1234CDDA", b"\xff", b"BMW"])
def test_what_is_no_picture_at_all_is_refused(data):
    assert refusal_of(data).reason is PictureFault.NOT_A_PICTURE


@each_row("size, reason", [
    ((300, 400), PictureFault.TOO_SMALL),
    ((301, 400), None),
    ((400, 1000), PictureFault.TOO_NARROW),
    ((401, 1000), None),
    ((1000, 400), PictureFault.TOO_WIDE),
    ((1000, 401), None),
])  # fmt: skip
def test_the_bounds_themselves_are_outside(size, reason):
    source = file_of(picture(size), "PNG")
    if reason is None:
        assert isinstance(check_first_frame(source), FirstFrame)
    else:
        refusal = refusal_of(source)
        assert refusal.reason is reason
        assert (refusal.figures["width"], refusal.figures["height"]) == size


def test_refusals_carry_the_value_and_the_limit():
    assert refusal_of(file_of(picture((200, 250)), "PNG")).figures == {
        "width": 200,
        "height": 250,
        "above": 300,
    }
    wide = {"width": 1200, "height": 400, "ratio": 3.0, "below": 2.5}
    assert refusal_of(file_of(picture((1200, 400)), "PNG")).figures == wide


def test_size_rules_hold_after_the_orientation():
    assert refusal_of(file_of(picture((1200, 400)), "JPEG", exif=exif(6))).reason is PictureFault.TOO_NARROW


def test_sixty_megabytes_are_too_big_and_twenty_are_not():
    source = file_of(picture(), "PNG")
    refusal = refusal_of(source + bytes(60_000_000 - len(source)))
    assert refusal.figures == {"size_bytes": 60_000_000, "limit_bytes": 60_000_000}
    assert check_first_frame(source + bytes(60_000_000 - len(source) - 1)).width == 640


def test_colours_keep_every_pixel_as_far_as_twenty_megabytes_allow():
    stripes = Image.new("RGB", (640, 480), "white")
    for x in range(0, 640, 2):
        stripes.paste("red", (x, 0, x + 1, 480))
    shown = opened(check_first_frame(file_of(stripes, "PNG")))
    assert is_close(shown.getpixel((320, 240)), (255, 0, 0))
    assert is_close(shown.getpixel((321, 240)), (255, 255, 255))
    assert JpegImagePlugin.get_sampling(shown) == 0


@pytest.mark.proof
def test_noise_that_grows_when_written_anew_still_ends_below_the_limit():
    noise = Image.effect_noise((5600, 4400), 200)
    source = file_of(noise, "JPEG", quality=35)
    assert len(source) < 20_000_000
    assert len(file_of(noise, "JPEG", quality=95)) > 20_000_000
    assert len(check_first_frame(source).data) < 20_000_000


@each_row("kind", FORMATS)
def test_a_picture_of_which_much_is_missing_is_refused(kind):
    source = file_of(Image.effect_noise((640, 480), 80).convert("RGB"), kind)
    for part in (0.05, 0.5, 0.8):
        refusal = refusal_of(source[: int(len(source) * part)])
        known = {PictureFault.CUT_OFF, PictureFault.DAMAGED, PictureFault.NOT_A_PICTURE}
        assert refusal.reason in known
        if refusal.reason is PictureFault.CUT_OFF:
            assert refusal.figures["percent"] == pytest.approx(100 * part, abs=5)


MEASURE = """
import sys
from memory import peak_mib
from picture_samples import png_bomb, webp_bomb
from media.pictures.first_frame import check_first_frame
from media.errors import PictureRefused
bomb = {"png": png_bomb, "webp": webp_bomb}[sys.argv[1]](16_383)
before = peak_mib()
try:
    check_first_frame(bomb)
except PictureRefused as refusal:
    print(refusal.reason, peak_mib() - before, len(bomb))
"""


@needs_proc
@each_row("kind", ["png", "webp"])
def test_a_bomb_is_refused_without_growth(kind):
    where = os.pathsep.join(["tests/media", "."])
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", MEASURE, kind],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": where},
    )
    reason, grown_mib, weight = run.stdout.split()
    assert reason == "too_many_pixels"
    assert int(grown_mib) < 10
    assert int(weight) < 60_000


def test_bombs_are_refused_with_their_figures():
    for bomb, side in ((png_bomb(20_000), 20_000), (webp_bomb(), 16_383)):
        figures = refusal_of(bomb).figures
        assert (figures["width"], figures["height"], figures["pixels"]) == (side, side, side**2)
        assert 25_000_000 < figures["limit_pixels"] < 100_000_000


def test_warnings_of_the_readers_stay_inside():
    source = file_of(picture(), "PNG")
    no_frames = png_chunk(b"acTL", bytes(8))
    with pytest.warns(UserWarning, match="APNG"):
        Image.open(io.BytesIO(source[:33] + no_frames + source[33:])).close()
    assert check_first_frame(source[:33] + no_frames + source[33:]).width == 640


def test_pillow_is_left_as_it_was():
    limit, filters, formats = Image.MAX_IMAGE_PIXELS, list(warnings.filters), set(Image.OPEN)
    for kind in FORMATS:
        check_first_frame(file_of(picture(), kind))
    refusal_of(png_bomb())
    assert (Image.MAX_IMAGE_PIXELS, warnings.filters) == (limit, filters)
    assert "HEIF" not in set(Image.OPEN) - formats


SAMPLES = {
    kind: file_of(Image.effect_noise((320, 310), 60).convert("RGB"), kind, exif=exif().tobytes())
    for kind in FORMATS
}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(FORMATS), data=st.data())
def test_no_spoiled_file_ever_raises_anything_else(kind, data):
    spoiled = bytearray(SAMPLES[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, min(len(spoiled) - 1, 1500)))
        spoiled[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PictureRefused):
        check_first_frame(bytes(spoiled[: data.draw(st.integers(1, len(spoiled)))]))
