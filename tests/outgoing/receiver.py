"""Receivers of webhooks and mail on this machine, for tests."""

import contextlib
import datetime
import ipaddress
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """What a receiver was sent, in order; `statuses` is what it answers, the last of them from then on."""

    statuses: tuple[int, ...]
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/in"

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.requests]


@contextlib.contextmanager
def webhooks(*statuses: int, certificate: Path | None = None) -> Iterator[Received]:
    """A receiver over HTTP, or over HTTPS with the key and certificate in the file."""
    received = Received(statuses or (200,))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            received.requests.append((self.path, headers, body))
            number = min(len(received.requests), len(received.statuses))
            self.send_response(received.statuses[number - 1])
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    received.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()


def certificate_for(name: str, path: Path) -> Path:
    """A key and a certificate that signs itself, for the host of that name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@contextlib.contextmanager
def slow_host(answer: bytes = b"") -> Iterator[int]:
    """A host that takes the request and then sends a byte of the answer every tenth of a second; its port."""
    stop = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            with contextlib.suppress(OSError):
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100_000:
                    if stop.wait(0.1):
                        return
                    self.request.sendall(bytes([byte]))

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


@dataclass
class Mailbox:
    """What a mail server was handed: of each mail its envelope and itself. `refuse` is what it says to RCPT."""

    refuse: bytes = b""
    mails: list[tuple[str, list[str], Message]] = field(default_factory=list)
    port: int = 0


@contextlib.contextmanager
def mail_server(refuse: bytes = b"") -> Iterator[Mailbox]:
    """A server that speaks enough of SMTP (RFC 5321) for one client after the other."""
    box = Mailbox(refuse)

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say(b"220 mail.test ESMTP")
            sender, recipients = "", list[str]()
            while line := self.rfile.readline():
                word = line[:4].upper()
                if word == b"DATA":
                    self.say(b"354 go ahead")
                    lines = iter(self.rfile.readline, b".\r\n")
                    content = b"".join(each[1:] if each.startswith(b"..") else each for each in lines)
                    box.mails.append((sender, recipients, message_from_bytes(content, policy=default)))
                    self.say(b"250 taken")
                elif word == b"QUIT":
                    self.say(b"221 bye")
                    return
                elif word == b"RCPT" and box.refuse:
                    self.say(box.refuse)
                else:
                    if word == b"MAIL":
                        sender, recipients = line.decode().split("<")[1].split(">")[0], []
                    if word == b"RCPT":
                        recipients.append(line.decode().split("<")[1].split(">")[0])
                    self.say(b"250 mail.test")

        def say(self, line: bytes) -> None:
            self.wfile.write(line + b"\r\n")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session)
    server.daemon_threads = True
    box.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()


def answering(addresses: list[str]) -> Callable[..., list[Any]]:
    """A resolver that answers every name with these addresses."""

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        found = []
        for each in addresses:
            version = ipaddress.ip_address(each).version
            family = socket.AF_INET6 if version == 6 else socket.AF_INET
            found.append((family, socket.SOCK_STREAM, 6, "", (each, port)))
        return found

    return getaddrinfo
