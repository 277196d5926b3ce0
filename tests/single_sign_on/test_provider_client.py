"""What a provider, or whoever answers in its place, says of itself, and how far it is followed."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from annotations.single_sign_on.provider_client import CONFIGURATION, Unreachable, configuration, keys

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@contextmanager
def answering(
    status: int = 200, body: bytes | None = None, **changes: Any
) -> Iterator[tuple[str, list[str]]]:
    """A provider whose configuration differs so from a right one; its issuer, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            claims = {"issuer": issuer, **{name: f"{issuer}/{name}" for name in ENDPOINTS}, **changes}
            sent = body or json.dumps(claims).encode()
            self.send_response(status)
            self.send_header("Location", f"{issuer}/elsewhere")
            self.send_header("Content-Length", str(len(sent)))
            self.end_headers()
            self.wfile.write(sent)

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield issuer, asked
    finally:
        server.shutdown()
        server.server_close()


def test_the_configuration_of_the_issuer_that_was_set_is_taken() -> None:
    with answering() as (issuer, asked):
        assert configuration(issuer)["token_endpoint"] == f"{issuer}/token_endpoint"
    assert asked == [CONFIGURATION]


@pytest.mark.parametrize("told", ["https://login.example.com", None, ""])
def test_a_configuration_of_another_issuer_is_not_taken(told: str | None) -> None:
    with answering(issuer=told) as (issuer, _), pytest.raises(Unreachable, match="another issuer"):
        configuration(issuer)


def test_an_issuer_is_compared_to_the_last_sign() -> None:
    with answering() as (issuer, _), pytest.raises(Unreachable, match="another issuer"):
        configuration(f"{issuer}/")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize(
    "address", ["ftp://127.0.0.1/", "file:///etc/passwd", "http:", "http://[::1", 7, None]
)
def test_an_address_of_another_scheme_or_none_is_not_taken(endpoint: str, address: Any) -> None:
    with answering(**{endpoint: address}) as (issuer, _), pytest.raises(Unreachable, match=endpoint):
        configuration(issuer)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with answering(status) as (issuer, asked):
        for ask in (configuration, keys):
            with pytest.raises(Unreachable, match=str(status)):
                ask(issuer)
    assert len(asked) == 2


@pytest.mark.parametrize(
    "body", [b"[" * 900_000, b"[]", b"7", b"{", b'{"a":' + b"9" * 9000 + b"}", b"\xff", b" " * 1_000_001]
)
def test_what_is_no_object_of_json_is_not_taken(body: bytes) -> None:
    with answering(body=body) as (issuer, _), pytest.raises(Unreachable):
        configuration(issuer)
