"""Converts a picture's colours to sRGB, as a browser shows them, and its transparency to an opaque background.

Colours described by code points are turned into an ICC profile first; the library lcms converts by profile.
Code points: ITU-T H.273, tables 2 (primaries) and 3 (transfers).
"""

import io
import math
import struct
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, cast

from PIL import Image, ImageChops, ImageCms, ImageFilter
from PIL.ImageFile import ImageFile
from PIL.PngImagePlugin import PngImageFile

from media.pictures.containers import SRGB_TRANSFER, Carrier

# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.


Vector = Sequence[float]
Chromaticities = Sequence[float]
"""The x and y of white, red, green and blue, in PNG's order."""

_D65, _C = (0.3127, 0.3290), (0.310, 0.316)
_PRIMARIES: dict[int, Chromaticities] = {
    1: (*_D65, 0.640, 0.330, 0.300, 0.600, 0.150, 0.060),  # BT.709, sRGB
    4: (*_C, 0.670, 0.330, 0.210, 0.710, 0.140, 0.080),  # BT.470 M
    5: (*_D65, 0.640, 0.330, 0.290, 0.600, 0.150, 0.060),  # BT.601 of 625 lines
    6: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # BT.601 of 525 lines
    7: (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),  # SMPTE 240M
    8: (*_C, 0.681, 0.319, 0.243, 0.692, 0.145, 0.049),  # film
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    10: (1 / 3, 1 / 3, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0),  # XYZ
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # DCI-P3
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),  # Display P3
    22: (*_D65, 0.630, 0.340, 0.295, 0.605, 0.155, 0.077),  # EBU 3213
}
_WIDE = 9

_PQ, _HLG = 16, 18
_WHITE_NITS, _BRIGHTEST_NITS = 203.0, 1000.0
_BEND = 0.65
_CURVE_PIECES = 32

_HDR_STEPS = 65  # the most that Pillow takes
_CURVE_STEPS = 4096
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_BRADFORD_BACK = (
    (0.9869929, -0.1470543, 0.1599627),
    (0.4323053, 0.5183603, 0.0492912),
    (-0.0085287, 0.0400428, 0.9684867),
)
_D50 = (0.9642, 1.0, 0.8249)
_SPACES = {"L": (b"GRAY", b"RGB "), "RGB": (b"RGB ",), "CMYK": (b"CMYK",), "LAB": (b"Lab ",)}


def in_srgb(picture: Image.Image, carrier: Carrier) -> Image.Image:
    """Convert a picture of mode L, RGB, CMYK or LAB to RGB in sRGB.

    `carrier`: how the file describes its colours; ignored if it does not fit the picture.
    """
    if isinstance(carrier, tuple):
        primaries, transfer, brightest = carrier
        if primaries not in _PRIMARIES or transfer not in {*_CURVES, _PQ, _HLG}:
            return picture.convert("RGB")
        if transfer in {_PQ, _HLG}:
            mapping = _tone_mapping(_PRIMARIES[primaries], transfer, brightest or _BRIGHTEST_NITS)
            picture, primaries, transfer = picture.convert("RGB").filter(mapping), _WIDE, SRGB_TRANSFER
        if (primaries, transfer) == (1, SRGB_TRANSFER):
            return picture.convert("RGB")
        carrier = _profile(_PRIMARIES[primaries], _CURVES[transfer])
    try:
        return _converted(picture, carrier)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture.convert("RGB")


def profile_of_gamma(gamma: float, chromaticities: Chromaticities | None) -> bytes | None:
    """Return an ICC profile for a PNG's gAMA and cHRM chunks, or None if they mean sRGB or make no sense.

    A gamma of 1 / 2.2 without chromaticities means sRGB: old programs write it so.
    """
    if not 0.01 < gamma < 10 or (chromaticities is None and math.isclose(gamma, 1 / 2.2, rel_tol=0.01)):
        return None
    try:
        return _profile(chromaticities or _PRIMARIES[1], lambda level: level ** (1 / gamma))
    except (ArithmeticError, struct.error):
        return None


def _converted(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if profile is None and picture.mode != "LAB":
        return picture.convert("RGB")
    meant = _made("LAB") if profile is None else ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = b"Lab " if profile is None else profile[16:20]
    if space not in _SPACES[picture.mode]:
        return picture.convert("RGB")
    source = picture.convert("RGB") if space == b"RGB " else picture
    # Browsers use this intent, too; the perceptual intent would also shift black.
    intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
    return cast("Image.Image", ImageCms.profileToProfile(source, meant, _made("sRGB"), intent, "RGB"))


def _made(space: Any) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(
        cast("Any", ImageCms.createProfile(space))
    )  # a type from C without type hints


def _like_smpte240(level: float) -> float:
    return level / 4 if level < 0.0913 else ((level + 0.1115) / 1.1115) ** (1 / 0.45)


def _like_srgb(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def _to_srgb(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


_CURVES: dict[int, Callable[[float], float]] = {
    **dict.fromkeys((1, 6, 11, 14, 15), lambda level: level**2.4),  # video, as screens show it (BT.1886)
    4: lambda level: level**2.2,
    5: lambda level: level**2.8,
    7: _like_smpte240,
    8: lambda level: level,
    13: _like_srgb,
    17: lambda level: level**2.6 * 52.37 / 48,
}


def _pq(level: float) -> float:
    """Convert a PQ level (0 to 1, SMPTE ST 2084) to light, in units of white paper (203 nits)."""
    power = level ** (32 / 2523)
    bright = (max(power - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * power)) ** (16384 / 2610)
    return 10_000 / _WHITE_NITS * bright


def _hlg(level: float) -> float:
    """Convert an HLG level (0 to 1, ARIB STD-B67) to the light of the scene, at most 1."""
    return level**2 / 3 if level <= 0.5 else (math.exp((level - 0.55991073) / 0.17883277) + 0.28466892) / 12


def _tone_mapping(primaries: Chromaticities, transfer: int, brightest: float) -> ImageFilter.Color3DLUT:
    """Return the lookup table from HDR levels to BT.2020 with the sRGB curve.

    It dims light that is too bright for an ordinary screen and keeps its hue. `brightest`: the brightest content in
    nits.
    """
    wide = _adapted(_PRIMARIES[_WIDE])
    red, green, blue = (_coordinates(column, wide) for column in _adapted(primaries))
    weights = [column[1] for column in wide]
    levels = [(_pq if transfer == _PQ else _hlg)(step / (_HDR_STEPS - 1)) for step in range(_HDR_STEPS)]
    tones = _tones(brightest / _WHITE_NITS)
    table: list[float] = []
    for b in levels:
        for g in levels:
            for r in levels:
                light = [r * red[at] + g * green[at] + b * blue[at] for at in range(3)]
                if transfer == _HLG:
                    scene = max(0.0, sum(map(float.__mul__, weights, light)))
                    light = [part * scene**0.2 * _BRIGHTEST_NITS / _WHITE_NITS for part in light]
                most = max(*light, 1e-9)
                gain = _shown(most, tones) / most
                table += [_to_srgb(max(part * gain, 0.0)) for part in light]
    return ImageFilter.Color3DLUT(_HDR_STEPS, table)


def _tones(brightest: float) -> list[tuple[float, float]]:
    """Return points of Chromium's tone curve: light, in units of white paper, to an ordinary screen's light (0 to 1).

    The curve dims white itself, to one half if the brightest content has 1000 nits; from white to the brightest it is
    a parabola.
    """
    white = 1 - 0.5 * min(max(math.log(brightest) / math.log(_BRIGHTEST_NITS / _WHITE_NITS), 0), 1)
    bend = 1 - _BEND + _BEND / white, (1 - _BEND) * white + _BEND
    points = [(0.0, 0.0)]
    for piece in range(_CURVE_PIECES + 1):
        at = piece / _CURVE_PIECES
        shares = (1 - at) ** 2, 2 * at * (1 - at), at**2
        points.append(
            (
                shares[0] + shares[1] * bend[0] + shares[2] * max(brightest, 1.0),
                shares[0] * white + shares[1] * bend[1] + shares[2],
            )
        )
    return points


def _shown(light: float, tones: list[tuple[float, float]]) -> float:
    for (from_light, from_shown), (to_light, to_shown) in pairwise(tones):
        if light < to_light:
            return from_shown + (to_shown - from_shown) * (light - from_light) / (to_light - from_light)
    return 1.0


def _profile(chromaticities: Chromaticities, curve: Callable[[float], float]) -> bytes:
    """Return an ICC profile, version 2 (ICC.1:2001-04), with a colour matrix and the same curve for each channel."""
    levels = [min(round(curve(step / (_CURVE_STEPS - 1)) * 65535), 65535) for step in range(_CURVE_STEPS)]
    columns = [
        struct.pack(">4s4x3i", b"XYZ ", *map(_fixed, one)) for one in (_D50, *_adapted(chromaticities))
    ]
    curve_tag = struct.pack(f">4s4xI{_CURVE_STEPS}H", b"curv", _CURVE_STEPS, *levels)
    body = b"".join(columns) + curve_tag
    start = 132 + 12 * 7
    table = b"".join(
        name + struct.pack(">II", start + 20 * at, 20)
        for at, name in enumerate((b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ"))
    )
    table += b"".join(
        name + struct.pack(">II", start + 80, len(curve_tag)) for name in (b"rTRC", b"gTRC", b"bTRC")
    )
    kinds = (0x02400000, b"mntr", b"RGB ", b"XYZ ", b"acsp")
    header = struct.pack(">I4xI4s4s4s12x4s28x3i48xI", start + len(body), *kinds, *map(_fixed, _D50), 7)
    return header + table + body


def _fixed(value: float) -> int:
    return round(value * 65536)


def _adapted(chromaticities: Chromaticities) -> list[Vector]:
    """Return the XYZ of red, green and blue, adapted to D50, the white of ICC profiles (Bradford's method)."""
    xyz = [(x, y, 1 - x - y) for x, y in zip(chromaticities[::2], chromaticities[1::2], strict=True)]
    white, primaries = [part / xyz[0][1] for part in xyz[0]], xyz[1:]
    gains = [
        wanted / there
        for wanted, there in zip(_times(_BRADFORD, _D50), _times(_BRADFORD, white), strict=True)
    ]
    adapted: list[Vector] = []
    for primary, share in zip(primaries, _coordinates(white, primaries), strict=True):
        cones = _times(_BRADFORD, primary)
        adapted.append(
            _times(_BRADFORD_BACK, [share * gain * cone for gain, cone in zip(gains, cones, strict=True)])
        )
    return adapted


def _times(matrix: Sequence[Vector], vector: Vector) -> Vector:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _coordinates(vector: Vector, basis: Sequence[Vector]) -> list[float]:
    """Return the coordinates of `vector` in the three vectors of `basis` (Cramer's rule)."""
    volume = _volume(basis)
    return [_volume([*basis[:at], vector, *basis[at + 1 :]]) / volume for at in range(3)]


def _volume(vectors: Sequence[Vector]) -> float:
    a, b, c = vectors
    across = (b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0])
    return sum(one * other for one, other in zip(a, across, strict=True))


# pyright: reportUnknownMemberType=false
# Pillow types some methods with numpy, which is not installed.


Box = tuple[int, int, int, int]
Channels = tuple[Image.Image, Image.Image | None]

_DEEP = 65536
_TO_8_BITS = [(level * 255 + 32767) // 65535 for level in range(_DEEP)]
_DEPTH_AT = 24  # the offset of the bit depth in a PNG file

_PALE, _DARK = (
    200,
    64,
)  # from _PALE up, grey hardly shows on a white background; below _DARK, hardly on a dark one
_LIGHT_GROUND, _DARK_GROUND = (255, 255, 255), (32, 32, 32)


def channels_of(picture: ImageFile, data: bytes, frame: Box | None) -> Channels:
    """Return an opened picture in mode L, RGB, CMYK or LAB, and its opacity as a mask (None: all of it is opaque).

    `data` is the file. `frame`: the box that holds the pixels; outside of this box the picture is transparent.
    """
    pixels, alpha = _deep(picture) if picture.mode[0] in "IF" else _flat(picture, data)
    if frame is None or frame == (0, 0, *picture.size):
        return pixels, alpha
    within = Image.new("L", picture.size)
    within.paste(alpha.crop(frame) if alpha else 255, frame)
    return pixels, within


def on_ground(picture: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """Put an RGB picture on a white background, or on a dark one if more of it would vanish on white."""
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
    """Reduce a grey picture of 16 bits, or of floats, to 8 bits, and return its opacity, too.

    A transparent grey level (tRNS) is compared at 16 bits.
    """
    if picture.mode == "F":
        return picture.point(lambda level: level * 255 + 0).convert("L"), None
    levels = picture.convert("I")
    key = picture.info.get("transparency")
    alpha = (
        levels.point([255 * (level != key) for level in range(_DEEP)], "L") if isinstance(key, int) else None
    )
    return levels.point(_TO_8_BITS, "L"), alpha


def _opacity_at_16_bits(data: bytes, key: tuple[int, ...]) -> Image.Image:
    """Return the opacity of a 16-bit RGB PNG whose colour `key` is transparent.

    Pillow itself would compare only the upper byte of each level.
    """
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
