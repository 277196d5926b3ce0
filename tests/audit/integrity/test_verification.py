"""`audit verify` finds what somebody changed behind the log's back, and says what and where."""

import io
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from annotations.audit import services
from annotations.audit.actors import WORKER, Actor
from annotations.audit.integrity.requeueing import requeue
from annotations.audit.integrity.verification import verify
from annotations.audit.models import Checkpoint, Cosignature, EntryDetail, LogEntry, Pending, Verification
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.core import clock
from tests.audit.sequencing.restores import declare, seal, signed_more
from tests.engines import databases

Tamper = Callable[[str], None]


def append(count: int = 1) -> list[uuid.UUID]:
    with transaction.atomic():
        return [services.append(lookup("account.signed_in"), WORKER).pk for _ in range(count)]


@pytest.fixture
def sealed(fresh_database: str) -> str:
    """A log of 301 entries under two checkpoints. Gives the database's URL."""
    sequencer = configured.own_sequencer()
    append(100)
    sequencer.once()
    append(200)
    sequencer.once()
    return fresh_database


@contextmanager
def unguarded(url: str, *tables: str) -> Iterator[None]:
    """As somebody who may do anything to the database: without the triggers, and as the owner of the tables."""
    if connection.vendor == "postgresql":
        databases.use(url.replace("review_app@", "review_owner@"))
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER audit_append_only")
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name <> 'audit_enqueue'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f"DROP TRIGGER {name}")
    yield
    databases.use(url)


def codes() -> list[str]:
    return [problem["code"] for problem in verify(WORKER).problems]


def run(statement: str, *parameters: str | bytes | uuid.UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount >= 1


def hexed(entry: uuid.UUID) -> str | uuid.UUID:
    return entry.hex if connection.vendor == "sqlite" else entry


def test_a_log_that_nobody_touched_is_whole_and_the_check_is_kept_and_logged(sealed: str) -> None:
    append(3)
    found = verify(WORKER)
    assert (found.ok, found.size, found.problems, found.by) == (True, 301, [], WORKER.pseudonym)
    assert Verification.objects.get() == found
    assert LogEntry.objects.filter(action="audit.verified").count() == 1


def test_each_change_is_named(sealed: str) -> None:
    """One after the other, each kind found beside those before."""
    entries = list(LogEntry.objects.order_by("pk").values_list("pk", flat=True))
    with unguarded(sealed, "audit_logentry"):
        run("UPDATE audit_logentry SET actor = 'p-somebody' WHERE id = %s", hexed(entries[5]))
    (problem,) = verify(WORKER).problems
    assert problem["code"] == "column_altered"
    assert f"{entries[5]}, number 5: actor" in problem["message"]
    with unguarded(sealed, "audit_logentry"):
        run("UPDATE audit_logentry SET canonical = %s WHERE id = %s", b"{}", hexed(entries[6]))
        run("DELETE FROM audit_logentry WHERE id = %s", hexed(entries[7]))
    assert codes() == ["column_altered", "entry_altered", "entry_missing"]


TREE = {
    "a leaf": ("audit_treeleaf", 'UPDATE {} SET hash = %s WHERE "index" = 280', "entry_altered root_differs"),
    "no leaf": (
        "audit_treeleaf",
        'DELETE FROM {} WHERE hash <> %s AND "index" = 300',
        "tree_shortened entry_forgotten",
    ),
    "a tile": ("audit_hashtile", "UPDATE {} SET root = %s", "tile_altered"),
    "no tile": ("audit_hashtile", "DELETE FROM {} WHERE root <> %s", "tile_missing"),
    "a checkpoint": (
        "audit_checkpoint",
        "UPDATE {} SET root = %s WHERE size = 301",
        "root_differs checkpoint_altered",
    ),
}


@pytest.mark.parametrize("name", sorted(TREE))
def test_each_change_of_the_tree_is_named(sealed: str, name: str) -> None:
    table, statement, expected = TREE[name]
    with unguarded(sealed, table):
        run(statement.format(table), b"x" * 32)
    assert codes() == expected.split()


def test_a_checkpoint_taken_out_between_two_is_named(sealed: str) -> None:
    with unguarded(sealed, "audit_checkpoint"):
        run("DELETE FROM audit_checkpoint WHERE size = %s", "101")
    assert codes() == ["checkpoint_left_out"]


def test_a_last_checkpoint_taken_out_is_named_when_a_witness_saw_it_and_put_back_by_the_sequencer(
    sealed: str,
) -> None:
    note = Checkpoint.objects.get(size=301).note
    Cosignature.objects.create(size=301, witness="witness.example", line="", witnessed_at=clock.now())
    with unguarded(sealed, "audit_checkpoint"):
        run("DELETE FROM audit_checkpoint WHERE size = %s", "301")
    assert codes() == ["checkpoint_missing"]
    append(1)
    configured.own_sequencer().once()
    assert Checkpoint.objects.get(size=301).note == note
    assert codes() == []


EPOCHS = {
    "another number of lost entries": (
        "UPDATE audit_epoch SET signed = 999 WHERE number <> %s",
        "epoch_altered",
    ),
    "another officer": ("UPDATE audit_epoch SET agreed_by = 'p-other' WHERE number <> %s", "epoch_altered"),
    "no declaration in form": (
        "UPDATE audit_epoch SET declaration = 'none' WHERE number <> %s",
        "epoch_altered",
    ),
    "another signature": (
        "UPDATE audit_epoch SET declaration = replace(declaration, '— clip', '— clap') WHERE number <> %s",
        "epoch_unsigned",
    ),
    "no epoch": ("DELETE FROM audit_epoch WHERE number <> %s", "epoch_undeclared"),
}


@pytest.mark.parametrize("name", sorted(EPOCHS))
def test_each_change_of_an_epoch_is_named(sealed: str, name: str) -> None:
    signed_more(50)
    declare()
    seal(3)
    assert codes() == []
    statement, code = EPOCHS[name]
    with unguarded(sealed, "audit_epoch"):
        run(statement, "0")
    assert code in codes()


def test_an_entry_that_tells_of_no_epoch_any_more_is_named(sealed: str) -> None:
    signed_more(50)
    declare()
    seal(3)
    with unguarded(sealed, "audit_logentry"):
        run("UPDATE audit_logentry SET canonical = %s WHERE action = 'audit.epoch_declared'", b"{}")
    assert codes() == ["entry_altered", "epoch_not_logged"]


def test_a_checkpoint_signed_by_another_key_is_named(sealed: str) -> None:
    with unguarded(sealed, "audit_checkpoint"):
        for row in Checkpoint.objects.filter(size=301):
            run("UPDATE audit_checkpoint SET note = %s WHERE size = 301", row.note[:-6] + "AAA=\n")
    assert codes() == ["signature_wrong"]


def test_a_missing_detail_is_named_and_an_erased_one_is_not(sealed: str) -> None:
    with transaction.atomic():
        kept, lost = (
            services.append(
                lookup("clip.held"),
                WORKER,
                subject=subject,
                data={"reason": "legal"},
                detail={"note": "words"},
            )
            for subject in ("o-kept2222", "o-lost2222")
        )
    configured.own_sequencer().once()
    assert codes() == []
    EntryDetail.objects.filter(entry=lost.pk).delete()
    (problem,) = verify(WORKER).problems
    assert problem["code"] == "detail_tampered"
    assert str(lost.pk) in problem["message"]
    services.erase_subject(kept.subject, Actor("p-officer2", "privacy_officer"), "They asked for it.")
    assert codes() == ["detail_tampered"]


def test_an_entry_that_was_taken_out_of_the_queue_is_found_and_queued_again(sealed: str) -> None:
    lost, kept = append(2)
    with unguarded(sealed):
        run("DELETE FROM audit_pending WHERE entry = %s", hexed(lost))
    (problem,) = verify(WORKER).problems
    assert problem["code"] == "entry_forgotten"
    assert str(lost) in problem["message"]
    assert requeue() == 1
    assert {lost, kept} <= set(Pending.objects.values_list("entry", flat=True))
    configured.own_sequencer().once()
    assert codes() == []
    assert requeue() == 0
    assert LogEntry.objects.filter(action="audit.requeued").count() == 1


def test_what_was_queued_and_is_no_entry_is_named_and_stops_nobody(sealed: str) -> None:
    stray = Pending.objects.create(entry=uuid.UUID(int=1))
    append(1)
    assert configured.own_sequencer().once() == 1
    assert codes() == ["entry_missing"]
    assert Pending.objects.filter(pk=stray.pk).exists()


def test_the_command_tells_and_ends_with_one_when_the_log_is_not_whole(sealed: str) -> None:
    call_command("audit", "verify", stdout=(said := io.StringIO()))
    assert "The log is whole: 301 entries" in said.getvalue()
    with unguarded(sealed, "audit_logentry"):
        run("UPDATE audit_logentry SET actor = 'p-somebody'")
    with pytest.raises(CommandError, match="not whole"):
        call_command("audit", "verify", stderr=(told := io.StringIO()))
    assert told.getvalue().count("column_altered") == 100
