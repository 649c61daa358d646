"""A pleasant landscape for clips without a picture; the same words always give the same one."""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.

import colorsys
import hashlib
import math

from PIL import Image, ImageDraw, ImageOps

Colour = tuple[int, int, int]


def draw_backdrop(caption: str, size: tuple[int, int]) -> Image.Image:
    """Return an RGB landscape of `size`: a sky, a sun and three ranges of hills in the colours of one hue."""
    seed = hashlib.sha256(caption.encode()).digest()
    large = (size[0] * 2, size[1] * 2)
    picture = _sky(seed, large)
    _draw_sun(picture, seed)
    for depth in range(3):
        _draw_hills(picture, seed, depth)
    return picture.resize(size, Image.Resampling.BOX)


def _sky(seed: bytes, size: tuple[int, int]) -> Image.Image:
    ramp = Image.linear_gradient("L").resize(size, Image.Resampling.BILINEAR)
    return ImageOps.colorize(
        ramp, black=_colour(seed, 0.0, 0.55, 0.55), white=_colour(seed, 0.12, 0.30, 0.98)
    )


def _draw_sun(picture: Image.Image, seed: bytes) -> None:
    width, height = picture.size
    x, y = width * (0.2 + 0.6 * seed[1] / 255), height * (0.22 + 0.2 * seed[2] / 255)
    pen = ImageDraw.Draw(picture, "RGBA")
    for ring, opacity in ((2.2, 40), (1.5, 70), (1.0, 255)):
        radius = height * 0.09 * ring
        pen.ellipse(
            (x - radius, y - radius, x + radius, y + radius), (*_colour(seed, 0.15, 0.12, 1.0), opacity)
        )


def _draw_hills(picture: Image.Image, seed: bytes, depth: int) -> None:
    width, height = picture.size
    base, rise = 0.58 + 0.13 * depth, 0.10 - 0.02 * depth
    waves, phase = 1.3 + seed[3 + depth] / 128, seed[6 + depth] / 40
    steps = range(0, width + 8, 8)
    crest = [(x, height * (base - rise * math.sin(phase + waves * math.tau * x / width))) for x in steps]
    ground = [(width + 8, height), (0, height)]
    ImageDraw.Draw(picture).polygon([*crest, *ground], _colour(seed, 0.03 * depth, 0.5, 0.46 - 0.13 * depth))


def _colour(seed: bytes, turn: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb((seed[0] / 255 + turn) % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
