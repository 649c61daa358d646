"""Files that are not whole: what a browser shows is taken, and what is missing is said."""

import pytest
from colour_samples import with_chunks
from picture_samples import ALL_FORMATS, file_of, picture, png_chunk
from PIL import Image

from media.errors import PictureFault, PictureRefused
from media.pictures.decode import decode_picture
from tests.support.rows import each_row


def noise(size=(640, 480)):
    return Image.effect_noise(size, 60).convert("RGB")


def refusal_of(data):
    with pytest.raises(PictureRefused) as refused:
        decode_picture(data)
    return refused.value


@each_row("options", [{}, {"progressive": True}, {"subsampling": 0}])
@each_row(
    "image", [noise(), picture(), Image.new("L", (640, 480), 0), Image.new("RGB", (640, 480), (128,) * 3)]
)
def test_a_jpeg_without_its_end_marker_is_whole(image, options):
    source = file_of(image, "JPEG", quality=60, **options)
    whole = decode_picture(source)
    assert decode_picture(source[:-2]).tobytes() == whole.tobytes()
    assert decode_picture(source[:-1]).tobytes() == whole.tobytes()


@each_row("kind", ["PNG", "GIF", "BMP", "WEBP", "JPEG"])
def test_a_picture_whose_last_rows_are_missing_is_taken_without_them(kind):
    source = file_of(noise(), kind)
    seen = decode_picture(source[: int(len(source) * 0.98)])
    assert seen.width == 640
    assert 450 <= seen.height <= 480


@each_row("kind", ["PNG", "GIF", "BMP", "WEBP", "JPEG"])
def test_a_picture_of_which_half_is_missing_says_so(kind):
    source = file_of(noise(), kind)
    refusal = refusal_of(source[: len(source) // 2])
    assert refusal.reason is PictureFault.CUT_OFF
    assert refusal.figures["percent"] == pytest.approx(50, abs=4)


@each_row("kind", ALL_FORMATS)
def test_half_a_picture_of_any_format_is_refused(kind):
    source = file_of(noise(), kind)
    assert refusal_of(source[: len(source) // 2]).reason is not PictureFault.NOT_A_PICTURE


def test_a_broken_animation_leaves_the_picture_that_is_not_in_it():
    for broken in ((b"acTL", bytes(8)), (b"acTL", b"\0\0\0\2\0\0\0\0"), (b"fcTL", b"\0")):
        assert decode_picture(with_chunks(file_of(picture(), "PNG"), broken)).getpixel((100, 200)) == (
            200,
            40,
            30,
        )


def test_a_profile_in_an_unknown_coding_is_passed_over():
    source = with_chunks(file_of(picture(), "PNG"), (b"iCCP", b"name\0\7what is this"))
    assert decode_picture(source).getpixel((100, 200)) == (200, 40, 30)


def test_a_rare_kind_of_bmp_is_not_called_damaged():
    source = bytearray(file_of(picture(), "BMP"))
    source[28] = 2
    refusal = refusal_of(bytes(source))
    assert (refusal.reason, refusal.figures) == (PictureFault.RARE_KIND, {"format": "BMP"})


def test_what_cannot_be_read_at_all_is_damaged():
    head = png_chunk(b"IHDR", b"\0\0\2\x80\0\0\1\xe0\x63\x63\0\0\0")
    assert refusal_of(b"\x89PNG\r\n\x1a\n" + head).reason is PictureFault.DAMAGED
