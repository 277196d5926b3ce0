"""The database and the journal tell on each other: whichever was set back, cut or altered."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from annotations.audit import journal
from annotations.audit.actors import WORKER
from annotations.audit.journal import Kind, comparing
from annotations.audit.models import JournalLine
from annotations.core.errors import DomainError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    journal.forget_standing()


def act(number: int = 1) -> None:
    with transaction.atomic():
        journal.record(Kind.KEY_REVOKED, WORKER, {"prefix": f"{number:012x}"})


def undone(number: int = 1) -> None:
    """An act whose transaction does not commit."""
    with transaction.atomic():
        journal.record(Kind.KEY_REVOKED, WORKER, {"prefix": f"{number:012x}"})
        transaction.set_rollback(True)


def code() -> str:
    journal.forget_standing()
    return journal.standing().code


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def test_a_site_that_has_done_nothing_yet_has_no_journal_and_stands(settings: Any) -> None:
    assert journal.standing() == journal.Standing()
    assert not settings.JOURNAL_FILE.exists()


def test_the_database_knows_each_line_of_an_act_that_committed() -> None:
    act(1)
    act(2)
    assert journal.standing() == journal.Standing()
    assert [(row.number, row.digest) for row in JournalLine.objects.order_by("number")] == [
        (line.number, line.digest) for line in journal.own_file().lines()
    ]


def test_a_database_that_was_set_back_is_told_with_what_it_lacks() -> None:
    act(1)
    undone(2)
    undone(3)
    found = journal.standing()
    assert found.code == "journal_ahead"
    assert [line.number for line in found.unknown] == [2, 3]
    act(4)
    assert [line.number for line in journal.standing().unknown] == [2, 3], "later acts cover nothing up"


def test_what_was_replayed_is_known() -> None:
    undone(1)
    with transaction.atomic():
        journal.know(journal.standing().unknown[0])
    assert journal.standing() == journal.Standing()


def test_replaying_writes_no_line() -> None:
    with journal.replaying():
        act(1)
    assert journal.own_file().lines() == []
    act(2)
    assert len(journal.own_file().lines()) == 1


def test_a_journal_that_lost_its_end_is_told(settings: Any) -> None:
    act(1)
    act(2)
    whole = settings.JOURNAL_FILE.read_bytes()
    settings.JOURNAL_FILE.write_bytes(lines(settings.JOURNAL_FILE)[0])
    assert code() == "journal_behind"
    settings.JOURNAL_FILE.write_bytes(whole[:-1])
    assert code() == "journal_behind"
    settings.JOURNAL_FILE.unlink()
    assert code() == "journal_behind"
    with pytest.raises(DomainError) as refused:
        act(3)
    assert (refused.value.status, refused.value.code) == (503, "journal_behind")


def test_a_journal_that_was_altered_is_told(settings: Any) -> None:
    for number in range(3):
        act(number)
    path = settings.JOURNAL_FILE
    whole = lines(path)
    for altered in ([whole[0], whole[2]], [whole[0].replace(b"0", b"1", 1), *whole[1:]], whole[1:]):
        path.write_bytes(b"".join(altered))
        assert code() == "journal_altered"
    path.write_bytes(b"".join(whole))
    assert code() == ""


def test_another_sites_journal_is_told_although_its_key_is_the_same(settings: Any, tmp_path: Path) -> None:
    settings.JOURNAL_FILE = tmp_path / "other.jsonl"
    undone(9)
    undone(9)
    other = settings.JOURNAL_FILE
    settings.JOURNAL_FILE = tmp_path / "own.jsonl"
    act(1)
    settings.JOURNAL_FILE.write_bytes(other.read_bytes())
    assert code() == "journal_altered"


def test_a_journal_that_cannot_be_read_is_told(settings: Any, tmp_path: Path) -> None:
    act(1)
    settings.JOURNAL_FILE = tmp_path
    assert code() == "journal_unreachable"


def test_an_act_that_the_journal_cannot_take_does_not_happen(settings: Any, tmp_path: Path) -> None:
    settings.JOURNAL_FILE = tmp_path
    with pytest.raises(journal.JournalUnreachable):
        act(1)
    assert not JournalLine.objects.exists()


def test_it_costs_one_look_at_the_file_until_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    act(1)
    journal.standing()
    monkeypatch.setattr(comparing, "_rows", broken)
    monkeypatch.setattr(comparing, "last_known", broken)
    assert journal.standing() == journal.Standing()
    monkeypatch.undo()
    monkeypatch.setattr(comparing, "ASK_AGAIN_AFTER", 0)
    monkeypatch.setattr(comparing, "_rows", broken)
    assert journal.standing() == journal.Standing(), "the same line is the last that the database knows"


def broken() -> None:
    raise AssertionError("asked again")


def test_a_database_that_is_exchanged_under_the_process_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    act(1)
    point = transaction.savepoint()
    act(2)
    assert journal.standing().code == ""
    transaction.savepoint_rollback(point)
    monkeypatch.setattr(comparing, "ASK_AGAIN_AFTER", 0)
    assert journal.standing().code == "journal_ahead"


def test_lines_are_for_ever_in_the_database() -> None:
    act(1)
    for change in ("UPDATE audit_journalline SET digest = 'x'", "DELETE FROM audit_journalline"):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            connection.cursor().execute(change)
