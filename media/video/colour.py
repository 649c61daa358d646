"""Reads how a video's frames encode their colours, and converts frames to RGB without loss of colour.

A loss would add up over a chain of videos: FFmpeg's fast conversion, PyAV's default, darkens each generation by about
one level and reads every video as BT.601.
"""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast

from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from PIL import Image

EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
"""The flags of libswscale for a conversion without colour drift, as FFmpeg's scale filter spells them."""

_EXACT_BITS = 0x4 | 0x40000 | 0x2000 | 0x4000  # the same flags as numbers, from libswscale/swscale.h
_HIGH_DEFINITION_LINES = 720


class Matrix(StrEnum):
    """The matrix between RGB and Y, Cb, Cr in a video; the values are FFmpeg's names."""

    BT601 = "bt601"
    BT709 = "bt709"
    BT2020 = "bt2020"
    SMPTE240M = "smpte240m"
    FCC = "fcc"

    @property
    def code(self) -> int:
        """The number of this matrix in a video's header (ISO/IEC 23091-2, matrix coefficients)."""
        return _CODES[self]


_CODES = {Matrix.BT709: 1, Matrix.FCC: 4, Matrix.BT601: 6, Matrix.SMPTE240M: 7, Matrix.BT2020: 9}
_MATRICES = {code: matrix for matrix, code in _CODES.items()} | {5: Matrix.BT601}
_NAMELESS = (0, 2)  # reserved, and "unspecified"


@dataclass(frozen=True, slots=True)
class Colours:
    """The complete description of a video's colours; players ignore an incomplete one.

    primaries, transfer: the numbers in a video's header (ISO/IEC 23091-2). full: black is 0 and white 255, not 16 and
    235.
    """

    matrix: Matrix
    primaries: int
    transfer: int
    full: bool = False

    def at(self, lines: int, *, before: int) -> "Colours":
        """Return the colours for the video scaled from height `before` to `lines`.

        The matrix changes with the height, because players that ignore the description guess it by the height.
        """
        guess = _guessed(lines)
        if guess is _guessed(before) or self.matrix not in (Matrix.BT601, Matrix.BT709):
            return self
        return replace(self, matrix=guess)

    def name_in(self, coder: VideoCodecContext) -> None:
        """Set this description in the encoder `coder`, which writes it into the video's header."""
        coder.colorspace, coder.color_primaries, coder.color_trc = (
            self.matrix.code,
            self.primaries,
            self.transfer,
        )
        coder.color_range = ColorRange.JPEG if self.full else ColorRange.MPEG


def colours_of(frame: VideoFrame) -> Colours:
    """Return the colours that a frame declares; guess undeclared values as players do, by the frame's height."""
    guess = _guessed(frame.height).code
    return Colours(
        matrix_of(frame),
        guess if frame.color_primaries in _NAMELESS else frame.color_primaries,
        guess if frame.color_trc in _NAMELESS else frame.color_trc,
        full=_is_full_range(frame) and not frame.format.is_rgb,
    )


def matrix_of(frame: VideoFrame) -> Matrix:
    """Return the matrix that a frame declares; if it declares none, guess by its height, as browsers do."""
    return _MATRICES.get(frame.colorspace, _guessed(frame.height))


def _guessed(lines: int) -> Matrix:
    return Matrix.BT709 if lines >= _HIGH_DEFINITION_LINES else Matrix.BT601


def _is_full_range(frame: VideoFrame) -> bool:
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def to_picture(frame: VideoFrame) -> Image.Image:
    """Convert a frame to an RGB picture of the same size, by the colours that the frame declares."""
    rgb = frame.reformat(
        format="rgb24",
        interpolation=_EXACT_BITS,
        src_colorspace=matrix_of(frame).code,
        dst_colorspace=Matrix.BT601.code,  # RGB has none, but PyAV applies the source's only if both are given
        src_color_range=ColorRange.JPEG if _is_full_range(frame) else ColorRange.MPEG,
    )
    return cast("Image.Image", rgb.to_image())
