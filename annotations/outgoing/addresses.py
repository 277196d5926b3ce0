"""Which addresses of the internet the site may call: public ones, and nothing of the network that it stands in."""

import ipaddress
import socket

from annotations.outgoing.errors import NotSent

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_NOT_PUBLIC = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # Azure's host, which answers to machines in it
            "192.0.0.0/24",  # for protocols (RFC 6890); Oracle's cloud answers there to machines in it
            "192.88.99.0/24",  # relays to IPv6 (RFC 7526)
            "::/96",  # IPv4-compatible (RFC 4291, 2.5.5.1)
            "64:ff9b:1::/48",  # local translation to IPv4 (RFC 8215)
            "2001::/32",  # Teredo: an IPv4 address in disguise
            "3fff::/20",  # examples (RFC 9637)
            "fec0::/10",  # site-local (RFC 3879)
        ),
    )
)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
"""IPv4 behind a translator (RFC 6052): the last 32 bits are its address."""


def is_public(address: Address) -> bool:
    """Whether the address is somebody's on the internet; an IPv4 address inside one of IPv6 counts itself."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    strange = address.is_multicast or address.is_reserved or address.is_unspecified
    return address.is_global and not strange and not any(address in network for network in _NOT_PUBLIC)


def resolve(host: str, port: int, *, allow_local: bool) -> list[str]:
    """The addresses of the host, each of them checked. `allow_local`: those of this very machine may be called, too.

    Raises NotSent `host_unknown`; `address_internal` when any of them is not public, so that nobody can mix them.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NotSent("host_unknown") from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for each in addresses:
        address = ipaddress.ip_address(each.partition("%")[0])
        if not is_public(address) and not (allow_local and address.is_loopback):
            raise NotSent("address_internal")
    return addresses
