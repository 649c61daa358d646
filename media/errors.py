"""The exceptions for pictures, videos, downloads and object storage that cannot be used.

PictureRefused          the picture breaks a rule (`PictureFault`); carries the numbers for the error message
NotAVideo               the file is not a complete mp4 video
BucketFailed            the object storage failed
DownloadFailed          a file was not downloaded
├── DownloadRefused     the link is forbidden: scheme, address or redirect
├── LinkExpired         the server refuses this link: get a fresh link
├── DownloadTooLarge    the file exceeds the size limit
└── DownloadBroken      the connection or the server failed, or was too slow: retry
    └── DownloadSlow    the download was slow and gave way to others: a retry resumes it

No error text contains a link (its query may hold a signature) or a key. An isolated process
(`media/isolation/isolated.py`) hands the first two exceptions on to the process that started it.
"""

from enum import StrEnum

Figure = int | float | str


class DownloadFailed(Exception):
    """A file was not downloaded; the target path was not written. `status`: the HTTP status, if there is one."""

    def __init__(self, what: str, *, host: str, status: int | None = None) -> None:
        super().__init__(f"{what}: host={host}" + (f" status={status}" if status else ""))
        self.host = host
        self.status = status


class DownloadRefused(DownloadFailed):
    """The link, or a redirect of it, is forbidden: wrong scheme, or an address that is not public."""


class LinkExpired(DownloadFailed):
    """The server refused the link (4xx), as servers do once a signed link has expired."""


class DownloadTooLarge(DownloadFailed):
    """The file to download is larger than the limit."""


class DownloadBroken(DownloadFailed):
    """The download was cut off, too slow, timed out or met a server error (5xx, 429): a retry may succeed."""


class DownloadSlow(DownloadBroken):
    """A slow download was stopped because too many slow ones run at once; the received bytes are kept."""


class PictureFault(StrEnum):
    """The rules that a picture can break, each with the names of the figures that `PictureRefused` carries.

    Limits named `above` or `below` are exclusive, as the provider's are.
    """

    TOO_BIG = "too_big"
    """The file is too large. Figures: size_bytes; limit_bytes, which the size must be below."""
    NOT_A_PICTURE = "not_a_picture"
    """The content is in no known file format. No figures."""
    WRONG_FORMAT = "wrong_format"
    """The file's format is not accepted. Figures: format, such as "SVG" or "MP4"."""
    TOO_SMALL = "too_small"
    """The picture is too small. Figures: width, height; above: the short side must be longer."""
    TOO_NARROW = "too_narrow"
    """The picture is too narrow. Figures: width, height, ratio; above: width / height must be more."""
    TOO_WIDE = "too_wide"
    """The picture is too wide. Figures: width, height, ratio; below: width / height must be less."""
    TOO_MANY_PIXELS = "too_many_pixels"
    """The picture has too many pixels. Figures: width, height, pixels; limit_pixels: the most allowed."""
    TOO_MUCH_WORK = "too_much_work"
    """Reading the file took too long; the file may still be valid. Figures: format, the file's format."""
    CUT_OFF = "cut_off"
    """The end of the picture is missing. Figures: percent, the part of the picture in the file."""
    RARE_KIND = "rare_kind"
    """The file is in an unusual variant of its format, which cannot be read here. Figures: format."""
    DAMAGED = "damaged"
    """The file is damaged. Figures: format, by the beginning of the file."""


class PictureRefused(ValueError):
    """A picture cannot be used. `reason`: the broken rule; `figures`: the offending values and the limits."""

    def __init__(self, reason: PictureFault, **figures: Figure) -> None:
        super().__init__(f"{reason}: " + ", ".join(f"{name}={value}" for name, value in figures.items()))
        self.reason = reason
        self.figures = figures


class NotAVideo(ValueError):
    """The file is not a complete mp4 video; the error text says why."""


class BucketFailed(Exception):
    """The object storage could not be reached or refused the call; the error text says why, without keys."""
