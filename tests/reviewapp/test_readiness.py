"""What `/readyz` says, by stable codes, and what is answered while nothing may be served."""

import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from annotations.audit import journal
from annotations.audit.actors import WORKER
from annotations.audit.integrity import status
from annotations.core import clock
from reviewapp import readiness
from tests.factories import make_clip, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _read_anew() -> None:
    journal.forget_standing()


def act(*, undone: bool = False) -> None:
    with transaction.atomic():
        journal.record(journal.Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"})
        transaction.set_rollback(undone)


def codes() -> list[str]:
    answer = Client().get("/readyz")
    told = answer.json()
    assert answer.status_code == (503 if told["reasons"] else 200)
    assert told["status"] == ("not ready" if told["reasons"] else "ready")
    assert all(each["message"] for each in told["reasons"])
    return [each["code"] for each in told["reasons"]]


def test_a_site_that_works_is_ready() -> None:
    act()
    assert codes() == []


def test_a_database_that_was_set_back() -> None:
    act(undone=True)
    assert codes() == ["journal_ahead"]


def test_a_journal_that_was_cut_or_altered(settings: Any) -> None:
    act()
    whole = settings.JOURNAL_FILE.read_bytes()
    settings.JOURNAL_FILE.write_bytes(b"")
    assert codes() == ["journal_behind"]
    settings.JOURNAL_FILE.write_bytes(whole.replace(b"0123456789ab", b"0123456789ac"))
    assert codes() == ["journal_altered"]


def test_a_journal_that_is_not_there_to_be_read(settings: Any, tmp_path: Path) -> None:
    settings.JOURNAL_FILE = tmp_path
    assert codes() == ["journal_unreachable"]


def test_a_store_of_keys_that_does_not_answer(settings: Any) -> None:
    settings.SUBJECT_STORE_URL = "postgresql://review_app@127.0.0.1:1/none"
    assert codes() == ["subject_store_unreachable"]


def test_a_storage_that_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("")
    storages = {name: dict(storage) for name, storage in settings.STORAGES.items()}
    storages["vault"]["OPTIONS"] = {
        **storages["vault"]["OPTIONS"],
        "location": tmp_path / "in the way" / "vault",
    }
    settings.STORAGES = storages
    assert codes() == ["storage_not_writable"]


def test_a_log_that_nobody_seals(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user()
    later = clock.now() + 2 * status.STALLED_AFTER
    monkeypatch.setattr(clock, "now", lambda: later)
    assert codes() == ["log_not_sealed"]


def test_a_database_that_is_older_than_the_programs() -> None:
    (last,) = MigrationLoader(connection).graph.leaf_nodes("audit")
    MigrationRecorder(connection).record_unapplied(*last)
    assert codes() == ["migrations_missing"]


def test_a_database_that_does_not_answer() -> None:
    act()

    def no_answer(*_: object) -> None:
        raise DatabaseError("no answer")

    with connection.execute_wrapper(no_answer):
        assert codes() == ["database_unreachable"]
        page = Client().get("/")
        assert page.status_code == 503
        assert "The database does not answer" in page.content.decode()


def test_while_nothing_is_served_whoever_is_signed_in_is_nobody(client: Client) -> None:
    make_clip()
    client.force_login(make_user("operator"))
    assert client.get("/operations/").status_code == 200
    act(undone=True)
    for path in ("/operations/", "/", "/sign-in/", "/nothing/there", "/healthz/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "10", "no-store")
        assert "operator" not in answer.content.decode()
    api = client.post("/api/v1/clips")
    assert (api.status_code, api.json()["code"]) == (503, "journal_ahead")
    assert client.get("/healthz").status_code == 200


def test_asking_before_every_request_costs_next_to_nothing() -> None:
    """Less than 0.2 ms of processor time, where a page takes some tens; measured is 0.01."""
    act()
    assert readiness.why_nothing_is_served() is None
    start = time.process_time()
    for _ in range(1000):
        readiness.why_nothing_is_served()
    assert (time.process_time() - start) / 1000 < 0.0002


def test_the_middleware_stands_before_whatever_believes_the_database() -> None:
    order = django_settings.MIDDLEWARE
    place = order.index("reviewapp.unavailable.NotReadyMiddleware")
    assert place < order.index("django.contrib.sessions.middleware.SessionMiddleware")
    assert order[0] == "django.middleware.security.SecurityMiddleware"
