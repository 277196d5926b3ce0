"""Nothing of the network that the site stands in can be called, however it is written."""

import ipaddress
import socket

import pytest

from annotations.outgoing.addresses import is_public, resolve
from annotations.outgoing.errors import NotSent
from tests.outgoing.receiver import answering

INTERNAL = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254"),  # noqa: S104
    *("172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *(
        "168.63.129.16",
        "192.0.0.192",
        "3fff::1",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
    ),
    *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1"),
    *("2002:7f00:1::", "2002:a00:1::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1"),
]
PUBLIC = [
    "1.1.1.1",
    "93.184.215.14",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::",
]


@pytest.mark.parametrize("address", INTERNAL)
def test_an_internal_address_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_somebodys_on_the_internet_is(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "017700000001", "localhost", "[::1]", "0"])
def test_other_ways_to_write_this_machine_lead_to_it_all_the_same(host: str) -> None:
    with pytest.raises(NotSent, match=r"address_internal|host_unknown"):
        resolve(host.strip("[]"), 443, allow_local=False)


def test_a_name_with_one_internal_address_among_public_ones_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(["1.1.1.1", "10.0.0.1"]))
    with pytest.raises(NotSent, match="address_internal"):
        resolve("hook.example", 443, allow_local=False)
    with pytest.raises(NotSent, match="address_internal"):
        resolve("hook.example", 443, allow_local=True)


def test_this_machine_may_be_called_by_a_setting_of_tests_only() -> None:
    assert resolve("127.0.0.1", 80, allow_local=True) == ["127.0.0.1"]
    with pytest.raises(NotSent, match="address_internal"):
        resolve("169.254.169.254", 80, allow_local=True)


def test_a_name_that_nobody_knows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(NotSent, match="host_unknown"):
        resolve("nobody.example", 443, allow_local=False)
