"""The pixels of a picture and how opaque each is, whatever its mode and depth, and the ground that shows through."""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import io
from typing import cast

from PIL import Image, ImageChops
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile

Box = tuple[int, int, int, int]
Channels = tuple[Image.Image, Image.Image | None]

_DEEP = 65536
_TO_8_BITS = [(level * 255 + 32767) // 65535 for level in range(_DEEP)]
_DEPTH_AT = 24  # in a PNG: its header's third number

_PALE, _DARK = 200, 64  # levels that can hardly be seen on the other ground
_LIGHT_GROUND, _DARK_GROUND = (255, 255, 255), (32, 32, 32)


def channels_of(picture: ImageFile, data: bytes, frame: Box | None) -> Channels:
    """Return a loaded picture as L, RGB, CMYK or LAB, and its opacity (None: all of it is opaque).

    `frame` is where its pixels lie; around them nothing is.
    """
    pixels, alpha = _deep(picture) if picture.mode[0] in "IF" else _flat(picture, data)
    if frame is None or frame == (0, 0, *picture.size):
        return pixels, alpha
    within = Image.new("L", picture.size)
    within.paste(alpha.crop(frame) if alpha else 255, frame)
    return pixels, within


def on_ground(picture: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """Return an RGB picture on white, or on a dark ground if more of its drawing would vanish on white."""
    if alpha is None:
        return picture
    levels = picture.convert("L").histogram(alpha.point([0] * 128 + [255] * 128))
    ground = _DARK_GROUND if sum(levels[_PALE:]) > sum(levels[:_DARK]) else _LIGHT_GROUND
    return Image.composite(picture, Image.new("RGB", picture.size, ground), alpha)


def _flat(picture: ImageFile, data: bytes) -> Channels:
    key = picture.info.get("transparency")
    if isinstance(picture, PngImageFile) and picture.mode == "L" and isinstance(key, int):
        picture.info["transparency"] = (key & 255) * 255 // (2 ** data[_DEPTH_AT] - 1)
    if isinstance(picture, PngImageFile) and picture.mode == "RGB" and isinstance(key, tuple):
        levels = cast("tuple[int, ...]", key)
        if data[_DEPTH_AT] == 16:
            return picture, _opacity_at_16_bits(data, levels)
        picture.info["transparency"] = tuple(level & 255 for level in levels)
    grey = picture.mode in {"1", "L", "LA", "La"}
    if not picture.has_transparency_data:
        mode = "L" if grey else picture.mode if picture.mode in {"CMYK", "LAB"} else "RGB"
        return _in_mode(picture, mode), None
    clear = _in_mode(picture, "RGBA")
    return clear.convert("L" if grey else "RGB"), clear.getchannel("A")


def _deep(picture: ImageFile) -> Channels:
    """Return 16-bit grey at 8 bits; a key of transparency is compared at 16."""
    if picture.mode == "F":
        return picture.point(lambda level: level * 255 + 0).convert("L"), None
    levels = picture.convert("I")
    key = picture.info.get("transparency")
    alpha = (
        levels.point([255 * (level != key) for level in range(_DEEP)], "L") if isinstance(key, int) else None
    )
    return levels.point(_TO_8_BITS, "L"), alpha


def _opacity_at_16_bits(data: bytes, key: tuple[int, ...]) -> Image.Image:
    """Return the opacity of a 16-bit RGB PNG, of which Pillow otherwise compares the upper bytes alone."""
    alpha = Image.new("L", PngImageFile(io.BytesIO(data)).size)
    for order, shift in (("B", 8), ("L", 0)):
        half = PngImageFile(io.BytesIO(data))
        half.tile = [half.tile[0]._replace(args=f"RGB;16{order}")]
        for band, level in zip(half.split(), key, strict=True):
            wanted = level >> shift & 255
            other = band.point([255 * (one != wanted) for one in range(256)])
            alpha = ImageChops.lighter(alpha, other)
    return alpha


def _in_mode(picture: Image.Image, mode: str) -> Image.Image:
    return picture if picture.mode == mode else picture.convert(mode)
