"""Which network addresses a stranger's link may lead to: public ones, and nothing that hides another address."""

import ipaddress
import socket
from typing import Any

_DENIED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "::/96",  # IPv4-compatible, long dead
        "64:ff9b::/96",  # NAT64: an IPv4 address in disguise
        "64:ff9b:1::/48",  # NAT64 inside one network
        "2001::/32",  # Teredo
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "fec0::/10",  # site-local, which Python calls global
        "192.88.99.0/24",  # 6to4 relays
    )
)


class AddressRefused(OSError):
    """An address that is not public. The text names none, so that several in a row read alike."""

    def __init__(self) -> None:
        super().__init__("not a public address")


def is_public(address: str) -> bool:
    """Tell whether `address` (text of an IP address) belongs to somebody on the open internet."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    inside = any(ip in network for network in _DENIED if network.version == ip.version)
    return ip.is_global and not ip.is_multicast and not inside


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one resolved address (an entry of `getaddrinfo`), which is the one that is connected to.

    Raises:
        AddressRefused: the address is not public.
    """
    family, kind, protocol, _, place = address
    if not is_public(place[0]):
        raise AddressRefused
    return socket.socket(family, kind, protocol)
