"""`kill -9` of the sequencer at every step and at any time, 60 times or 1,100, while others write: nothing is lost or
doubled, and of everything that was ever signed, published or not, nothing contradicts anything else.

The killed are processes of their own that run the sequencer's own loop; forked, because starting Python afresh would
take a second each. A few more run `manage.py sequence`.
"""

import contextlib
import os
import random
import signal
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from annotations.audit import services
from annotations.audit.actors import WORKER
from annotations.audit.integrity.verification import verify
from annotations.audit.keys.policy import log_keys
from annotations.audit.keys.signing import KeyFolder
from annotations.audit.models import Checkpoint, LogEntry, Pending, TreeLeaf
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.audit.sequencing.sequencer import Sequencer
from annotations.audit.tree import checkpoints, signed_notes
from annotations.audit.tree.merkle import Frontier, leaf_hash
from tests.engines.forked import forked
from tests.engines.programs import Programs

POINTS = (
    *("leading", "read", "leaves written", "tiles written", "taken", "committed"),
    *("checked", "signed", "inserted", "sealed"),
)
WRITERS = 3

pytestmark = [pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(400)]


class Kept(KeyFolder):
    """Signs as ever, and keeps a copy of each note, before anything else does, where `kill -9` cannot reach it."""

    def sign_text(self, text: str, size: int) -> str:
        note = super().sign_text(text, size)
        copies = os.open(self.folder / "copies", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(copies, f"{note}\0".encode())
        os.close(copies)
        return note


def sequence(point: str, passes: int) -> None:
    """The loop in a process of its own, which kills itself the n-th time that it reaches the point."""
    left = {point: passes}

    def reached(where: str) -> None:
        if where in left:
            left[where] -= 1
            if not left[where]:
                os.kill(os.getpid(), signal.SIGKILL)

    folder = Kept(Path(settings.AUDIT_KEYS_DIR), settings.AUDIT_ORIGIN)
    Sequencer(folder, reached).run(threading.Event())


def write(stop: Path, seed: int) -> None:
    """Writes entries until told to stop, one to four in a transaction; some transactions stay open for a while."""
    chance = random.Random(seed)
    while not stop.exists():
        with contextlib.suppress(Undone), transaction.atomic():
            for _ in range(chance.choice((1, 1, 2, 4))):
                services.append(lookup("account.signed_in"), WORKER)
            if chance.random() < 0.1:
                time.sleep(0.02)
            if chance.random() < 0.1:
                raise Undone
        time.sleep(chance.random() * 0.02)


class Undone(Exception):
    """The act failed, and its entries went with it."""


def killed(process: BaseProcess, after: float) -> bool:
    """Waits until it killed itself; if it has not after so many seconds, kills it. Whether it did so itself."""
    process.join(after)
    by_itself = process.exitcode is not None
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    return by_itself


@pytest.fixture
def keys_in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The keys' folder beside the run's databases, in memory where there is room.

    Whoever writes to SQLite holds its one lock while it waits for the disk, and the sequencer while it waits for that
    folder: where each took 0.1 s, a kill took 2.2 s of idle processors instead of 0.4.
    """
    with tempfile.TemporaryDirectory(prefix="log-keys-", dir=os.environ["TEST_ENGINES"]) as folder:
        monkeypatch.setattr(settings, "AUDIT_KEYS_DIR", folder)
        yield


@pytest.mark.usefixtures("keys_in_memory")
@pytest.mark.parametrize(
    ("at_every_point", "at_any_time"),
    [(4, 20), pytest.param(60, 500, marks=[pytest.mark.long, pytest.mark.timeout(1800)])],
)
def test_nothing_is_lost_doubled_or_contradicted(
    at_every_point: int,
    at_any_time: int,
    fresh_database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "AUDIT_SEQUENCE_SECONDS", 0.02)
    monkeypatch.setattr("annotations.audit.sequencing.sequencer.POLL_SECONDS", 0.01)
    chance = random.Random(20260)
    configured.own_sequencer()
    stop = tmp_path / "stop"
    writers = [forked(write, stop, seed) for seed in range(WRITERS)]
    plan = [(point, chance.randint(1, 3)) for point in POINTS for _ in range(at_every_point)]
    plan += [("nowhere", 1)] * at_any_time
    chance.shuffle(plan)
    by_themselves = 0
    for point, passes in plan:
        process = forked(sequence, point, passes)
        by_themselves += killed(process, 10 if point in POINTS else chance.random() * 0.2)
    stop.touch()
    for writer in writers:
        writer.join(30)
        assert writer.exitcode == 0
    assert len(plan) >= 60
    assert by_themselves == at_every_point * len(POINTS)
    copies = Kept(Path(settings.AUDIT_KEYS_DIR), settings.AUDIT_ORIGIN)
    Sequencer(copies).once()
    unpublished = check(signed(copies.folder))
    # Who died at a step after the signature was kept is published by the next one.
    assert unpublished <= at_any_time


def signed(folder: Path) -> list[str]:
    """Every note that was ever signed, also by processes that died before anybody saw it."""
    return [note for note in (folder / "copies").read_text().split("\0") if note]


def check(copies: list[str]) -> int:
    """The tree is the log, once each, and each signed root is the tree's at its size: so no two contradict. How many
    signatures were never published.
    """
    rows = list(TreeLeaf.objects.order_by("index").values_list("index", "entry", "hash"))
    entries = {pk: bytes(canonical) for pk, canonical in LogEntry.objects.values_list("pk", "canonical")}
    assert len(entries) > 300
    assert [index for index, _, _ in rows] == list(range(len(entries)))
    assert {entry for _, entry, _ in rows} == set(entries)
    assert not Pending.objects.exists()
    grown, roots = Frontier(), [Frontier().root()]
    for _, entry, stored in rows:
        assert bytes(stored) == leaf_hash(entries[entry])
        grown.append(bytes(stored))
        roots.append(grown.root())
    keys = [key.public for key in log_keys()]
    for copy in copies:
        note = signed_notes.parse(copy)
        assert len(note.verify(keys)) == 1
        checkpoint = checkpoints.Checkpoint.parse(note.text)
        assert checkpoint.root == roots[checkpoint.size]
    published = list(Checkpoint.objects.order_by("size"))
    assert published[-1].size == len(entries)
    notes = {row.note for row in published}
    assert notes <= set(copies)
    assert verify(WORKER).problems == []
    return len(set(copies) - notes)


def test_the_program_itself_is_killed_and_goes_on(programs: Programs, tmp_path: Path) -> None:
    """`manage.py sequence`, killed five times while an act after the other is sealed."""
    chance = random.Random(3)
    written: list[uuid.UUID] = []
    for _ in range(5):
        process = programs.start("sequencer", "manage.py", "sequence")
        until = time.monotonic() + chance.uniform(0.8, 2.5)
        while time.monotonic() < until:
            with transaction.atomic():
                written.append(services.append(lookup("account.signed_in"), WORKER).pk)
            time.sleep(0.01)
        programs.kill(process)
    last = programs.start("sequencer", "manage.py", "sequence")
    until = time.monotonic() + 30
    while Pending.objects.exists() or not covered():
        assert time.monotonic() < until, programs.log("sequencer")
        time.sleep(0.1)
    last.terminate()
    assert last.wait(10) == 0
    assert set(TreeLeaf.objects.values_list("entry", flat=True)) >= set(written)
    assert verify(WORKER).problems == []


def covered() -> bool:
    """Whether a checkpoint covers every leaf."""
    return Checkpoint.objects.filter(size=TreeLeaf.objects.count()).exists()
