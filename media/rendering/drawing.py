"""Draws a landscape for clips without a picture, and the caption bar at the bottom of a clip.

The same prompt always gives the same landscape. The bar fades in after half a second.
"""

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.
# Pillow and PyAV type some methods with numpy, which is not installed.

import colorsys
import functools
import hashlib
import math
import re
import unicodedata
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

from media.rendering.canvas import Planes

Colour = tuple[int, int, int]
_APPEARS_AT_SECONDS = 0.5
_FADES_SECONDS = 0.4
_MAX_LINES = 2
_MAX_LETTERS = 300  # more than two lines can hold
_INK = (245, 245, 245)
_BAR = (18, 20, 26)
_BAR_OPACITY = 190
_PLAIN = str.maketrans({"—": "-", "–": "-", "‐": "-", "−": "-", "…": "...", "ß": "ss", "«": '"', "»": '"'})
_EMPTY_BRACKETS = re.compile(r"[\[(][\s,]*[\])]")
_LOST_COMMAS = re.compile(r"(?<=[\[(])[\s,]+|[\s,]+(?=[\])])")


def draw_backdrop(caption: str, size: tuple[int, int]) -> Image.Image:
    """Draw an RGB landscape of `size` in one hue, with sky, sun and three ranges of hills; `caption` is the seed."""
    seed = hashlib.sha256(caption.encode()).digest()
    large = (size[0] * 2, size[1] * 2)
    picture = _sky(seed, large)
    _draw_sun(picture, seed)
    for depth in range(3):
        _draw_hills(picture, seed, depth)
    return picture.resize(size, Image.Resampling.BOX)


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption bar, rendered once and drawn on each frame. `at`: its position in the frame, in luma pixels."""

    bar: Planes
    mask: Image.Image
    at: tuple[int, int]

    def draw_on(self, frame: Planes, seconds: float) -> None:
        """Draw the bar on the frame; `seconds`, the time in the clip, decides how far the bar has faded in."""
        strength = min(1.0, (seconds - _APPEARS_AT_SECONDS) / _FADES_SECONDS)
        if strength > 0:
            frame.paste(self.bar, mask=_faded(self.mask, strength), at=self.at)


def make_caption(text: str, size: tuple[int, int]) -> Caption | None:
    """Return the caption bar with `text` for a video of `size`, or None if no letter of `text` can be drawn."""
    font = ImageFont.load_default(size=max(8, size[1] // 26))
    lines = _wrap(drawable(text)[:_MAX_LETTERS], font, size[0] * 0.84)
    if not lines:
        return None
    picture, mask = _draw_bar(lines, font)
    at = (_even_down((size[0] - picture.width) / 2), _even_down(size[1] * 0.96 - picture.height))
    return Caption(Planes.of(picture), mask, at)


def drawable(text: str) -> str:
    """Return the part of `text` that Pillow's own font can draw: without accents and without other scripts."""
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(letter if _has_shape(letter) else " " * letter.isspace() for letter in plain)
    return " ".join(_LOST_COMMAS.sub("", _EMPTY_BRACKETS.sub(" ", kept)).split())


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


@functools.cache
def _has_shape(letter: str) -> bool:
    """Return whether the font has a glyph for `letter`; it draws an empty box for letters that it lacks."""
    font = ImageFont.load_default(size=12)
    return _shape(font, letter) != _shape(font, "\uffff")


def _shape(font: "_Font", letter: str) -> bytes:
    left, top, right, bottom = map(round, font.getbbox(letter))
    cell = Image.new("L", (max(1, right), max(1, bottom)))
    ImageDraw.Draw(cell).text((0, 0), letter, 255, font)
    return repr((left, top, right, bottom)).encode() + cell.tobytes()


_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def _wrap(text: str, font: _Font, width: float) -> list[str]:
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < _MAX_LINES:
        count = _words_that_fit(words, font, width)
        lines.append(_shortened(" ".join(words[:count]), font, width))
        words = words[count:]
    if words:
        lines[-1] = _shortened(lines[-1] + " " + words[0], font, width, must_end=True)
    return lines


def _words_that_fit(words: list[str], font: _Font, width: float) -> int:
    count = 1
    while count < len(words) and font.getlength(" ".join(words[: count + 1])) <= width:
        count += 1
    return count


def _shortened(line: str, font: _Font, width: float, *, must_end: bool = False) -> str:
    """Return the line, cut to `width` and ended with three dots if it is too wide or `must_end` is set."""
    if font.getlength(line) <= width and not must_end:
        return line
    while line and font.getlength(line + "...") > width:
        line = line[:-1]
    return line.rstrip() + "..."


def _draw_bar(lines: list[str], font: _Font) -> tuple[Image.Image, Image.Image]:
    """Return the caption bar in RGB and its opacity mask, both of even size."""
    text = "\n".join(lines)
    left, top, right, bottom = ImageDraw.Draw(Image.new("L", (1, 1))).multiline_textbbox(
        (0, 0), text, font, align="center"
    )
    pad = max(4, (bottom - top) // (2 * len(lines)))
    size = (_even_down(right - left + 4 * pad) + 2, _even_down(bottom - top + 2 * pad) + 2)
    picture, mask = Image.new("RGB", size, _BAR), Image.new("L", size, 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), pad, _BAR_OPACITY)
    for image, ink in ((picture, _INK), (mask, 255)):
        ImageDraw.Draw(image).multiline_text((2 * pad - left, pad - top), text, ink, font, align="center")
    return picture, mask


def _faded(mask: Image.Image, strength: float) -> Image.Image:
    return mask if strength >= 1 else mask.point([round(value * strength) for value in range(256)])


def _even_down(value: float) -> int:
    return max(0, int(value) // 2 * 2)
