"""Erasing a subject: the words are gone, the entries stand, and the log says so itself."""

import itertools
import json
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from annotations.audit import selectors, services
from annotations.audit.actors import Actor
from annotations.audit.enums import DetailState
from annotations.audit.erasures import last_erasure
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.registry import lookup
from annotations.audit.subject_keys import SubjectKeyStore, store
from annotations.core import ids
from annotations.core.errors import Invalid, Missing
from tests.audit.subject_keys.test_store import everything_in, wrapped_keys
from tests.engines.forked import forked

OFFICER, LEAD = Actor("p-officer22", "privacy_officer"), Actor("p-lead2222", "lead")
WORDS = "the neighbour in the blue coat"


@pytest.fixture
def subject() -> str:
    return ids.pseudonym("o")


def write(subject: str, words: str = WORDS) -> LogEntry:
    with transaction.atomic():
        return services.append(
            lookup("clip.held"), LEAD, subject=subject, data={"reason": "legal"}, detail={"note": words}
        )


def erase(subject: str) -> LogEntry:
    return services.erase_subject(subject, OFFICER, "The owner asked for it.")


def state(entry: LogEntry) -> str:
    (line,) = selectors.present([LogEntry.objects.get(pk=entry.pk)])
    assert line.sentence
    return line.detail_state


@pytest.mark.django_db
def test_details_and_keys_are_gone_and_the_entry_says_how_many(subject: str) -> None:
    other = write(ids.pseudonym("o"))
    entries = [write(subject) for _ in range(3)]
    keys = store().of(subject)
    before = {entry.pk: bytes(entry.canonical) for entry in entries}
    erasure = erase(subject)
    assert (erasure.action, erasure.subject, erasure.actor) == (
        "audit.subject_erased",
        subject,
        OFFICER.pseudonym,
    )
    assert json.loads(bytes(erasure.canonical))["data"] == {
        "details": 3,
        "keys": [str(keys[0])],
        "cause": "officer",
    }
    assert not EntryDetail.objects.filter(subject=subject).exists()
    assert store().of(subject) == []
    assert {state(entry) for entry in entries} == {DetailState.ERASED}
    assert {e.pk: bytes(e.canonical) for e in LogEntry.objects.filter(pk__in=before)} == before
    assert state(other) == DetailState.READABLE


@pytest.mark.django_db
def test_the_reason_belongs_to_the_officer_and_stays(subject: str) -> None:
    write(subject)
    erasure = erase(subject)
    (line,) = selectors.present([erasure])
    assert line.detail == {"reason": "The owner asked for it."}
    assert EntryDetail.objects.get(pk=erasure.pk).subject == OFFICER.pseudonym


@pytest.mark.django_db
def test_erasing_again_changes_nothing_and_gives_the_same_entry(subject: str) -> None:
    write(subject)
    first = erase(subject)
    entries = LogEntry.objects.count()
    assert erase(subject) == first
    assert LogEntry.objects.count() == entries


@pytest.mark.django_db
def test_a_subject_of_whom_nobody_wrote_a_word_can_be_erased(subject: str) -> None:
    with transaction.atomic():
        services.append(lookup("clip.held"), LEAD, subject=subject, data={"reason": "legal"})
    told = json.loads(bytes(erase(subject).canonical))["data"]
    assert told == {"details": 0, "keys": [], "cause": "officer"}


@pytest.mark.django_db
def test_words_written_later_have_a_key_of_their_own_and_can_be_erased_too(subject: str) -> None:
    before = write(subject)
    first = erase(subject)
    after = write(subject, "later")
    assert (state(before), state(after)) == (DetailState.ERASED, DetailState.READABLE)
    second = erase(subject)
    assert second != first
    assert (state(before), state(after)) == (DetailState.ERASED, DetailState.ERASED)


@pytest.mark.django_db
def test_an_erasure_explains_nothing_that_was_taken_away_after_it(subject: str) -> None:
    write(subject)
    erase(subject)
    after = write(subject, "later")
    EntryDetail.objects.filter(pk=after.pk).delete()
    assert state(after) == DetailState.TAMPERED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("subject", "reason", "code"),
    [
        ("o-nobody22", "The owner asked.", "unknown_subject"),
        ("o-nobody22", "  ", "reason_too_short"),
        (OFFICER.pseudonym, "I would rather not.", "own_details"),
    ],
)
def test_what_cannot_be_erased_is_said(subject: str, reason: str, code: str) -> None:
    with pytest.raises((Invalid, Missing)) as refused:
        services.erase_subject(subject, OFFICER, reason)
    assert refused.value.code == code


@pytest.mark.django_db
@pytest.mark.parametrize("survives", [False, True], ids=["rolled back", "committed"])
def test_an_erasure_that_died_is_finished_by_the_sweep_if_it_was_logged_and_only_then(
    subject: str, survives: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Died after the keys were retired: before the commit, nothing is lost; after it, the sweep does the rest."""
    entry = write(subject)
    (key,) = store().of(subject)

    class Killed(BaseException):
        pass

    def dies_after(function: Any) -> Any:
        def call(*args: Any, **kwargs: Any) -> None:
            function(*args, **kwargs)
            raise Killed

        return call

    def dies(*args: Any, **kwargs: Any) -> None:
        raise Killed

    kind = type(store())
    with monkeypatch.context() as patch:
        if survives:
            patch.setattr(kind, "destroy", dies)
        else:
            patch.setattr(kind, "retire", dies_after(kind.retire))
        with pytest.raises(Killed):
            erase(subject)
    assert store().find([key])
    assert state(entry) == (DetailState.ERASED if survives else DetailState.READABLE)
    assert services.finish_erasures() == (1 if survives else 0)
    assert bool(store().find([key])) is not survives
    if not survives:
        later = write(subject)
        erase(subject)
        assert {state(entry), state(later)} == {DetailState.ERASED}
        assert store().of(subject) == []


def erase_and_die(subject: str, step: int) -> None:
    """Erases in a process of its own, which kills itself before or after one of the steps."""
    calls = itertools.count(1)

    def counted(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            if next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            result = function(*arguments, **named)
            if next(calls) == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call

    for name in ("of", "retire", "retired", "destroy", "ensure"):
        setattr(SubjectKeyStore, name, counted(getattr(SubjectKeyStore, name)))
    for name in ("append", "_log_erasure"):
        setattr(services, name, counted(getattr(services, name)))
    erase(subject)


def test_killed_at_any_step_nothing_is_lost_unlogged_and_a_second_try_ends_it(fresh_database: str) -> None:
    """A process of its own is killed before and after each step; each time on a subject of its own."""
    steps = 0
    while True:
        subject = ids.pseudonym("o")
        entry = write(subject)
        process = forked(erase_and_die, subject, steps + 1)
        process.join(30)
        logged = last_erasure(subject) is not None
        assert state(entry) == (DetailState.ERASED if logged else DetailState.READABLE), steps
        erasure = erase(subject)
        assert erasure == last_erasure(subject)
        assert LogEntry.objects.filter(action="audit.subject_erased", subject=subject).count() == 1
        assert state(entry) == DetailState.ERASED
        assert store().of(subject) == []
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        steps += 1
    assert steps >= 14


def test_a_detail_that_is_being_written_meanwhile_is_erased_or_outlives_it_whole(
    fresh_database: str, subject: str
) -> None:
    """Writers and erasures of one subject at once: no detail ends as tampered."""
    write(subject)
    problems: list[BaseException] = []
    written: list[LogEntry] = []

    def writes() -> None:
        try:
            for _ in range(8):
                written.append(write(subject))
        except BaseException as error:  # noqa: BLE001
            problems.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=writes) for _ in range(3)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        erase(subject)
    for thread in threads:
        thread.join()
    assert problems == []
    states = {line.detail_state for line in selectors.present(written)}
    assert states <= {DetailState.ERASED, DetailState.READABLE}
    erase(subject)
    assert {line.detail_state for line in selectors.present(written)} == {DetailState.ERASED}


def test_no_byte_of_key_or_words_is_left_and_a_backup_from_before_cannot_be_read(
    fresh_database: str, subject: str, tmp_path: Path
) -> None:
    entry = write(subject)
    (trace,) = [wrapped_keys(store())[key] for key in store().of(subject)]
    kept = EntryDetail.objects.filter(pk=entry.pk).values().get()
    sealed, key = bytes(kept["sealed"]), store().find([kept["key"]])[kept["key"]]
    backup = taken(fresh_database, tmp_path)
    erase(subject)

    assert everywhere(fresh_database, tmp_path, trace, key, WORDS.encode()) == []
    assert not EntryDetail.objects.filter(pk=entry.pk).exists()
    # The backup has the sealed detail still, and nothing that opens it.
    assert sealed in backup
    assert WORDS.encode() not in backup
    with transaction.atomic():
        EntryDetail.objects.create(**kept)
    assert store().find([kept["key"]]) == {}
    assert state(entry) == DetailState.ERASED


def taken(url: str, tmp_path: Path) -> bytes:
    """A backup of the main database: all of its bytes, or all of its rows."""
    if connection.vendor == "sqlite":
        folder = tmp_path / "backup"
        folder.mkdir()
        with (
            closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as source,
            closing(sqlite3.connect(folder / "site.sqlite3")) as target,
        ):
            source.backup(target)
        content = everything_in(folder)
        shutil.rmtree(folder)
        return content
    return tables(connection)


def everywhere(url: str, tmp_path: Path, *secrets: bytes) -> list[bytes]:
    """Which of the secrets are found on disk (SQLite), or in any table of both databases (PostgreSQL)."""
    if connection.vendor == "sqlite":
        database = Path(url.removeprefix("sqlite:///"))
        content = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
        content += everything_in(tmp_path)
        keys = Path(settings.SUBJECT_STORE_URL.removeprefix("sqlite:///"))
        content += everything_in(keys.parent)
        assert b"subject_key" in content
        assert b"audit_entrydetail" in content
    else:
        content = tables(connection) + b"".join(wrapped_keys(store()).values())
        assert b"clip.held" in content
    return [secret for secret in secrets if secret in content]


def tables(connection: Any) -> bytes:
    content = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            for row in cursor.fetchall():
                content += b"|".join(v if isinstance(v, bytes) else str(v).encode() for v in row)
    return content
