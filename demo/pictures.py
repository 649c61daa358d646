"""The demo's pictures, drawn here so that they need no files and no licence: the bot's face, and a first frame."""

import io

from PIL import Image, ImageDraw

_SIDE, _SHOWN = 512, 128
_SKY, _BOARD, _CHALK = "#5865f2", "#1e1f22", "#f2f3f5"


def clapperboard() -> bytes:
    """Return the bot's face as PNG, 128 pixels a side: drawn larger and reduced, so that its edges are smooth."""
    picture = Image.new("RGB", (_SIDE, _SIDE), _SKY)
    for layer in (_slate(), _raised_arm()):
        picture.paste(layer, (0, 0), layer)
    return _png(picture.resize((_SHOWN, _SHOWN), Image.Resampling.LANCZOS))


def hills() -> bytes:
    """Return a PNG of 1200x800 pixels: a sun over hills."""
    picture = Image.new("RGB", (1200, 800), "#f6c28b")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((480, 180, 720, 420), fill="#f25f3a")
    draw.ellipse((-300, 420, 800, 1300), fill="#5b7f63")
    draw.ellipse((400, 500, 1600, 1500), fill="#35594a")
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    data = io.BytesIO()
    picture.save(data, format="PNG")
    return data.getvalue()


def _slate() -> Image.Image:
    layer = Image.new("RGBA", (_SIDE, _SIDE))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((106, 196, 406, 396), 22, fill=_BOARD)
    draw.polygon([(232, 284), (232, 360), (300, 322)], fill=_CHALK)
    _stripes(draw, top=196)
    return layer


def _raised_arm() -> Image.Image:
    layer = Image.new("RGBA", (_SIDE, _SIDE))
    draw = ImageDraw.Draw(layer)
    draw.rounded_rectangle((106, 140, 406, 188), 10, fill=_BOARD)
    _stripes(draw, top=140)
    return layer.rotate(14, center=(112, 188), resample=Image.Resampling.BICUBIC)


def _stripes(draw: ImageDraw.ImageDraw, *, top: int) -> None:
    for left in range(126, 406, 96):
        draw.polygon(
            [(left, top + 48), (left + 44, top + 48), (left + 84, top), (left + 40, top)], fill=_CHALK
        )
