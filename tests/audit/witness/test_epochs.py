"""A witness whose log was restored refuses it until its keeper has accepted the declared epoch, by a command."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from annotations.audit.actors import WORKER
from annotations.audit.integrity.anchoring import BEHIND, CONTRADICTS, anchor
from annotations.audit.integrity.status import integrity
from annotations.audit.keys.policy import log_keys
from annotations.audit.models import Checkpoint, Cosignature, Epoch, LogEntry
from annotations.audit.sequencing import configured
from annotations.audit.tree import epochs, proofs, signed_notes
from annotations.audit.tree.checkpoints import Checkpoint as Tree
from annotations.audit.tree.epochs import Declaration
from annotations.audit.tree.merkle import Frontier, leaf_hash
from annotations.audit.tree.signed_notes import PrivateKey
from annotations.audit.tree.witness import Refused, Request, judge
from tests.audit.sequencing.restores import Backup, declare, seal
from tests.audit.tree import reference
from tests.audit.witness.test_witness import ROOT, RUN, Running

pytestmark = [pytest.mark.django_db, pytest.mark.once]
ORIGIN = "clip-review.test/log"


@pytest.fixture
def running(tmp_path: Path, settings: Any) -> Any:
    """A witness that follows the log, and has cosigned it once."""
    seal(10)
    folder = tmp_path / "witness"
    folder.mkdir()
    started = Running(folder, *(key.vkey for key in log_keys()))
    started.start()
    show(started, settings)
    yield started
    if started.process:
        started.end()


def show(running: Running, settings: Any) -> list[str]:
    """Shows the log to the witness; why it did not cosign, empty when it did."""
    settings.AUDIT_WITNESSES = [(running.address, running.vkey)]
    reasons = [each.reason for each in anchor(WORKER)]
    configured.own_sequencer().once()
    return reasons


def lose(running: Running, settings: Any) -> Backup:
    """The witness cosigns what a restore then takes; an epoch is declared and goes on."""
    backup = Backup.take()
    seal(10)
    assert show(running, settings) == [""]
    backup.restore()
    declare()
    seal(3)
    return backup


def accept(
    running: Running, declaration: str, *options: str, answer: str = ""
) -> "subprocess.CompletedProcess[str]":
    path = running.folder / "declaration"
    path.write_text(declaration)
    places = [word for name in ("logs", "state") for word in (f"--{name}", str(running.folder / name))]
    return subprocess.run(
        [sys.executable, "-c", RUN, "accept-epoch", str(path), *places, *options],
        cwd=ROOT,
        input=answer,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.both
def test_a_witness_of_what_was_lost_waits_behind_the_epoch_until_its_keeper_accepts_it(
    running: Running, settings: Any
) -> None:
    lose(running, settings)
    for more in (0, 60):  # the log is smaller than what the witness knows, and then larger
        seal(1 + more)
        assert show(running, settings) == [BEHIND]
    assert (integrity().behind, integrity().contradicting) == (("witness.example/w",), ())
    assert LogEntry.objects.filter(action="audit.witness_behind").count() == 2
    declaration = Epoch.objects.get().declaration
    assert "Another witness is using" in accept(running, declaration).stderr
    running.end()
    refused = accept(running, declaration, answer="something else\n")
    assert refused.returncode == 2
    assert "Nothing was accepted" in refused.stderr
    done = accept(running, declaration, answer=f"{ORIGIN}\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert Epoch.objects.get().lost in done.stdout
    assert "Accepted. This witness goes on from" in done.stdout
    running.start()
    assert show(running, settings) == [""]
    assert integrity().behind == ()
    assert Cosignature.objects.order_by("-size")[0].size > Epoch.objects.get().signed
    state = running.folder / "state"
    assert {path.suffix for path in state.glob("*epoch*")} == {".before-epoch-2", ".epoch-2"}
    running.end()
    assert "follows that epoch already" in accept(running, declaration, "--yes").stderr


def test_after_accepting_the_old_log_is_cosigned_no_more(running: Running, settings: Any) -> None:
    """The lost entries continue the tree that the epoch goes on from as well: only the epoch tells."""
    backup = Backup.take()
    seal(10)
    old = Checkpoint.objects.order_by("-size")[0].note
    show(running, settings)
    leaves = [leaf_hash(bytes(entry.canonical)) for entry in LogEntry.objects.order_by("pk")]
    backup.restore()
    epoch = declare()
    running.end()
    accept(running, epoch.declaration, "--yes")
    running.start()
    size = Tree.parse(signed_notes.parse(old).text).size

    def node(level: int, index: int) -> bytes:
        frontier = Frontier()
        for each in leaves[index << level : (index + 1) << level]:
            frontier.append(each)
        return frontier.root()

    proof = proofs.consistency_proof(epoch.restored, size, node)
    status, _, answer = running.post(Request(epoch.restored, tuple(proof), old).format().encode())
    assert (status, answer) == (409, f"{epoch.restored}\n")


def test_a_witness_that_saw_nothing_of_what_was_lost_goes_on_by_itself(
    running: Running, settings: Any
) -> None:
    backup = Backup.take()
    seal(10)
    backup.restore()
    declaration = declare().declaration
    seal(3)
    running.end()
    assert "there is nothing to accept" in accept(running, declaration, "--yes").stderr
    running.start()
    assert show(running, settings) == [""]
    running.end()
    assert "follows that epoch already" in accept(running, declaration, "--yes").stderr


def test_a_witness_that_contradicts_in_the_new_epoch_is_not_excused_by_it(
    running: Running, settings: Any
) -> None:
    lose(running, settings)
    running.end()
    accept(running, Epoch.objects.get().declaration, "--yes")
    running.start()
    assert show(running, settings) == [""]
    running.end()
    (state,) = (running.folder / "state").glob("*.checkpoint")
    known = Tree.parse(state.read_text())
    state.write_text(Tree(known.origin, known.size, b"r" * 32, known.extensions).format())
    running.start()
    seal(3)
    assert show(running, settings) == [CONTRADICTS]


def test_more_than_the_log_says_it_had_signed_is_no_part_of_the_epoch(
    running: Running, settings: Any
) -> None:
    lose(running, settings)
    running.end()
    (state,) = (running.folder / "state").glob("*.checkpoint")
    known = Tree.parse(state.read_text())
    declaration = Epoch.objects.get().declaration
    for size, root, why in (
        (500, known.root, "more than the log says it had signed"),
        (Epoch.objects.get().signed, b"r" * 32, "entries than those that the log calls lost"),
    ):
        state.write_text(Tree(known.origin, size, root).format())
        refused = accept(running, declaration, "--yes")
        assert refused.returncode == 2
        assert why in refused.stderr
    state.write_text(Tree(known.origin, 500, known.root).format())
    running.start()
    assert show(running, settings) == [CONTRADICTS]


def test_a_declaration_that_is_not_the_log_s_is_not_accepted(running: Running, settings: Any) -> None:
    lose(running, settings)
    true, _ = epochs.parse(Epoch.objects.get().declaration)
    stranger = PrivateKey.generate(ORIGIN)
    running.end()
    elsewhere = PrivateKey.generate("elsewhere")
    body = signed_notes.parse(true.lost).text.replace(ORIGIN, "elsewhere")
    foreign = Declaration(
        **{
            **vars(true),
            "restored": Tree("elsewhere", true.restored.size, true.restored.root),
            "lost": signed_notes.sign(body, elsewhere),
        }
    )
    for text, why in (
        (signed_notes.sign(true.format(), stranger), "The log has not signed it"),
        (signed_notes.sign(foreign.format(), elsewhere), "does not watch the log elsewhere"),
        (true.lost, "declares no epoch"),
        ("nonsense", "declares no epoch"),
    ):
        refused = accept(running, text, "--yes")
        assert refused.returncode == 2
        assert why in refused.stderr


@pytest.mark.once
def test_a_checkpoint_of_an_epoch_that_ended_is_refused() -> None:
    key = PrivateKey.generate(ORIGIN)
    entries = [b"one", b"two", b"three"]
    known = Tree(ORIGIN, 2, reference.mth(entries[:2]), ("epoch 2",))
    later = Tree(ORIGIN, 3, reference.mth(entries))
    proof = tuple(proofs.consistency_proof(2, 3, reference.nodes(entries)))
    for shown, agreed in ((later, False), (later.following(2, 2), True), (later.following(2, 3), True)):
        body = Request(2, proof, signed_notes.sign(shown.format(), key)).format().encode()
        if agreed:
            assert judge(body, {ORIGIN: [key.public]}, lambda _: known) == shown
        else:
            with pytest.raises(Refused, match="Its epoch ended"):
                judge(body, {ORIGIN: [key.public]}, lambda _: known)
