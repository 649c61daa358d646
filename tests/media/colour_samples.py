"""Pictures whose numbers mean other colours than those of sRGB, by every carrier of colour."""

import struct
import zlib

from PIL import Image, ImageCms

from tests.media.picture_samples import file_of, png_chunk

SIZE = (640, 480)
SIGHT = (320, 240)
COLOUR = (200, 100, 50)
DIM = (140, 120, 110)


def flat(colour=COLOUR, mode="RGB"):
    return Image.new(mode, SIZE, colour)


def with_chunks(png, *chunks):
    """Return a PNG with these chunks (kind, body) behind its header."""
    return png[:33] + b"".join(png_chunk(kind, body) for kind, body in chunks) + png[33:]


def raw_png(depth, kind, pixels, *chunks, size=SIZE):
    """Return a PNG of the same pixels over and over; `pixels` are the bytes of one, or of as many as one byte holds."""
    width, height = size
    row = b"\0" + pixels * (width * depth // 8 if depth < 8 else width)
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    parts = ((b"IHDR", head), *chunks, (b"IDAT", zlib.compress(row * height, 1)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*part) for part in parts)


def profile(space, tags, device=b"mntr", connection=b"XYZ "):
    """Return an ICC profile of version 2 with these tags."""
    tags = {**tags, b"wtpt": xyz(0.9642, 1, 0.8249)}
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    head = struct.pack(">I4xI4s4s4s12x4s28x3i48xI", start + len(body), 0x02400000, device, space, connection, b"acsp",
                       *(round(value * 65536) for value in (0.9642, 1, 0.8249)), len(tags))  # fmt: skip
    return head + table + body


def xyz(*values):
    return b"XYZ " + bytes(4) + b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def gamma(power):
    return b"curv" + bytes(4) + struct.pack(">IH", 1, round(power * 256)) + bytes(2)


GREY_LINEAR = profile(b"GRAY", {b"kTRC": gamma(1)})
SWAPPED = profile(b"RGB ", {
    b"rXYZ": xyz(0.38515, 0.71687, 0.09708), b"gXYZ": xyz(0.43607, 0.22249, 0.01392), b"bXYZ": xyz(0.14307, 0.06061, 0.7141),
    b"rTRC": gamma(2.2), b"gTRC": gamma(2.2), b"bTRC": gamma(2.2),
})  # fmt: skip


def inks_profile():
    """Return a CMYK profile whose cyan is a dull green, which no formula would guess."""
    corners = [(35 if at & 8 else 97, -40 if at & 8 else 0, 20 if at & 8 else 0) for at in range(16)]
    table = bytes(part for light, a, b in corners for part in (round(light * 2.55), a + 128, b + 128))
    line = bytes(range(256))
    unit = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + unit + line * 4 + table + line * 3
    return profile(b"CMYK", {b"A2B0": lut}, b"prtr", b"Lab ")


def nclx(file, primaries, transfer):
    """Return a HEIC or AVIF file with other code points in its one `colr` box."""
    at = file.index(b"nclx") + 4
    return file[:at] + struct.pack(">HH", primaries, transfer) + file[at + 4 :]


def cicp(primaries, transfer, *chunks, colour=COLOUR):
    return with_chunks(file_of(flat(colour), "PNG"), (b"cICP", bytes([primaries, transfer, 0, 1])), *chunks)


def chromaticities(*values):
    return b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values))


ADOBE = chromaticities(0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
SRGB_ICC = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
AVIF = file_of(flat(), "AVIF", quality=95, subsampling="4:4:4")


def iccp(icc):
    return b"iCCP", b"x\0\0" + zlib.compress(icc)


def gama(value):
    return b"gAMA", struct.pack(">I", value)


PNG = file_of(flat(), "PNG")
SOURCES = {
    "PNG, ICC": file_of(flat(), "PNG", icc_profile=SWAPPED),
    "PNG of a palette, ICC": file_of(flat().quantize(4), "PNG", icc_profile=SWAPPED),
    "PNG with alpha, ICC": file_of(flat((*COLOUR, 255), "RGBA"), "PNG", icc_profile=SWAPPED),
    "JPEG, ICC": file_of(flat(), "JPEG", quality=95, icc_profile=SWAPPED),
    "WebP, ICC": file_of(flat(), "WEBP", lossless=True, icc_profile=SWAPPED),
    "AVIF, ICC": file_of(flat(), "AVIF", quality=95, subsampling="4:4:4", icc_profile=SWAPPED),
    "grey JPEG, ICC": file_of(flat(128, "L"), "JPEG", icc_profile=GREY_LINEAR),
    "grey PNG, ICC": file_of(flat(128, "L"), "PNG", icc_profile=GREY_LINEAR),
    "grey PNG with alpha, ICC": file_of(flat((128, 255), "LA"), "PNG", icc_profile=GREY_LINEAR),
    "CMYK JPEG, ICC": file_of(flat((255, 0, 0, 0), "CMYK"), "JPEG", icc_profile=inks_profile()),
    "CMYK JPEG": file_of(flat((255, 0, 0, 0), "CMYK"), "JPEG"),
    "JPEG, ICC of another kind": file_of(flat(), "JPEG", quality=95, icc_profile=GREY_LINEAR),
    **{f"PNG, cICP {one} {two}": cicp(one, two) for one, two in (
        (12, 13), (9, 13), (1, 1), (1, 4), (1, 5), (1, 7), (1, 8), (1, 17), (9, 18), (1, 18), (2, 2), (77, 13))},
    **{f"PNG, cICP {one} 16": cicp(one, 16, colour=DIM) for one in (9, 12)},
    "PNG, cICP before ICC": cicp(12, 13, iccp(SWAPPED)),
    "PNG, cICP of PQ with its brightest": cicp(9, 16, (b"cLLI", struct.pack(">II", 4_000_000, 1_000_000)), colour=DIM),
    "PNG, gAMA": with_chunks(PNG, gama(100_000)),
    "PNG, gAMA of old programs": with_chunks(PNG, gama(45_455)),
    "PNG, gAMA and cHRM": with_chunks(PNG, gama(45_455), ADOBE),
    "PNG, cHRM alone": with_chunks(PNG, ADOBE),
    "PNG, sRGB before gAMA": with_chunks(PNG, (b"sRGB", b"\0"), gama(100_000)),
    "PNG, ICC before sRGB": with_chunks(PNG, (b"sRGB", b"\0"), iccp(SWAPPED)),
    **{f"AVIF, nclx {one} {two}": nclx(AVIF, one, two) for one, two in (
        (12, 13), (9, 14), (1, 1), (1, 8), (9, 18), (12, 2), (2, 2))},
}  # fmt: skip

MEANT = {
    "PNG, ICC": (100, 201, 46),
    "PNG of a palette, ICC": (100, 201, 46),
    "PNG with alpha, ICC": (100, 201, 46),
    "JPEG, ICC": (100, 201, 46),
    "WebP, ICC": (100, 201, 46),
    "AVIF, ICC": (100, 201, 46),
    "grey JPEG, ICC": (188, 188, 188),
    "grey PNG, ICC": (188, 188, 188),
    "grey PNG with alpha, ICC": (188, 188, 188),
    "CMYK JPEG, ICC": (0, 97, 47),
    "CMYK JPEG": (0, 255, 255),
    "JPEG, ICC of another kind": (200, 100, 50),
    "PNG, cICP 12 13": (215, 93, 31),
    "PNG, cICP 9 13": (241, 76, 29),
    "PNG, cICP 1 1": (197, 91, 39),
    "PNG, cICP 1 4": (201, 100, 46),
    "PNG, cICP 1 5": (189, 76, 26),
    "PNG, cICP 1 7": (206, 115, 68),
    "PNG, cICP 1 8": (229, 168, 122),
    "PNG, cICP 1 17": (200, 87, 34),
    "PNG, cICP 9 18": (230, 48, 17),
    "PNG, cICP 1 18": (187, 80, 39),
    "PNG, cICP 2 2": (200, 100, 50),
    "PNG, cICP 77 13": (200, 100, 50),
    "PNG, cICP 9 16": (188, 106, 90),
    "PNG, cICP 12 16": (172, 111, 90),
    "PNG, cICP before ICC": (215, 93, 31),
    "PNG, cICP of PQ with its brightest": (230, 131, 111),
    "PNG, gAMA": (229, 168, 122),
    "PNG, gAMA of old programs": (200, 100, 50),
    "PNG, gAMA and cHRM": (227, 100, 42),
    "PNG, cHRM alone": (200, 100, 50),
    "PNG, sRGB before gAMA": (200, 100, 50),
    "PNG, ICC before sRGB": (100, 201, 46),
    "AVIF, nclx 12 13": (215, 93, 31),
    "AVIF, nclx 9 14": (241, 76, 29),
    "AVIF, nclx 1 1": (200, 100, 50),
    "AVIF, nclx 1 8": (229, 168, 122),
    "AVIF, nclx 9 18": (230, 48, 17),
    "AVIF, nclx 12 2": (215, 93, 31),
    "AVIF, nclx 2 2": (200, 100, 50),
}
"""What Chromium shows of them, on an ordinary screen."""
