"""Calling another host over HTTP, bounded in time as a whole, whatever that host does.

A timeout of a socket begins anew with each byte: a host that sends one now and then would hold its caller for days.
"""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence


@contextlib.contextmanager
def connected(
    host: str, port: int, *, secure: bool, seconds: float, addresses: Sequence[str] = ()
) -> Iterator[http.client.HTTPConnection]:
    """A connection to the host, which ends after so many seconds: all that waits for it then fails.

    `secure` is TLS with a certificate for the host's name. `addresses` are called instead of what the name resolves
    to, the first of them that answers. Raises OSError, of which ssl.SSLCertVerificationError is one, and UnicodeError
    for a host that no name can be.
    """
    ends_at = time.monotonic() + seconds
    plain = _first_that_answers(addresses or _addresses_of(host, port), port, ends_at)
    connection = http.client.HTTPConnection(host, port)
    if secure:
        connection.default_port = http.client.HTTPS_PORT
    with contextlib.closing(_wrapped(plain, host) if secure else plain) as opened, _ended_at(opened, ends_at):
        if isinstance(opened, ssl.SSLSocket):
            opened.do_handshake()
        connection.sock = opened
        try:
            yield connection
        finally:
            connection.close()


def _addresses_of(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _first_that_answers(addresses: Sequence[str], port: int, ends_at: float) -> socket.socket:
    failed: OSError = TimeoutError("no address was tried in time")
    for address in addresses:
        if (left := ends_at - time.monotonic()) <= 0:
            break
        try:
            return socket.create_connection((address, port), timeout=left)
        except OSError as error:
            failed = error
    raise failed


def _wrapped(plain: socket.socket, host: str) -> ssl.SSLSocket:
    """The socket for TLS, before its handshake. It takes the plain one's place, which is of no use any more."""
    try:
        return ssl.create_default_context().wrap_socket(
            plain, server_hostname=host, do_handshake_on_connect=False
        )
    except BaseException:
        plain.close()
        raise


@contextlib.contextmanager
def _ended_at(opened: socket.socket, moment: float) -> Iterator[None]:
    def end() -> None:
        with contextlib.suppress(OSError):
            # Not the method of TLS, which would say goodbye to a host that may not listen.
            socket.socket.shutdown(opened, socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, moment - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
