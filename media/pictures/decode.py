"""Decodes a picture file to upright RGB pixels in sRGB, as a browser shows them, and drops the metadata.

It calls the reader of each format directly: nothing is registered with Pillow, so no other reader can be reached.
"""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
import struct
import threading
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any, cast

from PIL import Image, ImageChops, ImageFile
from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import Blend, PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile
from pillow_heif import HeifImageFile

from media.errors import PictureFault, PictureRefused
from media.pictures.colour import Box, Carrier, channels_of, in_srgb, on_ground, profile_of_gamma
from media.pictures.containers import (
    Properties,
    codes_of,
    codes_of_png,
    crop_box,
    main_picture,
    still,
    with_one_association,
)
from media.pictures.headers import (
    LARGEST_PIXELS,
    PictureFormat,
    fraction_of,
    known_format,
    memory_needed,
    refuse_bomb,
    size_of_picture,
    too_many_pixels,
)

_READERS: dict[PictureFormat, Callable[[io.BytesIO], ImageFile.ImageFile]] = {
    PictureFormat.JPEG: JpegImageFile,
    PictureFormat.PNG: PngImageFile,
    PictureFormat.WEBP: WebPImageFile,
    PictureFormat.HEIC: HeifImageFile,
    PictureFormat.AVIF: AvifImageFile,
    PictureFormat.GIF: GifImageFile,
    PictureFormat.BMP: BmpImageFile,
    PictureFormat.TIFF: TiffImageFile,
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
    Image.DecompressionBombError,
)
"""The exceptions that Pillow's readers raise for damaged files, ordinary Python errors among them."""

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
_FRAMED = frozenset({PictureFormat.GIF, PictureFormat.PNG})
_BOXED = frozenset({PictureFormat.HEIC, PictureFormat.AVIF})
_MANY_KINDS = frozenset({PictureFormat.BMP, PictureFormat.TIFF})  # they have variants that Pillow cannot read
_JPEG_END = b"\xff\xd9"
_JPEG_BLANK = (128, 128, 128)  # the colour that libjpeg gives to missing pixels
_MORE_DATA = b"\x5a\xa3\x1c\x96" * 64
_MOST_MISSING = 0.05
"""The most of a picture that may be missing: up to this part it is cropped, with more missing it is refused."""

_quiet = threading.Lock()


def decode_picture(data: bytes) -> Image.Image:
    """Decode the (first) picture in `data` to RGB: upright, on an opaque background, without metadata.

    Faults in the file that no browser shows are tolerated. Only one picture is decoded at a time, because suppressing
    the readers' warnings affects the whole process.

    Raises:
        PictureRefused: NOT_A_PICTURE, WRONG_FORMAT, TOO_MANY_PIXELS, CUT_OFF, RARE_KIND or DAMAGED.
    """
    kind = known_format(data)
    data = with_one_association(data) if kind in _BOXED else data
    damage: Exception | None = None
    # A tolerant libheif may return an empty picture; libavif has no tolerant mode.
    for tolerant in (False,) if kind in _BOXED else (False, True):
        with _alone(tolerant=tolerant):
            try:
                refuse_bomb(data, kind)
                return _decode(_completed(data, kind) if tolerant else data, kind, tolerant=tolerant)
            except PictureRefused:
                raise
            except MemoryError as fault:
                needed = memory_needed(data)
                raise too_many_pixels(size_of_picture(data, kind), needed, needed) from fault
            except _DAMAGE as fault:
                damage = fault
    if kind in _MANY_KINDS:
        raise PictureRefused(PictureFault.RARE_KIND, format=kind.value) from damage
    raise PictureRefused(PictureFault.DAMAGED, format=kind.value) from damage


def _open_picture(data: bytes, kind: PictureFormat) -> ImageFile.ImageFile:
    """Open a picture: read its header, and so its size, without decoding it."""
    return _READERS[kind](io.BytesIO(data))


def _area(picture: Image.Image) -> int:
    """Return the number of pixels in a picture."""
    return picture.width * picture.height


def _decode(data: bytes, kind: PictureFormat, *, tolerant: bool) -> Image.Image:
    part = _present(data, kind) if tolerant else None
    pixels, alpha, about = _loaded(data, kind)
    properties = main_picture(data) if kind in _BOXED else {}
    box = part or (crop_box(properties, pixels.size) if kind is PictureFormat.AVIF else None)
    if box:
        pixels, alpha = pixels.crop(box), alpha and alpha.crop(box)
    while _area(pixels) > LARGEST_PIXELS:
        pixels, alpha = pixels.reduce(2), alpha and alpha.reduce(2)
    pixels = in_srgb(pixels, _carrier(data, kind, about, properties))
    upright = _upright(on_ground(pixels, alpha), _orientation_of(about))
    upright.info = {}  # Pillow would write the comment and XMP in it into the next file
    return upright


def _loaded(data: bytes, kind: PictureFormat) -> tuple[Image.Image, Image.Image | None, dict[str, Any]]:
    """Load a picture: return its pixels, its opacity, and the file's metadata; reduce a large JPEG while decoding."""
    with _open_picture(data, kind) as picture:
        refuse_bomb(data, kind, picture.size)
        _choose_frame(picture)
        frame = picture.tile[0][1] if kind in _FRAMED and picture.tile else None
        if isinstance(picture, JpegImageFile):
            scale = fraction_of(_area(picture))
            picture.draft(None, (picture.width // scale, picture.height // scale))
        picture.load()
        refuse_bomb(data, kind, picture.size)  # a HEIC file may turn out larger than its header says
        pixels, alpha = channels_of(picture, data, frame)
        return pixels, alpha, cast("dict[str, Any]", picture.info)


def _choose_frame(picture: ImageFile.ImageFile) -> None:
    """Select the first frame of an animated PNG if its default image is not part of the animation."""
    if isinstance(picture, PngImageFile) and picture.default_image:
        picture.seek(1)
        picture.blend_op = Blend.OP_SOURCE


def _carrier(data: bytes, kind: PictureFormat, about: dict[str, Any], properties: Properties) -> Carrier:
    """Return the file's description of its colours; if it has several, the one that browsers use."""
    if kind in _BOXED:
        return about.get("icc_profile") or codes_of(properties)
    if kind is not PictureFormat.PNG:
        return about.get("icc_profile")
    said = codes_of_png(data) or about.get("icc_profile")
    if said or "srgb" in about or "gamma" not in about:
        return said
    return profile_of_gamma(about["gamma"], about.get("chromaticity"))


def _orientation_of(about: dict[str, Any]) -> int:
    # Not by Pillow's `getexif`, which also reads the orientation in XMP: browsers ignore that.
    exif = Image.Exif()
    try:
        exif.load(about.get("exif", b""))
        return exif.get(_ORIENTATION_TAG, 1)
    except _DAMAGE:
        return 1


def _upright(picture: Image.Image, orientation: int) -> Image.Image:
    turn = _UPRIGHT.get(orientation)
    return picture if turn is None else picture.transpose(turn)


def _completed(data: bytes, kind: PictureFormat) -> bytes:
    """Repair a file whose end is missing, so that its reader decodes the part that is there; return other files as is.

    Raises:
        PictureRefused: CUT_OFF, too much of a WebP file is missing.
    """
    if kind is PictureFormat.JPEG:
        return data.rstrip(b"\xff") + _JPEG_END  # half a marker may be left
    if kind is PictureFormat.WEBP:
        missing = int.from_bytes(data[4:8], "little") + 8 - len(data)
        if missing > _MOST_MISSING * len(data):
            raise _cut_off(1 - missing / (len(data) + missing))
        return data + bytes(max(missing, 0))
    return still(data) if kind is PictureFormat.PNG else data


def _present(data: bytes, kind: PictureFormat) -> Box | None:
    """Return the box of the rows that the file holds, None for all rows.

    Raises:
        PictureRefused: CUT_OFF, more than `_MOST_MISSING` of the pixels are missing.
    """
    with _open_picture(data, kind) as picture:
        refuse_bomb(data, kind, picture.size)
        if _area(picture) > LARGEST_PIXELS:
            return None
    missing = _blank(data) if kind is PictureFormat.JPEG else _unwritten(data, kind)
    width, height = missing.size
    share = 1 - missing.histogram()[0] / _area(missing)
    if share > _MOST_MISSING:
        raise _cut_off(1 - share)
    _, top, _, bottom = missing.getbbox() or (0, height, width, height)
    if bottom - top > _MOST_MISSING * height:
        return None  # single lines of an interlaced picture
    return (0, bottom, width, height) if top == 0 else (0, 0, width, top)


def _cut_off(part: float) -> PictureRefused:
    return PictureRefused(PictureFault.CUT_OFF, percent=round(100 * part))


def _blank(jpeg: bytes) -> Image.Image:
    """Return a mask of a JPEG's missing rows: they are grey, and change if more data is appended to the file."""
    shown, other = (
        _loaded(jpeg[:-2] + more + _JPEG_END, PictureFormat.JPEG)[0] for more in (b"", _MORE_DATA)
    )
    mask = Image.new("L", shown.size)
    changed = ImageChops.difference(shown, other).getbbox()
    filled = ImageChops.difference(shown.convert("RGB"), Image.new("RGB", shown.size, _JPEG_BLANK)).getbbox()
    if changed:
        mask.paste(255, (0, max(changed[1], filled[3] if filled else 0), *shown.size))
    return mask


def _unwritten(data: bytes, kind: PictureFormat) -> Image.Image:
    """Return a mask of the missing pixels: those that the reader of the format does not write."""
    seen: list[Image.Image] = []
    for level in (0, 255):
        with _open_picture(data, kind) as picture:
            picture.im = Image.new(picture.mode, picture.size, level).im
            picture.load()
            seen.append(picture if picture.mode in {"L", "P"} else picture.convert("L"))
    return ImageChops.difference(*seen)


@contextmanager
def _alone(*, tolerant: bool) -> Generator[None]:
    # Python 3.11's warning filters and Pillow's tolerance are settings of the whole process.
    with _quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ImageFile.LOAD_TRUNCATED_IMAGES = tolerant
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False
