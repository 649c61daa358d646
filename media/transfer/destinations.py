"""Where a download may go: which links are followed, and which network addresses they may lead to.

A public server can never send us into a private network: an address is checked when its socket is made.
"""

import ipaddress
import socket
import string
from collections.abc import Collection
from enum import Enum
from typing import Any
from urllib.parse import quote, unquote

from yarl import URL

from media.errors import DownloadRefused

_LONGEST_HOST = 253  # characters, RFC 1035
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All of IPv6 that is handed out (iana.org/assignments/ipv6-address-space). Loopback, private, link-local and multicast
addresses lie outside of it, and so do IPv4 addresses in disguise: compatible, translated (also by NAT64)."""

_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        # iana.org/assignments/iana-ipv4-special-registry, and multicast
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT relays
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/3",  # multicast, reserved, broadcast
        # Addresses that look public and answer inside a cloud only.
        "161.26.0.0/16",  # IBM Cloud: cloud.ibm.com/docs/vpc, service endpoints
        "168.63.129.16/32",  # Azure: learn.microsoft.com, "What is IP address 168.63.129.16?"
        # iana.org/assignments/iana-ipv6-special-registry, as far as it is global unicast
        "2001::/23",  # protocol assignments; Teredo: an IPv4 address in disguise
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


_ISATAP = 0x5EFE
"""RFC 5214: bits 32 to 63 of an address that ends in an IPv4 one, but for bit 57, which says whether that is unique."""


class Network(Enum):
    """Where a link may lead."""

    PUBLIC = "public"
    """https, to public addresses only."""
    PRIVATE = "private"
    """http or https, to one of the operator's own hosts, wherever it lives."""


class AddressRefused(OSError):
    """An address that is not public. The text names none, so that several in a row read alike."""

    def __init__(self) -> None:
        super().__init__("not a public address")


class LinkRules:
    """Decides about links; `private_hosts` are names or addresses of the operator's own hosts."""

    def __init__(self, private_hosts: Collection[str]) -> None:
        self._private_hosts = frozenset(host.strip("[]").casefold() for host in private_hosts)

    def network_of(self, url: URL, *, redirected_from: Network | None = None) -> Network:
        """Return the network that `url` may be fetched from.

        Raises:
            DownloadRefused: it may be fetched from none.
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
        DownloadRefused: it is no link, or no host can have that name.
    """
    try:
        sendable = quote(text.encode("utf-8", "surrogateescape"), safe=string.punctuation)
        url = URL(sendable, encoded=True) if seen_on is None else seen_on.join(URL(sendable, encoded=True))
        url = url.with_host(unquote(url.raw_host or ""))
        host = url.host or ""
        (url.raw_host or "").encode(
            "idna"
        )  # as a resolver does, which fails if a label is too long, or empty
    except ValueError:
        raise DownloadRefused("not a link", host="?") from None
    if not text or len(host) > _LONGEST_HOST:
        raise DownloadRefused("not a link", host="?")
    return url


def host_of(url: URL) -> str:
    """Return the host, the only part of a link that is logged or shown."""
    return url.host or "?"


def is_public(address: str) -> bool:
    """Say whether `address` (text of an IP address) is one of the public internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _GLOBAL_UNICAST or (int(ip) >> 32) & 0xFDFF_FFFF == _ISATAP:
            return False
    return not any(ip in network for network in _NOT_PUBLIC if network.version == ip.version)


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one resolved address (an entry of `getaddrinfo`), which is the one that is connected to.

    Raises:
        AddressRefused: the address is not public.
    """
    family, kind, protocol, _, place = address
    if not is_public(place[0]):
        raise AddressRefused
    return socket.socket(family, kind, protocol)
