"""Calls to a host that sends a byte now and then, for as long as it likes."""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotations.core.calls import connected
from tests.outgoing.receiver import certificate_for

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\n"
BEGINNINGS = {"handshake": None, "status line": b"", "headers": b"HTTP/1.1 200 OK\r\nX: ", "body": HEAD}


@contextlib.contextmanager
def dripping(certificate: Path | None, beginning: bytes | None) -> Iterator[int]:
    """A host that begins its answer so and then sends a byte every tenth of a second; its port.

    Without a beginning it does so before TLS is agreed on.
    """
    stop = threading.Event()

    def opened(caller: socket.socket) -> socket.socket:
        if certificate is None or beginning is None:
            return caller
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        return context.wrap_socket(caller, server_side=True)

    def answer(caller: socket.socket) -> None:
        with contextlib.suppress(OSError), caller, opened(caller) as talking:
            talking.recv(4096)
            # The beginning of a record of TLS, which announces a long one.
            talking.sendall(b"\x16\x03\x03\x3f\xff" if beginning is None else beginning)
            while not stop.wait(0.1):
                talking.sendall(b"a")

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=[listening.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield listening.getsockname()[1]
        finally:
            stop.set()
            listening.shutdown(socket.SHUT_RDWR)


def ask(port: int, *, secure: bool) -> None:
    with connected("localhost", port, secure=secure, seconds=1) as connection:
        connection.request("GET", "/")
        connection.getresponse().read()


@pytest.mark.parametrize("beginning", sorted(BEGINNINGS))
@pytest.mark.parametrize("secure", [True, False])
def test_a_host_that_drips_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secure: bool, beginning: str
) -> None:
    certificate = certificate_for("localhost", tmp_path / "host.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with dripping(certificate if secure else None, BEGINNINGS[beginning]) as port:
        began = time.monotonic()
        # What has come by then may look like an answer that is cut short.
        with contextlib.suppress(OSError, http.client.HTTPException):
            ask(port, secure=secure)
        # At ten bytes a second the shortest of these would take half an hour.
        assert time.monotonic() - began < 120


def test_many_addresses_that_do_not_answer_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []

    def silent(address: object, timeout: float) -> None:
        waits.append(timeout)
        time.sleep(0.3)
        raise TimeoutError

    monkeypatch.setattr(socket, "create_connection", silent)
    with pytest.raises(TimeoutError), connected("host", 1, secure=True, seconds=1, addresses=["a"] * 100):
        pass
    assert len(waits) <= 4
    assert max(waits) <= 1
