"""Networks in CIDR notation (RFC 4632, RFC 4291), of IPv4 and IPv6: what lies in which."""

import ipaddress
import re
from collections.abc import Iterable

from annotations.core.errors import Invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MOST_NETWORKS = 10


def parsed(address: str) -> Address | None:
    """The address; IPv4 where IPv6 only carries it (`::ffff:192.0.2.1`), None when it is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def network(written: str) -> Network:
    """The network; ValueError when it is none, or has bits beyond its length, so that nobody means another one."""
    return ipaddress.ip_network(written, strict=True)


def within(address: str, networks: Iterable[Network]) -> bool:
    """Whether the address lies in one of the networks; what is no address lies in none."""
    found = parsed(address)
    return found is not None and any(found in each for each in networks)


def network_of(address: str, bits: tuple[int, int] = (24, 48)) -> str:
    """The network that an address belongs to, by these bits of IPv4 and of IPv6; empty when it is none."""
    found = parsed(address)
    if found is None:
        return ""
    length = bits[0] if found.version == 4 else bits[1]
    return str(ipaddress.ip_network(f"{found}/{length}", strict=False))


def checked_networks(typed: str) -> str:
    """Networks with a comma between them, each once. Raises Invalid `invalid_network`, `too_many_networks`."""
    written = [part for part in re.split(r"[\s,;]+", typed) if part]
    try:
        found = list(dict.fromkeys(str(network(part)) for part in written))
    except ValueError as error:
        raise Invalid(
            "invalid_network", f"Write networks such as 192.0.2.0/24 or 2001:db8::/32. {error}."
        ) from None
    if len(found) > MOST_NETWORKS:
        raise Invalid("too_many_networks", f"A key is bound to at most {MOST_NETWORKS} networks.")
    return ", ".join(found)
