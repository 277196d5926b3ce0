"""One POST over https to a host that may be hostile: to a checked address, without redirects, bounded in time and size.

The name is resolved once, every address is checked, and the connection goes to the checked address itself, so that a
name cannot be answered otherwise a second time. TLS and the `Host` header keep the name. No proxy of the environment
is used.
"""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

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
    parts = urlsplit(address)
    schemes = {"https", "http"} if allow_local else {"https"}
    if parts.scheme not in schemes or not parts.hostname or parts.username or parts.password:
        raise NotSent("address_invalid", final=True)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = resolve(parts.hostname, port, allow_local=allow_local)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname, port)
    try:
        with _connected(found, port, seconds) as plain, _stopped_after(plain, seconds):
            connection.sock = _secured(plain, parts.hostname) if parts.scheme == "https" else plain
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            answer.read(_ANSWER)
            return answer.status
    except ssl.SSLCertVerificationError:
        raise NotSent("certificate_invalid") from None
    except (OSError, http.client.HTTPException, ValueError):
        raise NotSent("no_answer") from None
    finally:
        connection.close()


@contextlib.contextmanager
def _connected(addresses: list[str], port: int, seconds: float) -> Iterator[socket.socket]:
    """A connection to the first of the addresses that answers."""
    for number, address in enumerate(addresses, 1):
        try:
            opened = socket.create_connection((address, port), timeout=seconds)
        except OSError:
            if number == len(addresses):
                raise
            continue
        with opened:
            yield opened
        return


def _secured(plain: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


@contextlib.contextmanager
def _stopped_after(connection: socket.socket, seconds: float) -> Iterator[None]:
    """Ends the connection after so many seconds: each byte of a slow answer would begin a timeout anew."""

    def stop() -> None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
