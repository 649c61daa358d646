"""Decides which links a download may follow, and which network addresses it may connect to.

A public server can never redirect the bot into a private network: each address is checked when its socket is created.
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
"""The part of IPv6 that IANA assigns to public addresses (iana.org/assignments/ipv6-address-space).

Loopback, private, link-local and multicast addresses lie outside of it, and so do IPv6 forms of IPv4 addresses:
compatible, translated (also by NAT64).
"""

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
        # Addresses that look public but are served inside a cloud only.
        "161.26.0.0/16",  # IBM Cloud: cloud.ibm.com/docs/vpc, service endpoints
        "168.63.129.16/32",  # Azure: learn.microsoft.com, "What is IP address 168.63.129.16?"
        # iana.org/assignments/iana-ipv6-special-registry, the entries in global unicast
        "2001::/23",  # protocol assignments; Teredo, which contains an IPv4 address
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which contains an IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


_ISATAP = 0x5EFE
"""Bits 32 to 63 of an IPv6 address that ends in an IPv4 address (RFC 5214), without bit 57.

Bit 57 states whether the IPv4 address is globally unique.
"""


class Network(Enum):
    """The kind of network that a link leads to."""

    PUBLIC = "public"
    """The public internet: https only, to public addresses only."""
    PRIVATE = "private"
    """The operator's own hosts: http or https, to any address."""


class AddressRefused(OSError):
    """The address is not public. The error text omits the address, so that repeated errors have the same text."""

    def __init__(self) -> None:
        super().__init__("not a public address")


class LinkRules:
    """The rules for links that may be downloaded. `private_hosts`: names or addresses of the operator's own hosts."""

    def __init__(self, private_hosts: Collection[str]) -> None:
        self._private_hosts = frozenset(host.strip("[]").casefold() for host in private_hosts)

    def network_of(self, url: URL, *, redirected_from: Network | None = None) -> Network:
        """Return the network on which `url` may be fetched.

        `redirected_from`: the network of the link that redirected to `url`, if any.

        Raises:
            DownloadRefused: `url` must not be fetched.
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
    """Parse `text` as a URL, relative to the page `seen_on` if given, and return the absolute URL.

    Path and query stay unchanged, letter for letter, because the server may have signed them. Only characters that
    cannot be sent (blanks, other alphabets) are encoded.

    Raises:
        DownloadRefused: `text` is not a link, or its host name is impossible.
    """
    try:
        sendable = quote(text.encode("utf-8", "surrogateescape"), safe=string.punctuation)
        url = URL(sendable, encoded=True) if seen_on is None else seen_on.join(URL(sendable, encoded=True))
        url = url.with_host(unquote(url.raw_host or ""))
        host = url.host or ""
        (url.raw_host or "").encode(
            "idna"
        )  # a resolver does the same, and fails if a label is too long or empty
    except ValueError:
        raise DownloadRefused("not a link", host="?") from None
    if not text or len(host) > _LONGEST_HOST:
        raise DownloadRefused("not a link", host="?")
    return url


def host_of(url: URL) -> str:
    """Return the host of `url`, the only part of a link that is logged or shown; "?" if it has none."""
    return url.host or "?"


def is_public(address: str) -> bool:
    """Return whether `address`, an IP address as text, belongs to the public internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip not in _GLOBAL_UNICAST or (int(ip) >> 32) & 0xFDFF_FFFF == _ISATAP:
            return False
    return not any(ip in network for network in _NOT_PUBLIC if network.version == ip.version)


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Create the socket to connect to a resolved address (an entry of `getaddrinfo`), if the address is public.

    Raises:
        AddressRefused: the address is not public.
    """
    family, kind, protocol, _, place = address
    if not is_public(place[0]):
        raise AddressRefused
    return socket.socket(family, kind, protocol)
