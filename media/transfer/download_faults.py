"""Why a download did not succeed. No text ever holds a link: its query may be a signature.

DownloadFailed
├── DownloadRefused     we do not go there: scheme, address, redirect
├── LinkExpired         the server has nothing under this link (any more): ask for a fresh one
├── DownloadTooLarge    more bytes than we take
└── DownloadBroken      the connection, the server or its speed failed: worth another try
    └── DownloadSlow    it takes long, and others need its place: the next try goes on where it ends
"""


class DownloadFailed(Exception):
    """A file was not fetched; there is nothing at its place. `status` is the HTTP status where there is one."""

    def __init__(self, what: str, *, host: str, status: int | None = None) -> None:
        super().__init__(f"{what}: host={host}" + (f" status={status}" if status else ""))
        self.host = host
        self.status = status


class DownloadRefused(DownloadFailed):
    """The link, or where it redirects to, is none that we follow."""


class LinkExpired(DownloadFailed):
    """The server refuses this link (4xx), as it does when a signed one has run out."""


class DownloadTooLarge(DownloadFailed):
    """The file is larger than allowed."""


class DownloadBroken(DownloadFailed):
    """Cut off, too slow, timed out or a server's fault (5xx, 429): another try may succeed."""


class DownloadSlow(DownloadBroken):
    """Nothing is wrong but that too many slow ones run at once; what came is kept."""
