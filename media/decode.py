"""From the bytes of a picture to upright RGB pixels, without ever decoding more of them than the cap allows."""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
import struct
import threading
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, cast

from PIL import Image, ImageCms
from PIL.ImageFile import ImageFile

from media.picture_fault import PictureFault, PictureRefused
from media.picture_formats import PictureFormat, format_of, open_picture, webp_canvas

MAX_PIXELS = 50_000_000
"""Pixels that are decoded at most: what the cameras of phones make, about 200 MB in memory."""

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DAMAGE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
    struct.error,
    EOFError,
)
"""What the readers raise for files that are not whole: they parse headers with ordinary Python."""

_quiet = threading.Lock()


def decode_picture(data: bytes) -> Image.Image:
    """Return the (first) picture in `data` as RGB: turned upright, transparency on white, in sRGB, metadata gone.

    Warnings of the readers stay inside; that is why pictures are decoded one at a time.

    Raises:
        PictureRefused: NOT_A_PICTURE, WRONG_FORMAT, TOO_MANY_PIXELS or DAMAGED.
    """
    kind = known_format(data)
    with _without_warnings():
        try:
            return _decode(data, kind)
        except PictureRefused:
            raise
        except _DAMAGE as fault:
            raise PictureRefused(PictureFault.DAMAGED, format=kind.value) from fault


def known_format(data: bytes) -> PictureFormat:
    """Return which of our formats `data` is; raises PictureRefused (NOT_A_PICTURE, WRONG_FORMAT) for any other."""
    kind = format_of(data)
    if kind is None:
        raise PictureRefused(PictureFault.NOT_A_PICTURE)
    if not isinstance(kind, PictureFormat):
        raise PictureRefused(PictureFault.WRONG_FORMAT, format=kind)
    return kind


def _decode(data: bytes, kind: PictureFormat) -> Image.Image:
    size = webp_canvas(data) or (0, 0) if kind is PictureFormat.WEBP else (0, 0)
    _refuse_bomb(size)
    try:
        with open_picture(data, kind) as picture:
            size = picture.size
            _refuse_bomb(size)
            picture.load()
            # A HEIC file may turn out larger than its header says.
            _refuse_bomb(picture.size)
            return _bare(_in_srgb(_upright(_rgb(picture), _orientation_of(picture)), picture))
    except MemoryError as fault:
        raise _too_many_pixels(size) from fault


def _refuse_bomb(size: tuple[int, int]) -> None:
    if size[0] * size[1] > MAX_PIXELS:
        raise _too_many_pixels(size)


def _too_many_pixels(size: tuple[int, int]) -> PictureRefused:
    width, height = size
    figures = {"width": width, "height": height, "pixels": width * height, "limit_pixels": MAX_PIXELS}
    return PictureRefused(PictureFault.TOO_MANY_PIXELS, **figures)


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):
        return picture.point(lambda value: value * (1 / 256)).convert("L").convert("RGB")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    opaque = picture.convert("RGBA")
    white = Image.new("RGB", opaque.size, "white")
    white.paste(opaque, mask=opaque.getchannel("A"))
    return white


def _orientation_of(picture: ImageFile) -> int:
    try:
        return picture.getexif().get(_ORIENTATION_TAG, 1)
    except _DAMAGE:
        return 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _in_srgb(picture: Image.Image, source: Image.Image) -> Image.Image:
    """Return the picture with the colours that its profile means, as most phones write Display P3."""
    profile = source.info.get("icc_profile")
    if not profile or source.mode not in {"RGB", "RGBA"}:
        return picture
    try:
        meant = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(picture, meant, _srgb()) or picture
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


def _srgb() -> ImageCms.ImageCmsProfile:
    made = cast("Any", ImageCms.createProfile("sRGB"))  # a type of C, without hints
    return ImageCms.ImageCmsProfile(made)


def _bare(picture: Image.Image) -> Image.Image:
    """Drop what Pillow would write into the next file by itself: comment and XMP."""
    picture.info = {}
    return picture


@contextmanager
def _without_warnings() -> Generator[None]:
    # Python 3.11 keeps warning filters for the whole process, so two threads must not change them at once.
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
