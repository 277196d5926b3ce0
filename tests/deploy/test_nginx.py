"""nginx.conf in a real nginx, in front of a stand-in for the site that says what reaches it."""

import contextlib
import datetime
import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.urls import reverse

from tests.engines.postgresql import free_port
from tests.engines.programs import wait_until
from tests.routes import routes

pytestmark = pytest.mark.once

CONFIGURATION = Path(__file__).resolve().parents[2] / "deploy" / "nginx.conf"
RENDITION = bytes(range(256)) * 40
LARGE = 30_000_000


class Site(BaseHTTPRequestHandler):
    """Sends the bytes of a rendition by X-Accel-Redirect, unless the token has ended; tells of every other request what
    it saw of it."""

    def do_GET(self) -> None:
        if self.path.startswith("/media/") and "ended" not in self.path:
            self.send_response(200)
            self.send_header("X-Accel-Redirect", "/protected/renditions/ab/clip.mp4")
            self.send_header("Content-Type", "video/mp4")
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            return
        if self.path == "/large":
            self.send_response(200)
            self.send_header("Strict-Transport-Security", "max-age=1")
            self.send_header("Content-Length", str(LARGE))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # whoever asked went away
                self.wfile.write(bytes(LARGE))
            return
        seen = {name: self.headers.get(name) for name in ("Host", "X-Forwarded-For", "X-Forwarded-Proto")}
        body = json.dumps(seen).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Answers before the body is complete: what is asked is whether nginx lets the beginning through."""
        first = self.rfile.read(1000)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(len(first)).encode())
        self.close_connection = True

    def log_message(self, *arguments: object) -> None:
        pass


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes


def ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> Answer:
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Host": "review.example.org", **headers})
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


@dataclass
class Front:
    """A running nginx."""

    port: int
    plain_port: int
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / "access.log"

    def get(self, path: str, **headers: str) -> Answer:
        return ask(Named(self.port), path, headers)


def trusting() -> ssl.SSLContext:
    """The certificate is the test's own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Named(http.client.HTTPSConnection):
    """Goes to this machine, and asks for the site by its name (SNI)."""

    def __init__(self, port: int, name: str = "review.example.org") -> None:
        super().__init__("127.0.0.1", port, context=trusting(), timeout=10)
        self.name = name

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), 10)
        self.sock = trusting().wrap_socket(plain, server_hostname=self.name)


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "review.example.org")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    (folder / "site.crt").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "site.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


@pytest.fixture(scope="module")
def front() -> Iterator[Front]:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    assert nginx, "nginx is missing: install the package nginx"
    # None of pytest's folders: nginx's workers are another user, whom each start of pytest shuts out of them.
    folder = Path(tempfile.mkdtemp(prefix="nginx-"))
    folder.chmod(0o755)
    (folder / "media" / "renditions" / "ab").mkdir(parents=True)
    (folder / "media" / "renditions" / "ab" / "clip.mp4").write_bytes(RENDITION)
    (folder / "static").mkdir()
    (folder / "static" / "page.abc123.js").write_text("export {};")
    certificate(folder / "tls")
    (folder / "site_host.conf").write_text("server_name review.example.org;")
    shutil.copy("/etc/nginx/mime.types", folder)
    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    port, plain_port = free_port(), free_port()
    text = CONFIGURATION.read_text()
    for old, new in {
        "/tmp/": f"{folder}/",  # noqa: S108
        "server web:8000;": f"server 127.0.0.1:{site.server_port};",
        "listen 8443": f"listen 127.0.0.1:{port}",
        "listen 8080": f"listen 127.0.0.1:{plain_port}",
        "/srv/": f"{folder}/",
        "/dev/stdout": f"{folder}/access.log",
    }.items():
        assert old in text
        text = text.replace(old, new)
    (folder / "nginx.conf").write_text(text)
    command = [nginx, "-p", str(folder), "-c", "nginx.conf"]
    subprocess.run([*command, "-t"], check=True, cwd=folder, capture_output=True)
    process = subprocess.Popen([*command, "-g", "daemon off;"], cwd=folder, stderr=subprocess.DEVNULL)

    def listens() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listens, 10, "nginx's start")
        yield Front(port, plain_port, folder)
    finally:
        process.terminate()
        process.wait(10)
        site.shutdown()
        site.server_close()
        shutil.rmtree(folder)


def test_the_site_learns_who_asks_and_cannot_be_lied_to(front: Front) -> None:
    answer = front.get("/", **{"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"})
    seen = json.loads(answer.body)
    assert seen == {
        "Host": "review.example.org",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
    }


def test_a_rendition_comes_from_nginx_after_the_site_said_yes(front: Front) -> None:
    answer = front.get("/media/token")
    assert answer.status == 200
    assert answer.body == RENDITION
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_part_of_a_rendition_can_be_asked_for(front: Front) -> None:
    answer = front.get("/media/token", Range="bytes=10-19")
    assert answer.status == 206
    assert answer.body == RENDITION[10:20]
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(RENDITION)}"


@pytest.mark.parametrize(
    "path", ["/protected/renditions/ab/clip.mp4", "/static/../media/renditions/ab/clip.mp4"]
)
def test_renditions_cannot_be_asked_for_directly(front: Front, path: str) -> None:
    answer = front.get(path)
    assert answer.status != 206
    assert RENDITION[:256] not in answer.body


def test_static_files_may_be_kept_for_ever(front: Front) -> None:
    answer = front.get("/static/page.abc123.js")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/javascript")
    assert "immutable" in answer.headers["Cache-Control"]


def test_plain_http_leads_to_https(front: Front) -> None:
    answer = ask(http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=10), "/sign-in/", {})
    assert (answer.status, answer.headers["Location"]) == (301, "https://review.example.org/sign-in/")


@pytest.mark.parametrize("path", ["/api/v1/clips", "/api/v1/camera", "/sign-in/provider/ended/"])
def test_programs_are_not_led_from_http_to_https(front: Front, path: str) -> None:
    """They would go on sending their keys in the clear, and nobody would notice."""
    answer = ask(http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=10), path, {})
    assert (answer.status, "Location" in answer.headers) == (403, False)


def send_half(front: Front, path: str, length: int) -> bytes:
    """Announces a body of `length` bytes, sends 1000 of them and waits for an answer."""
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as plain,
        trusting().wrap_socket(plain, server_hostname="review.example.org") as secure,
    ):
        head = f"POST {path} HTTP/1.1\r\nHost: review.example.org\r\nContent-Length: {length}\r\n\r\n"
        secure.sendall(head.encode() + b"x" * 1000)
        return secure.recv(4096)


def test_clips_are_handed_on_as_they_arrive(front: Front) -> None:
    assert b" 200 " in send_half(front, "/api/v1/clips", 100_000_000).splitlines()[0]


def test_large_bodies_are_refused_everywhere_else(front: Front) -> None:
    assert b" 413 " in send_half(front, "/review/next/", 100_000_000).splitlines()[0]


def test_tokens_stay_out_of_the_access_log(front: Front) -> None:
    for path in (
        "/media/a-capability",
        "/media/an-ended-capability",
        "/receipt/another-capability",
        "/break-glass/media/a-capability",
        "/sign-in-link/a-capability/",
    ):
        front.get(path)
    wait_until(
        lambda: (
            {"/media/-", "/receipt/-", "/sign-in-link/-", "/break-glass/media/-"}
            <= set(front.log.read_text().split())
        ),
        5,
    )
    assert not re.search("capability", front.log.read_text())


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/large",
        "/media/a-token",
        "/static/page.abc123.js",
        "/static/nothing.js",
        "/protected/renditions/ab/clip.mp4",
    ],
)
def test_every_answer_keeps_browsers_to_tls_and_to_the_type_that_is_told(front: Front, path: str) -> None:
    answer = front.get(path)
    assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=31536000; includeSubDomains"]
    assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"]


def test_what_the_site_answers_is_in_no_file_of_nginx(front: Front) -> None:
    """Whoever reads slowly makes nginx wait for them, and the site for nginx."""
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as plain,
        trusting().wrap_socket(plain, server_hostname="review.example.org") as secure,
    ):
        secure.sendall(b"GET /large HTTP/1.1\r\nHost: review.example.org\r\n\r\n")
        assert secure.recv(1000).startswith(b"HTTP/1.1 200")
        wait_until(lambda: (front.folder / "proxy").is_dir(), 10, "nginx's folder")
        assert [path for path in (front.folder / "proxy").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_of_today_has_forward_secrecy_and_authenticated_ciphers(
    front: Front, version: ssl.TLSVersion
) -> None:
    context = trusting()
    context.minimum_version = context.maximum_version = version
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname="review.example.org") as secure,
    ):
        cipher = secure.cipher()
    assert cipher
    assert re.match(r"TLS_(AES|CHACHA20)|ECDHE-\w+-(AES\d+-GCM|CHACHA20)", cipher[0])


@pytest.mark.parametrize(
    "ciphers", ["AES256-GCM-SHA384:AES128-SHA", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES256-SHA384"]
)
def test_weak_ciphers_are_refused(front: Front, ciphers: str) -> None:
    """Without forward secrecy, or in CBC mode."""
    context = trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname="review.example.org")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")
def test_tls_of_yesterday_is_refused(front: Front) -> None:
    context = trusting()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as plain,
        pytest.raises(ssl.SSLError),
    ):
        context.wrap_socket(plain, server_hostname="review.example.org")


def test_no_folder_is_listed_and_no_request_mirrored(front: Front) -> None:
    assert front.get("/static/").status in {403, 404}
    connection = Named(front.port)
    with contextlib.closing(connection):
        connection.request("TRACE", "/", headers={"Host": "review.example.org", "X-Secret": "s3cret"})
        answer = connection.getresponse()
        assert answer.status == 405
        assert b"s3cret" not in answer.read()


def test_the_server_does_not_tell_its_version(front: Front) -> None:
    assert front.get("/static/nothing.js").headers["Server"] == "nginx"


def smuggled(front: Front, head: str, body: str) -> bytes:
    """What nginx answers to a request whose length is said in two ways."""
    with (
        socket.create_connection(("127.0.0.1", front.port), timeout=5) as plain,
        trusting().wrap_socket(plain, server_hostname="review.example.org") as secure,
    ):
        request = f"POST /review/next/ HTTP/1.1\r\nHost: review.example.org\r\n{head}\r\n\r\n{body}"
        secure.sendall(request.encode())
        return secure.recv(4096)


@pytest.mark.parametrize(
    "head",
    [
        "Content-Length: 6\r\nTransfer-Encoding: chunked",
        "Content-Length: 6\r\nContent-Length: 5",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    ],
)
def test_a_request_whose_end_can_be_read_in_two_ways_is_refused(front: Front, head: str) -> None:
    assert smuggled(front, head, "0\r\n\r\nG").startswith(b"HTTP/1.1 400")


def test_every_address_with_a_token_is_kept_out_of_the_access_log() -> None:
    """A new route of this kind fails here until the map of nginx.conf names it."""
    masked = re.findall(r"~\^(/[a-z/-]+/) ", CONFIGURATION.read_text())
    with_token = [route for route in routes() if "token" in dict(route.parameters)]
    assert len(with_token) > 5
    for route in with_token:
        path = reverse(route.name, args=["TOKEN"])
        assert any(path.startswith(prefix) for prefix in masked), path


def test_another_name_is_not_answered(front: Front) -> None:
    with pytest.raises(ssl.SSLError):
        ask(Named(front.port, "other.example.org"), "/", {})
    assert ask(Named(front.port), "/", {"Host": "other.example.org"}).status == 421
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        ask(
            http.client.HTTPConnection("127.0.0.1", front.plain_port, timeout=10),
            "/",
            {"Host": "203.0.113.9"},
        )


def test_errors_of_requests_which_hold_tokens_are_in_no_log() -> None:
    assert re.search(r"^error_log stderr crit;", CONFIGURATION.read_text(), re.MULTILINE)
