"""A picture as H.264 wants it: one plane of light and two of colour at half the size.

The whole clip is moved, mixed and encoded in this form; the conversion from RGB is paid once, not per frame.
"""

# pyright: reportUnknownMemberType=false
# Pillow and PyAV type some methods with numpy, which is not installed.

from dataclasses import dataclass
from typing import cast

import av
from PIL import Image

from media.rendering.geometry import Box, Matrix, coefficients, halved

_BILINEAR = Image.Resampling.BILINEAR


@dataclass(frozen=True, slots=True)
class Planes:
    """Luma and two chroma planes (8-bit `L` pictures, BT.601 limited range), luma of even size."""

    luma: Image.Image
    blue: Image.Image
    red: Image.Image

    @classmethod
    def of(cls, picture: Image.Image) -> "Planes":
        """Convert an RGB picture of even size."""
        rgb = cast("av.VideoFrame", av.VideoFrame.from_image(picture.convert("RGB")))
        frame = rgb.reformat(format="yuv420p")
        luma, blue, red = (
            Image.frombytes("L", (plane.width, plane.height), bytes(plane), "raw", "L", plane.line_size, 1)
            for plane in frame.planes
        )
        return cls(luma, blue, red)

    def cut(self, box: Box, size: tuple[int, int]) -> "Planes":
        """Return what lies in `box`, enlarged or reduced to `size`."""
        half = (box[0] / 2, box[1] / 2, box[2] / 2, box[3] / 2)
        chroma = (size[0] // 2, size[1] // 2)
        return Planes(
            self.luma.resize(size, _BILINEAR, box=box),
            self.blue.resize(chroma, _BILINEAR, box=half),
            self.red.resize(chroma, _BILINEAR, box=half),
        )

    def seen_through(self, matrix: Matrix, size: tuple[int, int]) -> "Planes":
        """Return the picture of `size` whose pixel p shows what lies at `matrix` times p."""
        chroma = (size[0] // 2, size[1] // 2)
        return Planes(
            _through(self.luma, matrix, size),
            _through(self.blue, halved(matrix), chroma),
            _through(self.red, halved(matrix), chroma),
        )

    def paste(self, other: "Planes", *, mask: Image.Image, at: tuple[int, int]) -> None:
        """Lay `other` over this picture; `mask` is `L`, of the size of its luma; `at` is even."""
        half_mask = mask.resize(other.blue.size, _BILINEAR)
        half_at = (at[0] // 2, at[1] // 2)
        self.luma.paste(other.luma, at, mask)
        self.blue.paste(other.blue, half_at, half_mask)
        self.red.paste(other.red, half_at, half_mask)

    def frame(self) -> av.VideoFrame:
        """Return the picture as a frame that the encoder takes."""
        frame = av.VideoFrame(self.luma.width, self.luma.height, "yuv420p")
        for plane, picture in zip(frame.planes, (self.luma, self.blue, self.red), strict=True):
            plane.update(picture.tobytes("raw", "L", plane.line_size, 1))
        return frame


def _through(plane: Image.Image, matrix: Matrix, size: tuple[int, int]) -> Image.Image:
    return plane.transform(size, Image.Transform.PERSPECTIVE, coefficients(matrix), _BILINEAR, fill=0)
