"""Which addresses are public, and which only look so."""

import pytest

from media.transfer.destinations import AddressRefused, is_public, public_socket
from tests.support.rows import each_row

PUBLIC = [
    "8.8.8.8",
    "1.1.1.1",
    "168.63.129.15",
    "168.63.129.17",
    "100.63.0.1",
    "172.32.0.1",
    "192.0.1.1",
    "192.0.3.1",
    "198.20.0.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2620:4f:8001::1",
    "2a00:1450:4001::5e0f:808:808",
    "::ffff:8.8.8.8",
]
NOT_PUBLIC = [
    "127.0.0.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.2.1",
    "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "192.88.99.1",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "fe80::1", "fe80::1%lo",
    "fc00::1", "fd12::1", "fec0::1", "ff02::1", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "2002:7f00:1::",
    "2002:808:808::", "2001::1", "2001:db8::1", "100::1", "::8.8.8.8", "::ffff:0:169.254.169.254", "::ffff:0:8.8.8.8",
    "168.63.129.16", "::ffff:168.63.129.16", "161.26.0.7", "100.100.100.200", "192.0.0.192", "192.0.0.9", "169.254.169.254",
    "fd00:ec2::254", "fd20:ce::254", "192.31.196.1", "192.52.193.1", "192.175.48.1", "198.51.100.1", "203.0.113.1",
    "2001:1::1", "2001:2::1", "2001:20::1", "2001:4:112::1", "3fff::1", "5f00::1", "100:0:0:1::1", "4000::1", "2620:4f:8000::1",
    "2a00:1450::5efe:10.0.0.1", "2a00:1450::200:5efe:169.254.169.254", "fe80::5efe:10.0.0.1", "::ffff:0:0",
]  # fmt: skip


@each_row("address", PUBLIC)
def test_public_addresses_are_public(address):
    assert is_public(address)


@each_row("address", NOT_PUBLIC)
def test_addresses_that_lead_inside_are_not(address):
    assert not is_public(address)


def test_no_socket_is_made_for_an_address_that_is_not_public():
    with pytest.raises(AddressRefused):
        public_socket((2, 1, 6, "", ("127.0.0.1", 443)))
