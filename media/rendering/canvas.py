"""The canvas that the simulated camera films: the geometry of each view, and the pixels as luma and chroma planes.

H.264 needs one plane of luma and two of chroma at half the size. The clip is rendered and encoded in this form, so the
conversion from RGB happens once, not per frame.
"""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

import math
from dataclasses import dataclass
from functools import reduce
from typing import cast

import av
from PIL import Image

from media.rendering.moves import View

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]
Box = tuple[float, float, float, float]
Point = tuple[float, float]
MARGIN = 0.5
"""The width of the canvas on each side of the picture, as a part of the picture's width or height."""

_FOCAL_LENGTH = 1.2  # in picture sides: a lens that sees about 45 degrees
_BILINEAR = Image.Resampling.BILINEAR


@dataclass(frozen=True, slots=True)
class Stage:
    """A picture of `width` x `height` in the middle of a canvas that reaches `MARGIN` further on each side."""

    width: int
    height: int

    @property
    def margin(self) -> tuple[int, int]:
        """The canvas left of and above the picture, in pixels; even numbers, so that the chroma planes fit."""
        return _even(self.width * MARGIN), _even(self.height * MARGIN)

    @property
    def canvas(self) -> tuple[int, int]:
        """The width and height of the whole canvas in pixels."""
        return self.width + 2 * self.margin[0], self.height + 2 * self.margin[1]

    def box(self, view: View) -> Box:
        """Return the part of the canvas that `view` shows, without rotation: left, top, right, bottom."""
        matrix = self.homography(view)
        return (*apply(matrix, (0, 0)), *apply(matrix, (self.width, self.height)))

    def homography(self, view: View) -> Matrix:
        """Return the projective map from a frame's pixels to points of the canvas; all of them lie on the canvas."""
        seen = self._looking(view)
        return _multiply(_shift(*self._way_back(seen)), seen)

    def _looking(self, view: View) -> Matrix:
        focal = _FOCAL_LENGTH * max(self.width, self.height)
        middle = (self.margin[0] + self.width / 2, self.margin[1] + self.height / 2)
        to_rays: Matrix = (
            (1 / view.zoom, 0, -self.width / 2 / view.zoom),
            (0, 1 / view.zoom, -self.height / 2 / view.zoom),
            (0, 0, focal),
        )
        to_picture: Matrix = ((focal, 0, 0), (0, focal, 0), (0, 0, 1))
        to_canvas = _shift(middle[0] + view.x * self.width, middle[1] + view.y * self.height)
        return reduce(_multiply, (to_canvas, to_picture, _rotation(view.yaw, view.pitch), to_rays))

    def _way_back(self, seen: Matrix) -> Point:
        """Return the shift that moves all corners of the view onto the canvas."""
        corners = [apply(seen, (x, y)) for x in (0, self.width) for y in (0, self.height)]
        return (
            _into([x for x, _ in corners], self.canvas[0]),
            _into([y for _, y in corners], self.canvas[1]),
        )


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture as a luma and two chroma planes (8-bit `L` pictures, BT.601 limited range); luma of even size."""

    luma: Image.Image
    blue: Image.Image
    red: Image.Image

    @classmethod
    def of(cls, picture: Image.Image) -> "Planes":
        """Convert an RGB picture of even size to luma and chroma planes."""
        rgb = cast("av.VideoFrame", av.VideoFrame.from_image(picture.convert("RGB")))
        frame = rgb.reformat(format="yuv420p")
        luma, blue, red = (
            Image.frombytes("L", (plane.width, plane.height), bytes(plane), "raw", "L", plane.line_size, 1)
            for plane in frame.planes
        )
        return cls(luma, blue, red)

    def cut(self, box: Box, size: tuple[int, int]) -> "Planes":
        """Return the part of the picture in `box`, enlarged or reduced to `size`."""
        half = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
        chroma = (size[0] // 2, size[1] // 2)
        return Planes(
            self.luma.resize(size, _BILINEAR, box=box),
            self.blue.resize(chroma, _BILINEAR, box=half),
            self.red.resize(chroma, _BILINEAR, box=half),
        )

    def seen_through(self, matrix: Matrix, size: tuple[int, int]) -> "Planes":
        """Return a picture of `size` whose pixel at p is this picture's pixel at `matrix` times p."""
        chroma = (size[0] // 2, size[1] // 2)
        return Planes(
            _through(self.luma, matrix, size),
            _through(self.blue, halved(matrix), chroma),
            _through(self.red, halved(matrix), chroma),
        )

    def paste(self, other: "Planes", *, mask: Image.Image, at: tuple[int, int]) -> None:
        """Draw `other` over this picture at `at`, in even pixels.

        mask: its opacity, an `L` picture of the size of its luma plane.
        """
        half_mask = mask.resize(other.blue.size, _BILINEAR)
        half_at = (at[0] // 2, at[1] // 2)
        self.luma.paste(other.luma, at, mask)
        self.blue.paste(other.blue, half_at, half_mask)
        self.red.paste(other.red, half_at, half_mask)

    def blended(self, other: "Planes", share: float) -> "Planes":
        """Return this picture with a `share` of `other`, 0..1, which has the same size."""
        return Planes(
            Image.blend(self.luma, other.luma, share),
            Image.blend(self.blue, other.blue, share),
            Image.blend(self.red, other.red, share),
        )

    def frame(self) -> av.VideoFrame:
        """Return the picture as a PyAV frame, which the encoder accepts."""
        frame = av.VideoFrame(self.luma.width, self.luma.height, "yuv420p")
        for plane, picture in zip(frame.planes, (self.luma, self.blue, self.red), strict=True):
            plane.update(picture.tobytes("raw", "L", plane.line_size, 1))
        return frame


def apply(matrix: Matrix, point: Point) -> Point:
    """Return the point to which the projective map `matrix` sends `point`."""
    x, y = point
    across, down, depth = (row[0] * x + row[1] * y + row[2] for row in matrix)
    return across / depth, down / depth


def halved(matrix: Matrix) -> Matrix:
    """Return the same map for planes of half the size, such as the chroma planes."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (a, b, c / 2), (d, e, f / 2), (2 * g, 2 * h, i)


def coefficients(matrix: Matrix) -> tuple[float, ...]:
    """Return `matrix` as the eight coefficients of Pillow's PERSPECTIVE transform."""
    scale = matrix[2][2]
    return tuple(value / scale for row in matrix for value in row)[:8]


def _rotation(yaw: float, pitch: float) -> Matrix:
    turned: Matrix = ((math.cos(yaw), 0, math.sin(yaw)), (0, 1, 0), (-math.sin(yaw), 0, math.cos(yaw)))
    tilted: Matrix = (
        (1, 0, 0),
        (0, math.cos(pitch), math.sin(pitch)),
        (0, -math.sin(pitch), math.cos(pitch)),
    )
    return _multiply(turned, tilted)


def _shift(x: float, y: float) -> Matrix:
    return (1, 0, x), (0, 1, y), (0, 0, 1)


def _multiply(left: Matrix, right: Matrix) -> Matrix:
    first, second, third = (_row_times(row, right) for row in left)
    return first, second, third


def _row_times(row: tuple[float, float, float], matrix: Matrix) -> tuple[float, float, float]:
    first, second, third = (
        sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*matrix, strict=True)
    )
    return first, second, third


def _into(places: list[float], length: int) -> float:
    if min(places) < 0:
        return -min(places)
    return min(0.0, length - max(places))


def _even(value: float) -> int:
    return 2 * round(value / 2)


def _through(plane: Image.Image, matrix: Matrix, size: tuple[int, int]) -> Image.Image:
    return plane.transform(size, Image.Transform.PERSPECTIVE, coefficients(matrix), _BILINEAR, fill=0)
