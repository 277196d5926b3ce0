"""One POST over https to a host that may be hostile: to a checked address, without redirects, bounded in time and size.

The name is resolved once, every address is checked, and the connection goes to the checked address itself, so that a
name cannot be answered otherwise a second time. TLS and the `Host` header keep the name. No proxy of the environment
is used.
"""

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from annotations.core.calls import connected
from annotations.outgoing.addresses import resolve
from annotations.outgoing.errors import NotSent

SECONDS = 15.0
"""For everything, from the connection to the answer."""
_ANSWER = 4096


def post(
    address: str, body: bytes, headers: Mapping[str, str], *, allow_local: bool, seconds: float = SECONDS
) -> int:
    """The status of the answer, whose content is thrown away.

    `allow_local`: this very machine may be called, and plain http there; for tests. Raises NotSent with
    `address_invalid`, `host_unknown`, `address_internal`, `certificate_invalid`, `no_answer`.
    """
    parts, host, port = _checked(address, {"https", "http"} if allow_local else {"https"})
    found = resolve(host, port, allow_local=allow_local)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    secure = parts.scheme == "https"
    try:
        with connected(host, port, secure=secure, seconds=seconds, addresses=found) as connection:
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            answer.read(_ANSWER)
            return answer.status
    except ssl.SSLCertVerificationError:
        raise NotSent("certificate_invalid") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotSent("no_answer") from None


def _checked(address: str, schemes: set[str]) -> tuple[SplitResult, str, int]:
    """The address in its parts, its host and its port. Raises NotSent `address_invalid`."""
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        raise NotSent("address_invalid", final=True) from None
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
        raise NotSent("address_invalid", final=True)
    return parts, parts.hostname, port
