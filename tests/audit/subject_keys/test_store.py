"""The store of subjects' keys: the same contract over a file of SQLite and a database of PostgreSQL."""

import stat
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from annotations.audit.subject_keys import SubjectKeyStore, Unreachable, store
from annotations.core import ids
from annotations.core.wrapping import Damaged


@pytest.fixture
def subject() -> str:
    return ids.pseudonym("o")


def test_a_subject_has_one_key_and_another_subject_another(subject: str) -> None:
    key = store().ensure(subject)
    assert store().ensure(subject) == key
    assert store().ensure(subject + "x").key != key.key
    assert store().find([key.id, uuid.uuid4()]) == {key.id: key.key}


def test_many_who_ask_at_once_get_one_key(subject: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: store().ensure(subject), range(32)))
    assert len(keys) == 1
    assert store().of(subject) == [key.id for key in keys]


def test_a_retired_key_opens_what_it_encrypted_and_is_used_no_more(subject: str) -> None:
    entry, first = uuid.uuid4(), store().ensure(subject)
    store().retire([first.id], by=entry)
    second = store().ensure(subject)
    assert second.id != first.id
    assert store().find([first.id]) == {first.id: first.key}
    assert (first.id, entry) in store().retired()
    assert set(store().of(subject)) == {first.id, second.id}


def test_a_destroyed_key_is_gone(subject: str) -> None:
    key, other = store().ensure(subject), store().ensure(subject + "x")
    store().destroy([key.id])
    store().destroy([key.id, uuid.uuid4()])
    assert store().find([key.id, other.id]) == {other.id: other.key}
    assert store().of(subject) == []


def test_more_keys_than_one_statement_takes(subject: str) -> None:
    keys = [store().ensure(f"{subject}-{n}") for n in range(3)]
    asked = [*(uuid.uuid4() for _ in range(1200)), *(key.id for key in keys)]
    assert store().find(asked) == {key.id: key.key for key in keys}


def test_keys_are_wrapped_by_the_first_key_and_read_by_all(subject: str, settings: Any) -> None:
    key = store().ensure(subject)
    settings.SUBJECT_KEYS = {"new": b"n" * 32, **settings.SUBJECT_KEYS}
    assert store().ensure(subject) == key
    settings.SUBJECT_KEYS = {"new": b"n" * 32}
    assert store().find([key.id]) == {}
    with pytest.raises(Damaged):
        store().ensure(subject)


def test_a_store_that_does_not_answer_is_not_a_store_without_the_key(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "file").touch()
    for url in (f"sqlite:///{tmp_path}/file/keys.sqlite3", "postgresql://review_app@127.0.0.1:1/none"):
        settings.SUBJECT_STORE_URL = url
        with pytest.raises(Unreachable):
            store().find([uuid.uuid4()])


def test_a_store_of_another_kind_is_refused(settings: Any) -> None:
    settings.SUBJECT_STORE_URL = "redis://127.0.0.1/0"
    with pytest.raises(ImproperlyConfigured, match="redis"):
        store()


def test_the_file_is_its_owner_s_and_holds_no_trace_of_a_destroyed_key(
    tmp_path: Path, settings: Any, subject: str
) -> None:
    folder = tmp_path / "store"
    settings.SUBJECT_STORE_URL = f"sqlite:///{folder / 'keys.sqlite3'}"
    keys = [store().ensure(f"{subject}-{n}") for n in range(50)]
    assert stat.S_IMODE((folder / "keys.sqlite3").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    traces = wrapped_keys(store())
    assert all(trace in everything_in(folder) for trace in traces.values())
    gone = [key.id for key in keys[10:40]]
    store().destroy(gone)
    left = everything_in(folder)
    for identifier, trace in traces.items():
        assert (trace in left) is (identifier not in gone)
        assert (str(identifier).encode() in left) is (identifier not in gone)


def wrapped_keys(opened: SubjectKeyStore) -> dict[uuid.UUID, bytes]:
    with opened.engine.session() as run:
        return {uuid.UUID(name): bytes(key) for name, key in run("SELECT id, wrapped FROM subject_key")}


def everything_in(folder: Path) -> bytes:
    """Every byte of every file: the database, and its journal or log where there is one."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
