"""The witness as another organisation runs it: over HTTP, in its own process, killed at any moment."""

import concurrent.futures
import http.client
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotations.audit.tree import proofs, signed_notes, witness_client
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.signed_notes import ED25519, PrivateKey, PublicKey, Signature
from annotations.audit.tree.witness import SIZE_TYPE, Refused, Request
from tests.audit.tree import reference, vectors
from tests.outgoing.receiver import webhooks

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[3]
LOG = PrivateKey.generate("example.com/log")
ENTRIES = [f"entry {n}".encode() for n in range(200)]

# Everything of this project but the tree and the witness is out of reach, and so is every package but one.
RUN = """
import runpy, sys
class Guard:
    def find_spec(self, name, path=None, target=None):
        top, ours = name.partition(".")[0], ("annotations.audit.tree", "annotations.audit.witness")
        allowed = name in ("annotations", "annotations.audit") or name.startswith(ours)
        if (top == "annotations" and not allowed) or top in ("django", "rfc8785", "rest_framework", "celery"):
            raise ImportError(name + " is out of reach")
sys.meta_path.insert(0, Guard())
runpy.run_module("annotations.audit.witness", run_name="__main__", alter_sys=True)
"""


class Running:
    """A witness's folder and its process."""

    def __init__(self, folder: Path, *logs: str) -> None:
        self.folder = folder
        self.vkey = self.command("new-key", "witness.example/w", "--key", str(folder / "key")).strip()
        (folder / "logs").write_text("\n".join(["# our logs", *logs]))
        self.process: subprocess.Popen[str] | None = None
        self.port = 0

    def command(self, *arguments: str) -> str:
        ended = subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        return ended.stdout + ended.stderr

    def serving(self) -> list[str]:
        places = {name: str(self.folder / name) for name in ("key", "logs", "state")}
        options = [word for name, place in places.items() for word in (f"--{name}", place)]
        return ["serve", *options, "--listen", "127.0.0.1:0"]

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, *self.serving()], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True,
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdout.readline().strip() == self.vkey
        self.port = int(self.process.stdout.readline().split(",")[0].rpartition(":")[2])

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        assert self.process.stdout
        self.process.send_signal(how)
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        self.process = None
        return code

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> PublicKey:
        return PublicKey.parse(self.vkey)

    def post(self, body: bytes, path: str = "/add-checkpoint", method: str = "POST") -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body)
            answer = connection.getresponse()
            return answer.status, str(answer.headers["Content-Type"]), answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    started = Running(tmp_path, LOG.public.vkey)
    started.start()
    yield started
    if started.process:
        started.end()


def checkpoint(
    size: int, entries: list[bytes] = ENTRIES, key: PrivateKey = LOG, origin: str = LOG.name
) -> str:
    return signed_notes.sign(Checkpoint(origin, size, reference.mth(entries[:size])).format(), key)


def proof(old: int, size: int, entries: list[bytes] = ENTRIES) -> list[bytes]:
    return proofs.consistency_proof(old, size, reference.nodes(entries[:size]))


def request(old: int, size: int, entries: list[bytes] = ENTRIES) -> bytes:
    return Request(old, tuple(proof(old, size, entries)), checkpoint(size, entries)).format().encode()


def _nothing(old: int) -> list[bytes]:
    return []


def _kill_later(process: "subprocess.Popen[str]", seconds: float) -> None:
    time.sleep(seconds)
    process.kill()


def cosign(running: Running, size: int, known: int = 0) -> list[Signature]:
    note = checkpoint(size)
    return witness_client.cosign(
        running.address, note, lambda old: proof(old, size), [running.key], known_size=known
    )


def test_a_log_is_cosigned_as_it_grows(running: Running) -> None:
    before = int(time.time())
    for old, size in ((0, 1), (1, 5), (5, 5), (5, 64), (64, 200)):
        (signature,) = cosign(running, size, old)
        body = signed_notes.parse(checkpoint(size)).text
        assert running.key.is_signed(body, signature)
        assert before <= signature.timestamp <= time.time()


def test_a_client_that_does_not_know_the_size_learns_it(running: Running) -> None:
    cosign(running, 50)
    assert len(cosign(running, 100, 0)) == 1
    assert running.post(request(0, 120))[0] == 409


def test_what_does_not_continue_is_never_cosigned(running: Running) -> None:
    cosign(running, 50)
    other = [*ENTRIES[:10], b"another", *ENTRIES[11:]]
    assert running.post(request(50, 60, other))[0] == 422
    assert running.post(request(50, 50, other)) == (409, SIZE_TYPE, "50\n")
    assert running.post(request(40, 45)) == (409, SIZE_TYPE, "50\n")
    with pytest.raises(Refused) as refused:
        witness_client.cosign(running.address, checkpoint(40), _nothing, [running.key])
    assert (refused.value.status, refused.value.known_size) == (409, 50)
    assert len(cosign(running, 60, 50)) == 1


def test_a_redirect_is_not_followed() -> None:
    key = PrivateKey.generate("witness.example/w").public
    with webhooks(302) as received, pytest.raises(Refused, match="302"):
        witness_client.cosign(received.address, checkpoint(1), _nothing, [key])
    assert len(received.requests) == 1


def test_each_refusal_has_its_status(running: Running) -> None:
    def status(old: int, hashes: list[bytes], note: str) -> int:
        return running.post(Request(old, tuple(hashes), note).format().encode())[0]

    assert status(0, [], checkpoint(3, key=PrivateKey.generate(LOG.name))) == 403
    assert status(0, [], checkpoint(3, origin="example.com/other")) == 404
    assert status(5, [], checkpoint(3)) == 400
    assert status(0, [bytes(32)], checkpoint(3)) == 422
    assert status(0, [], signed_notes.sign(Checkpoint(LOG.name, 0, bytes(32)).format(), LOG)) == 422
    assert status(0, [bytes(32)] * 64, checkpoint(3)) == 400
    for body in (
        b"",
        b"old 0\n",
        b"old 0\n\n",
        b"\xff",
        b"old 00\n\n" + checkpoint(3).encode(),
        b"old 0\n!\n\nx",
    ):
        assert running.post(body)[0] == 400
    assert running.post(b"", path="/")[0] == 404
    assert running.post(b"", method="GET")[0] == 405
    assert running.post(b"x" * 300_000)[0] == 413
    assert len(cosign(running, 3)) == 1


@pytest.mark.parametrize(
    "steps", [vectors.load("witness_add_checkpoint")] if vectors.folder() else [], ids=["published"]
)
def test_the_published_requests_over_http(steps: dict[str, Any], tmp_path: Path) -> None:
    origin = str(steps["log_origin"])
    key = PublicKey(origin, ED25519, bytes.fromhex(str(steps["log_ed25519_public_key_hex"])))
    running = Running(tmp_path, f"{key.vkey} {origin}")
    running.start()
    try:
        for step in steps["steps"]:
            assert running.post(step["request_body"].encode())[0] == step["c2sp_status"], step["desc"]
    finally:
        running.end()


def test_of_many_at_once_one_is_cosigned(running: Running) -> None:
    cosign(running, 10)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda size: running.post(request(10, size))[0], range(11, 43)))
    assert statuses.count(200) == 1
    assert set(statuses) == {200, 409}


@pytest.mark.slow
def test_killed_at_any_moment_it_has_forgotten_nothing_that_it_cosigned(running: Running) -> None:
    choose = random.Random(3)
    cosigned = 0
    for _ in range(12):
        process = running.process
        assert process
        kill = concurrent.futures.ThreadPoolExecutor(1)
        kill.submit(_kill_later, process, choose.uniform(0, 0.06))
        try:
            size = cosigned
            while size < len(ENTRIES):
                size += 1
                status, _, answer = running.post(request(size - 1, size))
                if status == 409:  # kept before the kill, its answer lost
                    assert int(answer) == size
                else:
                    assert status == 200
                cosigned = size
        except (OSError, http.client.HTTPException):
            pass
        kill.shutdown()
        running.end(signal.SIGKILL)
        running.start()
        status, _, answer = running.post(request(199, 200)) if cosigned < 199 else (409, "", str(cosigned))
        assert status == 409
        assert int(answer) - cosigned in {0, 1}
        other = [b"another past", *ENTRIES[1:]]
        for old in {cosigned, int(answer)} - {0}:
            assert running.post(request(old, old + 1, other))[0] in {409, 422}
        cosigned = int(answer)
    assert cosigned > 0


def test_what_it_cannot_keep_it_does_not_cosign(running: Running) -> None:
    cosign(running, 5)
    state = running.folder / "state"
    kept = state.with_name("elsewhere")
    state.rename(kept)
    assert running.post(request(5, 6))[0] == 500
    kept.rename(state)
    assert running.post(request(6, 7)) == (409, SIZE_TYPE, "5\n")


def test_two_never_share_a_memory(running: Running) -> None:
    assert "Another witness is using" in running.command(*running.serving())


def test_a_memory_that_was_meddled_with_is_not_used(running: Running) -> None:
    cosign(running, 5)
    assert running.end() == 0
    (kept,) = (running.folder / "state").glob("*.checkpoint")
    kept.write_text(kept.read_text().replace("5", "x"))
    assert "does not tell what was cosigned last" in running.command(*running.serving())


def test_keys_are_made_once_and_told_apart(running: Running, tmp_path: Path) -> None:
    path = running.folder / "key"
    assert path.stat().st_mode & 0o077 == 0
    assert "File exists" in running.command("new-key", "witness.example/w", "--key", str(path))
    running.end()
    path.write_text(f"{LOG.skey}\n")
    assert "a log's key, not a witness's" in running.command(*running.serving())
    (running.folder / "logs").write_text(running.vkey)
    path.write_text(f"{PrivateKey.generate('witness.example/w', 4).skey}\n")
    assert "a witness's key, not a log's" in running.command(*running.serving())
    assert "no space" in running.command("new-key", "a b", "--key", str(tmp_path / "other"))


def test_an_address_without_a_witness_is_told_apart_from_a_refusal() -> None:
    for address in ("http://127.0.0.1:9", "ftp://example.com", "nowhere"):
        with pytest.raises(witness_client.Unreachable):
            witness_client.cosign(address, checkpoint(1), _nothing, [LOG.public], timeout=2)
