"""Witnesses are shown each checkpoint with its proof, and what they cosign is kept."""

import datetime
import io
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from annotations.audit import services, tasks
from annotations.audit.actors import WORKER
from annotations.audit.integrity.anchoring import Outcome, anchor
from annotations.audit.integrity.status import integrity
from annotations.audit.keys.policy import log_keys
from annotations.audit.models import Checkpoint, Cosignature, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.audit.tree import checkpoints, signed_notes, witness
from annotations.core import clock
from reviewapp.settings import environment

pytestmark = pytest.mark.django_db


class Witness:
    """A witness that keeps the rules, served on this machine. `known` is what it cosigned last."""

    def __init__(self) -> None:
        self.key = signed_notes.PrivateKey.generate("witness.example", signed_notes.COSIGNATURE)
        self.known: checkpoints.Checkpoint | None = None
        self.asked = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.asked += 1
                status, kind, body = outer.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *arguments: object) -> None:
                """Nothing is printed."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def answer(self, body: bytes) -> tuple[int, str, str]:
        logs = {"clip-review.test/log": self.keys}
        try:
            checkpoint = witness.judge(body, logs, lambda _: self.known)
        except witness.Refused as refused:
            if refused.known_size is None:
                return refused.status, "text/plain", f"{refused}\n"
            return refused.status, witness.SIZE_TYPE, f"{refused.known_size}\n"
        self.known = checkpoint
        signature = self.key.sign(checkpoint.format(), timestamp=int(time.time()))
        return 200, "text/plain", signature.line

    def follow(self) -> None:
        """Learns the log's keys, as somebody tells a witness."""
        self.keys = [key.public for key in log_keys()]


@pytest.fixture
def following(settings: Any) -> Iterator[Witness]:
    found = Witness()
    settings.AUDIT_WITNESSES = [(found.address, found.key.public.vkey)]
    seal(1)
    found.follow()
    thread = threading.Thread(target=found.server.serve_forever)
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


def seal(entries: int) -> None:
    with transaction.atomic():
        for _ in range(entries):
            services.append(lookup("account.signed_in"), WORKER)
    configured.own_sequencer().once()


def test_each_new_checkpoint_is_cosigned_kept_and_logged(following: Witness) -> None:
    for entries, size in ((300, 302), (5, 308)):
        seal(entries)
        assert anchor(WORKER) == [Outcome("witness.example", size, "")]
    kept = Cosignature.objects.order_by("size")
    assert [row.size for row in kept] == [302, 308]
    for row in kept:
        text = signed_notes.parse(Checkpoint.objects.get(size=row.size).note).text
        note = signed_notes.SignedNote(text, signed_notes.parse_signatures(row.line))
        assert len(note.verify([following.key.public])) == 1
    assert LogEntry.objects.filter(action="audit.anchored").count() == 2
    (shown,) = integrity().witnesses
    assert (shown.name, shown.size) == ("witness.example", 308)
    assert shown.age < datetime.timedelta(minutes=1)


def test_an_idle_log_is_not_shown_again_and_again_only_now_and_then(
    following: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each anchoring makes an entry, and that a checkpoint: it is no reason for the next anchoring."""
    anchor(WORKER)
    for _ in range(3):
        configured.own_sequencer().once()
        assert anchor(WORKER)[0].reason == ""
    assert (following.asked, Cosignature.objects.count()) == (1, 1)
    later = clock.now() + datetime.timedelta(hours=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    anchor(WORKER)
    assert Cosignature.objects.count() == 2


def test_a_witness_that_knows_less_than_we_believe_is_shown_more(following: Witness) -> None:
    anchor(WORKER)
    following.known = None
    seal(4)
    assert anchor(WORKER)[0].reason == ""
    assert following.known is not None


def test_a_witness_that_refuses_or_is_away_is_told_and_logged(following: Witness, settings: Any) -> None:
    following.keys = []
    settings.AUDIT_WITNESSES.append(
        ("http://127.0.0.1:9", signed_notes.PrivateKey.generate("away", 4).public.vkey)
    )
    assert [outcome.reason for outcome in anchor(WORKER)] == ["key_unknown", "no_answer"]
    assert LogEntry.objects.filter(action="audit.anchor_failed").count() == 2
    assert not Cosignature.objects.exists()
    with pytest.raises(CommandError, match="did not cosign: 2"):
        call_command("audit", "anchor", stdout=io.StringIO())


def test_a_cosignature_by_another_key_is_not_kept(following: Witness) -> None:
    following.key = signed_notes.PrivateKey.generate("witness.example", signed_notes.COSIGNATURE)
    assert anchor(WORKER)[0].reason == "no_answer"
    assert not Cosignature.objects.exists()


def test_the_task_and_the_command_do_the_same(following: Witness) -> None:
    tasks.anchor()
    seal(1)
    call_command("audit", "anchor", stdout=(said := io.StringIO()))
    assert "witness.example: cosigned 4 entries" in said.getvalue()


def test_without_witnesses_nobody_is_asked(settings: Any) -> None:
    seal(1)
    assert anchor(WORKER) == []
    with pytest.raises(CommandError, match="no witness"):
        call_command("audit", "anchor")


def test_witnesses_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_WITNESSES", "https://one.example a+b+c=, http://two.example d+e+f")
    assert environment.witnesses("AUDIT_WITNESSES") == [
        ("https://one.example", "a+b+c="),
        ("http://two.example", "d+e+f"),
    ]
    monkeypatch.setenv("AUDIT_WITNESSES", "one.example a+b+c=")
    with pytest.raises(Exception, match="not an address and a verifier key"):
        environment.witnesses("AUDIT_WITNESSES")
