"""Why a file cannot be used or had: of pictures, films, downloads and storage.

PictureRefused          the picture breaks a rule (`PictureFault`), with the figures that a sentence about it needs
NotAVideo               the file is no whole mp4 film
BucketFailed            the storage failed
DownloadFailed          a file was not fetched
├── DownloadRefused     we do not go there: scheme, address, redirect
├── LinkExpired         the server has nothing under this link (any more): ask for a fresh one
├── DownloadTooLarge    more bytes than we take
└── DownloadBroken      the connection, the server or its speed failed: worth another try
    └── DownloadSlow    it takes long, and others need its place: the next try resumes it

No text holds a link, whose query may be a signature, or a key. Isolated processes pass the first two on.
"""

from enum import StrEnum

Figure = int | float | str


class DownloadFailed(Exception):
    """A file was not fetched; there is nothing at its place. `status` is the HTTP status if there is one."""

    def __init__(self, what: str, *, host: str, status: int | None = None) -> None:
        super().__init__(f"{what}: host={host}" + (f" status={status}" if status else ""))
        self.host = host
        self.status = status


class DownloadRefused(DownloadFailed):
    """The link, or its redirect, leads to an address that we do not use."""


class LinkExpired(DownloadFailed):
    """The server refuses this link (4xx), as it does when a signed one has run out."""


class DownloadTooLarge(DownloadFailed):
    """The file is larger than allowed."""


class DownloadBroken(DownloadFailed):
    """Cut off, too slow, timed out or a server's fault (5xx, 429): another try may succeed."""


class DownloadSlow(DownloadBroken):
    """Too many slow downloads run at once; what has come is kept."""


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


class NotAVideo(ValueError):
    """The file is no whole mp4 film; the text says what is wrong with it."""


class BucketFailed(Exception):
    """The storage could not be reached, or refused; the text says why, without keys."""
