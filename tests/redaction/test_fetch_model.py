"""Fetching a model file from a real server: the pinned file in its place, or nothing at all."""

import base64
import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from annotations.audit.models import LogEntry
from annotations.redaction.model_files import fetched_path
from reviewapp.settings.environment import ModelSource

pytestmark = pytest.mark.django_db
CONTENT = b"a model " * 50_000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Files, redirects and answers that go wrong; notes what it was asked."""

    asked: list[tuple[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        if self.path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", self.path[4:])
            self.end_headers()
        elif self.path == "/absent":
            self.send_error(404)
        else:
            length = {"/cut": len(CONTENT) + 1, "/announced": 10**12}.get(self.path, len(CONTENT))
            self.send_response(200)
            if self.path != "/endless":
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(CONTENT)
            if self.path == "/endless":
                self._go_on()

    def _go_on(self) -> None:
        for _ in range(1000):
            try:
                self.wfile.write(CONTENT)
            except OSError:
                return
        raise AssertionError("read without end")

    def log_message(self, *arguments: Any) -> None:
        """Not onto the terminal."""


@pytest.fixture
def server() -> Iterator[str]:
    """The host and port of a server on this machine."""
    Handler.asked = []
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    yield f"127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def source(settings: Any, tmp_path: Path) -> Any:
    """Sets the one source, `yunet.onnx`."""
    settings.MODELS_DIR = tmp_path / "models"
    settings.MODEL_FETCH_LOCAL = True

    def set_to(address: str, sha256: str = SHA256) -> Path:
        settings.MODEL_SOURCES = {"yunet.onnx": ModelSource(address, sha256)}
        return fetched_path("yunet.onnx")

    return set_to


def logged() -> list[tuple[str, str]]:
    entries = LogEntry.objects.filter(action__startswith="model.").order_by("id")
    return [(entry.action, bytes(entry.canonical).decode()) for entry in entries]


def refusal(name: str = "yunet.onnx") -> str:
    with pytest.raises(CommandError) as caught:
        call_command("models", "fetch", name)
    return str(caught.value)


def test_the_pinned_file_is_put_in_its_place_and_logged(server: str, source: Any) -> None:
    target = source(f"http://{server}/yunet")
    call_command("models", "fetch", "yunet.onnx")
    assert target.read_bytes() == CONTENT
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["yunet.onnx"]
    ((action, entry),) = logged()
    assert action == "model.fetched"
    assert SHA256 in entry
    assert "yunet.onnx" in entry
    assert "system-command" in entry


def test_a_file_that_cannot_take_its_place_is_told_first_and_is_not_there(server: str, source: Any) -> None:
    """As after a crash in between: the log tells of a model that nobody can use, never the other way round."""
    target = source(f"http://{server}/yunet")
    (target / "in the way").mkdir(parents=True)
    assert refusal().startswith("model_not_written: ")
    assert [action for action, _ in logged()] == ["model.fetched", "model.refused"]
    assert [path.name for path in target.parent.iterdir()] == ["yunet.onnx"]


def test_a_redirect_is_followed_without_the_password(server: str, source: Any) -> None:
    target = source(f"http://me:s%2Fecret@{server}/to?http://{server}/yunet")
    call_command("models", "fetch", "yunet.onnx")
    assert target.read_bytes() == CONTENT
    words = base64.b64encode(b"me:s/ecret").decode()
    assert [authorization for _, authorization in Handler.asked] == [f"Basic {words}", ""]
    assert "ecret" not in logged()[0][1]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/absent", "model_unreachable"),
        ("/cut", "model_unreachable"),
        ("/endless", "model_too_large"),
        ("/announced", "model_too_large"),
        ("/to?ftp://127.0.0.1/yunet", "model_redirect_refused"),
        ("/to?file:///etc/passwd", "model_redirect_refused"),
        ("/to?http://models.example/yunet", "model_redirect_refused"),
        ("/to?/to?/to?file:///etc/passwd", "model_redirect_refused"),
        ("/another", "model_digest_wrong"),
    ],
)
def test_what_goes_wrong_has_its_code_and_leaves_what_was_there(
    server: str, source: Any, settings: Any, path: str, code: str
) -> None:
    settings.MODEL_FETCH_MAX_BYTES = 3 * len(CONTENT)
    target = source(f"http://me:secret@{server}{path}", SHA256 if path != "/another" else "0" * 64)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"the one before")
    message = refusal()
    assert message.startswith(f"{code}: ")
    assert "secret" not in message
    assert [(file.name, file.read_bytes()) for file in target.parent.iterdir()] == [
        ("yunet.onnx", b"the one before")
    ]
    ((action, entry),) = logged()
    assert action == "model.refused"
    assert code in entry
    assert "secret" not in entry


@pytest.mark.parametrize(
    "address",
    [
        "http://models.example/yunet",
        "http://127.0.0.1.models.example/yunet",
        "http://127.0.0.1@models.example/yunet",
        "ftp://127.0.0.1/yunet",
        "file:///etc/passwd",
        "https://",
        "yunet",
    ],
)
def test_other_addresses_are_refused_before_anything_is_asked(source: Any, address: str) -> None:
    source(address)
    assert refusal().startswith("model_address_refused: ")


def test_this_machine_is_asked_by_http_only_where_that_is_permitted(
    server: str, source: Any, settings: Any
) -> None:
    settings.MODEL_FETCH_LOCAL = False
    source(f"http://{server}/yunet")
    assert refusal().startswith("model_address_refused: ")
    assert Handler.asked == []


def test_a_server_that_does_not_answer_is_told(server: str, source: Any) -> None:
    source("http://127.0.0.1:9/yunet")
    assert refusal().startswith("model_unreachable: ")


def test_a_file_that_takes_too_long_is_given_up(server: str, source: Any, settings: Any) -> None:
    settings.MODEL_FETCH_SECONDS = 0
    target = source(f"http://{server}/yunet")
    assert refusal().startswith("model_too_slow: ")
    assert list(target.parent.iterdir()) == []


def test_a_name_that_is_not_set_is_refused(source: Any) -> None:
    source("https://models.example/yunet")
    message = refusal("centreface.onnx")
    assert message.startswith("model_unknown: ")
    assert "yunet.onnx" in message
    assert logged() == []
