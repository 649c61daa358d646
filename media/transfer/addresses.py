"""Which network addresses a stranger's link may lead to: public ones, and nothing that hides another address."""

import ipaddress
import socket
from typing import Any

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


class AddressRefused(OSError):
    """An address that is not public. The text names none, so that several in a row read alike."""

    def __init__(self) -> None:
        super().__init__("not a public address")


def is_public(address: str) -> bool:
    """Tell whether `address` (text of an IP address) belongs to somebody on the open internet."""
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
