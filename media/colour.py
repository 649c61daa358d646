"""Which colours the numbers of a film's frame mean, and the way to RGB that loses none of them.

What is lost at one joint of a chain is lost again at the next: FFmpeg's quick conversion, which PyAV takes by itself,
darkens each generation by about a level and reads every film as BT.601.
"""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

from enum import StrEnum
from typing import cast

from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from PIL import Image

EXACT = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp"
"""The flags of libswscale for a conversion without drift, as its filter spells them."""

_EXACT_BITS = 0x4 | 0x40000 | 0x2000 | 0x4000  # the same flags as numbers, from libswscale/swscale.h
_HIGH_DEFINITION_LINES = 720


class Matrix(StrEnum):
    """How light and colour were mixed into Y, Cb and Cr; the values are FFmpeg's words."""

    BT601 = "bt601"
    BT709 = "bt709"
    BT2020 = "bt2020"

    @property
    def code(self) -> int:
        """The number in a film's header (ISO/IEC 23091-2, matrix coefficients)."""
        return {Matrix.BT601: 6, Matrix.BT709: 1, Matrix.BT2020: 9}[self]


_MATRICES = {1: Matrix.BT709, 5: Matrix.BT601, 6: Matrix.BT601, 9: Matrix.BT2020}


def matrix_of(frame: VideoFrame) -> Matrix:
    """Return the matrix that a frame names; where it names none, guess by its height as browsers do."""
    guess = Matrix.BT709 if frame.height >= _HIGH_DEFINITION_LINES else Matrix.BT601
    return _MATRICES.get(frame.colorspace, guess)


def _is_full_range(frame: VideoFrame) -> bool:
    """Tell whether black is 0 and white 255, not 16 and 235."""
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def to_picture(frame: VideoFrame) -> Image.Image:
    """Return the frame as an RGB picture of the same size, in the colours that it means."""
    rgb = frame.reformat(
        format="rgb24",
        interpolation=_EXACT_BITS,
        src_colorspace=matrix_of(frame).code,
        dst_colorspace=Matrix.BT601.code,  # RGB has none; PyAV applies the source's only where both are given
        src_color_range=ColorRange.JPEG if _is_full_range(frame) else ColorRange.MPEG,
    )
    return cast("Image.Image", rgb.to_image())
