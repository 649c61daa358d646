"""Why a picture cannot be a first frame, with the figures that a sentence about it needs."""

from enum import StrEnum

Figure = int | float | str


class PictureFault(StrEnum):
    """The rules a picture can break, and the figures that come with each.

    Limits that are named `above` or `below` are exclusive, as the provider's are.
    """

    TOO_BIG = "too_big"
    """size_bytes; limit_bytes: the size must be below it."""
    NOT_A_PICTURE = "not_a_picture"
    """No figures: the content is none that is known."""
    WRONG_FORMAT = "wrong_format"
    """format: what it is, such as "SVG" or "MP4"."""
    TOO_SMALL = "too_small"
    """width, height; above: the short side must be longer."""
    TOO_NARROW = "too_narrow"
    """width, height, ratio; above: width / height must be more."""
    TOO_WIDE = "too_wide"
    """width, height, ratio; below: width / height must be less."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """width, height, pixels; limit_pixels: the most there may be."""
    TOO_MUCH_WORK = "too_much_work"
    """format: what it is; it may be whole, but was not read in time."""
    CUT_OFF = "cut_off"
    """percent: how much of the picture is there."""
    RARE_KIND = "rare_kind"
    """format: what it is, in a kind that is not read here."""
    DAMAGED = "damaged"
    """format: what it begins as."""


class PictureRefused(ValueError):
    """A picture that cannot be used. `reason` says which rule, `figures` the offending values and the limits."""

    def __init__(self, reason: PictureFault, **figures: Figure) -> None:
        super().__init__(f"{reason}: " + ", ".join(f"{name}={value}" for name, value in figures.items()))
        self.reason = reason
        self.figures = figures
