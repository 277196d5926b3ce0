"""A POST to a host that may be hostile."""

import http.client
import socket
import ssl
import time
from pathlib import Path
from typing import Any

import pytest

from annotations.outgoing import https
from annotations.outgoing.errors import NotSent
from annotations.outgoing.https import post
from tests.outgoing.receiver import answering, certificate_for, slow_host, webhooks


def trusting(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ordinary = ssl.create_default_context

    def context() -> ssl.SSLContext:
        return ordinary(cafile=str(certificate))

    monkeypatch.setattr(ssl, "create_default_context", context)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://hook.example/in", "address_invalid"),
        ("ftp://hook.example/in", "address_invalid"),
        ("file:///etc/passwd", "address_invalid"),
        ("https://user:password@hook.example/", "address_invalid"),
        ("https:///in", "address_invalid"),
        ("https://hook.example:99999/in", "address_invalid"),
        ("https://hook.example:port/in", "address_invalid"),
        ("https://[::1/in", "address_invalid"),
        ("https://127.0.0.1/in", "address_internal"),
        ("https://[::1]/in", "address_internal"),
        ("https://[::ffff:169.254.169.254]/latest", "address_internal"),
    ],
)
def test_what_is_no_public_https_address_is_not_called(address: str, code: str) -> None:
    with pytest.raises(NotSent, match=code):
        post(address, b"", {}, allow_local=False)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with webhooks(302) as received:
        assert post(received.address, b"{}", {}, allow_local=True) == 302
    assert len(received.requests) == 1


def test_the_name_is_resolved_once_and_kept_for_tls_and_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that it cannot be answered otherwise when the connection is made."""
    certificate = certificate_for("hook.example", tmp_path / "hook.pem")
    trusting(certificate, monkeypatch)
    asked: list[str] = []
    first = answering(["127.0.0.1"])

    def once(host: str, *arguments: Any, **named: Any) -> Any:
        asked.append(host)
        return first(host, *arguments, **named)

    with webhooks(certificate=certificate) as received:
        monkeypatch.setattr(https, "resolve", lambda host, port, **_: [once(host, port)[0][4][0]])
        assert post(f"https://hook.example:{received.port}/in?x=1", b"{}", {}, allow_local=False) == 200
    assert asked == ["hook.example"]
    path, headers, _ = received.requests[0]
    assert (path, headers["host"]) == ("/in?x=1", f"hook.example:{received.port}")


def test_a_certificate_of_another_name_or_of_nobody_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for("other.example", tmp_path / "other.pem")
    monkeypatch.setattr(https, "resolve", lambda *_, **__: ["127.0.0.1"])
    with webhooks(certificate=certificate) as received:
        address = f"https://hook.example:{received.port}/in"
        with pytest.raises(NotSent, match="certificate_invalid"):
            post(address, b"{}", {}, allow_local=False)
        trusting(certificate, monkeypatch)
        with pytest.raises(NotSent, match="certificate_invalid"):
            post(address, b"{}", {}, allow_local=False)
    assert received.requests == []


def test_an_answer_that_never_ends_is_ended_after_its_time() -> None:
    with slow_host() as port:
        began = time.monotonic()
        with pytest.raises(NotSent, match="no_answer"):
            post(f"http://127.0.0.1:{port}/", b"{}", {}, allow_local=True, seconds=1)
        # A host that sends a byte now and then would begin a timeout anew with each; this one would take hours.
        assert time.monotonic() - began < 120


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with webhooks() as received:
        assert post(received.address, b"{}", {}, allow_local=True) == 200


def test_a_host_that_does_not_answer_is_told() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(NotSent, match="no_answer"):
            post(f"http://127.0.0.1:{closed.getsockname()[1]}/", b"", {}, allow_local=True)


def test_an_answer_that_is_no_http_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def nonsense(*_: object) -> None:
        raise http.client.BadStatusLine("nonsense")

    monkeypatch.setattr(http.client.HTTPConnection, "getresponse", nonsense)
    with webhooks() as received, pytest.raises(NotSent, match="no_answer"):
        post(received.address, b"{}", {}, allow_local=True)
