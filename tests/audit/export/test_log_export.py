"""The log of a real database, handed out and verified by the verifier's own program; and attacks on the database."""

import io
import json
import uuid
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from annotations.audit import services
from annotations.audit.actors import WORKER, Actor
from annotations.audit.export.log_export import export, prove
from annotations.audit.keys.policy import log_keys
from annotations.audit.keys.refused import Refused
from annotations.audit.models import Checkpoint as Rows, Cosignature, EntryDetail, LogEntry
from annotations.audit.offline import verify_log
from annotations.audit.registry import lookup
from annotations.audit.sequencing.configured import own_sequencer
from annotations.audit.tree import signed_notes
from annotations.audit.tree.checkpoints import Checkpoint
from annotations.audit.tree.merkle import leaf_hash
from annotations.audit.tree.signed_notes import COSIGNATURE, PrivateKey
from annotations.audit.tree.tlog_proof import TlogProof
from annotations.core.errors import Conflict, Missing
from tests.audit.integrity.test_verification import hexed, run, unguarded
from tests.audit.offline.made import codes, reseal
from tests.audit.witness.test_witness import Running

OFFICER = Actor("p-officer2", "privacy_officer")


def append(count: int) -> list[uuid.UUID]:
    with transaction.atomic():
        return [services.append(lookup("account.signed_in"), WORKER).pk for _ in range(count)]


def say(subject: str, reason: str) -> uuid.UUID:
    """An entry with a detail about somebody."""
    with transaction.atomic():
        detail = {"reason": reason}
        return services.append(lookup("account.signed_in"), WORKER, subject=subject, detail=detail).pk


@pytest.fixture
def sealed(fresh_database: str) -> list[uuid.UUID]:
    """A log of about 600 entries under three checkpoints; the ids of those of the last."""
    sequencer = own_sequencer()
    for count in (100, 200, 300):
        entries = append(count)
        sequencer.once()
    return entries


def test_an_export_is_whole_and_is_on_the_log_that_it_holds(sealed: list[uuid.UUID], tmp_path: Path) -> None:
    done = export(tmp_path / "export", OFFICER)
    report = verify_log.verify(tmp_path / "export", deep=True)
    assert report.problems == []
    assert (report.origin, report.size) == ("clip-review.test/log", done.size)
    assert report.checkpoints >= 4
    assert report.keys == [key.vkey for key in log_keys()]
    exported = LogEntry.objects.get(action="audit.exported")
    assert exported.actor == OFFICER.pseudonym
    last = verify_log.split((tmp_path / "export" / "tile/entries/002.p" / str(done.size % 256)).read_bytes())
    assert last
    assert bytes(exported.canonical) in last


def test_an_export_never_writes_over_another(sealed: list[uuid.UUID], tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="folder_exists"):
        export(tmp_path, OFFICER)
    assert not LogEntry.objects.filter(action="audit.exported").exists()


def test_details_are_handed_out_when_asked_and_told_apart_when_erased(
    fresh_database: str, tmp_path: Path
) -> None:
    say("o-1", "the first")
    say("o-2", "é, too")
    lost = say("o-2", "lost")
    services.erase_subject("o-1", OFFICER, "asked for it")
    export(tmp_path / "without", OFFICER)
    assert verify_log.verify(tmp_path / "without").details == {}
    export(tmp_path / "with", OFFICER, details=True)
    report = verify_log.verify(tmp_path / "with")
    assert report.problems == []
    # The reason of the erasure is a detail as well.
    assert report.details == {"present": 3, "erased": 1}
    EntryDetail.objects.filter(entry=lost).delete()
    export(tmp_path / "lost", OFFICER, details=True)
    (problem,) = verify_log.verify(tmp_path / "lost").problems
    assert (problem.code, problem.entry) == ("detail_missing", str(lost))


def test_an_entry_changed_in_the_database_is_named(
    sealed: list[uuid.UUID], fresh_database: str, tmp_path: Path
) -> None:
    victim = sealed[17]
    content = bytes(LogEntry.objects.get(pk=victim).canonical).replace(b"system-worker", b"system-wOrker")
    with unguarded(fresh_database, "audit_logentry"):
        run("UPDATE audit_logentry SET canonical = %s WHERE id = %s", content, hexed(victim))
    export(tmp_path / "export", OFFICER)
    (problem,) = verify_log.verify(tmp_path / "export").problems
    assert (problem.code, problem.entry) == ("entry_altered", str(victim))


def test_an_entry_changed_with_its_leaf_is_within_the_range_of_its_checkpoint(
    sealed: list[uuid.UUID], fresh_database: str, tmp_path: Path
) -> None:
    """The sequencer refuses to sign on; the export shows why."""
    victim = sealed[299]
    content = bytes(LogEntry.objects.get(pk=victim).canonical).replace(b"system-worker", b"system-wOrker")
    with unguarded(fresh_database, "audit_logentry", "audit_treeleaf"):
        run("UPDATE audit_logentry SET canonical = %s WHERE id = %s", content, hexed(victim))
        run("UPDATE audit_treeleaf SET hash = %s WHERE entry = %s", leaf_hash(content), hexed(victim))
    with pytest.raises(Refused):
        export(tmp_path / "sealed", OFFICER)
    size = export(tmp_path / "export", OFFICER, as_it_stands=True).size
    (problem,) = verify_log.verify(tmp_path / "export").problems
    first = Rows.objects.filter(size__lt=size).order_by("-size").values_list("size", flat=True)[0]
    assert (problem.code, problem.first, problem.last) == ("tree_rewritten", first, size - 1)


def test_an_entry_deleted_from_the_database_is_named(
    sealed: list[uuid.UUID], fresh_database: str, tmp_path: Path
) -> None:
    with unguarded(fresh_database, "audit_logentry"):
        run("DELETE FROM audit_logentry WHERE id = %s", hexed(sealed[17]))
    export(tmp_path / "export", OFFICER)
    found = verify_log.verify(tmp_path / "export").problems
    assert {each.code for each in found} == {"entry_altered", "entry_malformed"}
    assert len({each.index for each in found}) == 1


def test_an_entry_is_proven_by_a_file_that_the_verifier_checks(
    sealed: list[uuid.UUID], tmp_path: Path
) -> None:
    text = prove(sealed[42], OFFICER)
    export(tmp_path / "export", OFFICER)
    policy = verify_log.Policy.parse((tmp_path / "export" / "policy.json").read_text())
    report, entry = verify_log.verify_proof(text, policy)
    assert report.problems == []
    assert entry == bytes(LogEntry.objects.get(pk=sealed[42]).canonical)
    assert TlogProof.parse(text).verify(entry, policy.origin, [key.public for key in log_keys()])
    other = bytes(LogEntry.objects.get(pk=sealed[41]).canonical)
    proof = TlogProof.parse(text)
    moved = TlogProof(proof.index, proof.hashes, proof.checkpoint, other).format()
    assert [each.code for each in verify_log.verify_proof(moved, policy)[0].problems] == ["not_included"]
    assert LogEntry.objects.filter(action="audit.proven", actor=OFFICER.pseudonym).count() == 1


def test_what_cannot_be_proven_says_why(sealed: list[uuid.UUID]) -> None:
    with pytest.raises(Missing, match="unknown_entry"):
        prove(uuid.uuid4(), OFFICER)
    (fresh,) = append(1)
    with pytest.raises(Conflict, match="not_sealed"):
        prove(fresh, OFFICER)


def test_where_there_are_witnesses_an_export_ends_at_what_one_has_seen(
    sealed: list[uuid.UUID], tmp_path: Path, settings: object
) -> None:
    witness = PrivateKey.generate("witness.example/w", COSIGNATURE)
    settings.AUDIT_WITNESSES = [("https://witness.example", witness.public.vkey)]  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="not_witnessed"):
        export(tmp_path / "none", OFFICER)
    assert not (tmp_path / "none").exists()
    seen = Rows.objects.order_by("size")[1]
    body = signed_notes.parse(seen.note).text
    for moment in (1_780_000_000, 1_780_003_600):
        signature = witness.sign(body, timestamp=moment)
        Cosignature.objects.create(
            size=seen.size, witness=witness.name, line=signature.line, witnessed_at=seen.signed_at
        )
    done = export(tmp_path / "export", OFFICER)
    assert done.size == seen.size == Checkpoint.parse(body).size
    assert codes(tmp_path / "export") == []


def test_the_witness_program_cosigns_what_is_exported(
    sealed: list[uuid.UUID], tmp_path: Path, settings: object
) -> None:
    """Another organisation's witness, in its own process; then its word is in the export, and goes missing."""
    running = Running(tmp_path, *(key.vkey for key in log_keys()))
    running.start()
    try:
        settings.AUDIT_WITNESSES = [(running.address, running.vkey)]  # type: ignore[attr-defined]
        call_command("audit", "export", str(tmp_path / "export"), stdout=io.StringIO())
    finally:
        running.end()
    report = verify_log.verify(tmp_path / "export")
    assert report.problems == []
    assert any(note.startswith("A witness cosigned the last checkpoint at 20") for note in report.notes)
    lines = (tmp_path / "export" / "checkpoints.jsonl").read_text().splitlines(keepends=True)
    last = signed_notes.parse(json.loads(lines[-1]))
    bare = signed_notes.SignedNote(last.text, last.signatures[:-1]).format()
    lines[-1] = json.dumps(bare, ensure_ascii=False) + "\n"
    (tmp_path / "export" / "checkpoints.jsonl").write_text("".join(lines))
    reseal(tmp_path / "export")
    assert codes(tmp_path / "export") == ["not_witnessed"]


def test_the_commands_write_what_the_verifier_reads(sealed: list[uuid.UUID], tmp_path: Path) -> None:
    told = io.StringIO()
    call_command("audit", "export", str(tmp_path / "export"), "--details", stdout=told)
    assert "entries, 0 details." in told.getvalue()
    assert verify_log.main(["verify", str(tmp_path / "export"), "--processes", "1"]) == 0
    proof = io.StringIO()
    call_command("audit", "prove", str(sealed[0]), stdout=proof)
    (tmp_path / "proof").write_text(proof.getvalue())
    checked = ["verify-proof", str(tmp_path / "proof"), "--policy", str(tmp_path / "export" / "policy.json")]
    assert verify_log.main(checked) == 0
    for arguments in (
        ["export", str(tmp_path / "export")],
        ["prove", "nonsense"],
        ["prove", str(uuid.uuid4())],
    ):
        with pytest.raises(CommandError):
            call_command("audit", *arguments)
    assert connection.in_atomic_block is False
