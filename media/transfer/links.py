"""Which links are followed, and into which network. A public server can never send us into a private one."""

import string
from collections.abc import Collection
from enum import Enum
from urllib.parse import quote, unquote

from yarl import URL

from media.transfer.download_faults import DownloadRefused

_LONGEST_HOST = 253  # characters, RFC 1035


class Network(Enum):
    """Where a link may lead."""

    PUBLIC = "public"
    """https, to public addresses only."""
    PRIVATE = "private"
    """http or https, to one of the operator's own hosts, wherever it lives."""


class LinkRules:
    """Decides about links; `private_hosts` are names or addresses of the operator's own hosts."""

    def __init__(self, private_hosts: Collection[str]) -> None:
        self._private_hosts = frozenset(host.strip("[]").casefold() for host in private_hosts)

    def network_of(self, url: URL, *, redirected_from: Network | None = None) -> Network:
        """Return the network that `url` may be fetched from.

        Raises:
            DownloadRefused: from none.
        """
        if url.user is not None or url.password is not None:
            raise DownloadRefused("the link carries a user name", host=host_of(url))
        if host_of(url).casefold() in self._private_hosts and url.scheme in {"http", "https"}:
            if redirected_from is Network.PUBLIC:
                raise DownloadRefused("redirects to a private host", host=host_of(url))
            return Network.PRIVATE
        if url.scheme != "https":
            raise DownloadRefused("not an https link", host=host_of(url))
        return Network.PUBLIC


def parse_link(text: str, *, seen_on: URL | None = None) -> URL:
    """Return the absolute URL that `text` is, taken relative to the page `seen_on` if there is one.

    Path and query stay as they came, letter for letter: a server may have signed them. What cannot be sent as it is
    (blanks, other alphabets) is encoded.

    Raises:
        DownloadRefused: it is none, or no host can have that name.
    """
    try:
        sendable = quote(text.encode("utf-8", "surrogateescape"), safe=string.punctuation)
        url = URL(sendable, encoded=True) if seen_on is None else seen_on.join(URL(sendable, encoded=True))
        url = url.with_host(unquote(url.raw_host or ""))
        host = url.host or ""
        (url.raw_host or "").encode(
            "idna"
        )  # as a resolver does, which breaks where a label is too long, or empty
    except ValueError:
        raise DownloadRefused("not a link", host="?") from None
    if not text or len(host) > _LONGEST_HOST:
        raise DownloadRefused("not a link", host="?")
    return url


def host_of(url: URL) -> str:
    """Return the host, which is all that is ever told of a link."""
    return url.host or "?"
