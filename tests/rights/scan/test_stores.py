"""A value that is planted in any store is found there, and is not once it is taken away."""

import json
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, storages
from django.db import connection, transaction

from annotations.audit.subject_keys import store as key_store
from annotations.core.models import Outbox
from annotations.review.models import Project
from annotations.rights.scan.probe import Kind, Value
from annotations.rights.scan.stores import DATABASE, DATABASE_FILES, stores
from reviewapp.settings import environment
from tests.engines import databases
from tests.engines.postgresql import APP
from tests.engines.programs import broker_url, own_process_sends_to, wait_until
from tests.factories import make_clip, make_project
from tests.rights.scan.searching import own_places, places, searched, words

NAME = "Erika Mustermann 12"
SECRET = words(NAME)
DIGEST = Value(Kind.DIGEST, bytes(range(40, 72)))


@pytest.fixture(autouse=True)
def _own_places(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    own_places(tmp_path, settings, monkeypatch)


def but(*names: str) -> set[str]:
    """All stores but these, to leave out."""
    return set(stores()) - set(names)


@contextmanager
def changed(instance: Any, **fields: Any) -> Any:
    """The row with these values, for a block."""
    rows = type(instance).objects.filter(pk=instance.pk)
    before = rows.values(*fields).get()
    rows.update(**fields)
    yield
    rows.update(**before)


def in_text() -> AbstractContextManager[None]:
    return changed(make_project(), instructions=f"Ask {NAME}.")


def in_json() -> AbstractContextManager[None]:
    event = Outbox.objects.create(type="test", payload={})
    return changed(event, payload={"told": [{"by": NAME.upper()}]})


def in_bytes() -> AbstractContextManager[None]:
    return changed(make_clip().owner, sealed_reference=b"\x00\x01" + NAME.encode() + b"\xff")


def in_digits() -> AbstractContextManager[None]:
    return changed(make_clip().owner, lookup=NAME.encode().hex())


COLUMNS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "review_project.instructions": in_text,
    "core_outbox.payload": in_json,
    "clips_owner.sealed_reference": in_bytes,
    "clips_owner.lookup": in_digits,
}


@pytest.mark.django_db
@pytest.mark.parametrize("column", COLUMNS)
def test_a_column_of_any_type_is_searched(column: str) -> None:
    with COLUMNS[column]():
        assert places(searched(SECRET, without=but(DATABASE))) == {(DATABASE, column)}
    assert not searched(SECRET, without=but(DATABASE)).findings


@pytest.mark.django_db
def test_every_table_is_searched() -> None:
    make_clip()
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        rows = 0
        for name in names:
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(name)}")  # noqa: S608
            rows += cursor.fetchone()[0]
    report = searched(SECRET, without=but(DATABASE))
    assert report.searched[DATABASE] >= rows > len(names) / 2
    assert not report.unsearched


@pytest.mark.django_db
def test_ids_and_digests_in_columns_of_their_own_types_are_found() -> None:
    project = make_project()
    with changed(make_clip().owner, sealed_reference=b"..." + bytes(DIGEST.content) + b"..."):  # type: ignore[arg-type]
        assert places(searched([DIGEST], without=but(DATABASE))) == {
            (DATABASE, "clips_owner.sealed_reference")
        }
    found = places(searched([Value(Kind.KEY, project.pk.bytes)], without=but(DATABASE)))
    assert (DATABASE, "review_project.id") in found


@pytest.mark.django_db
def test_a_session_that_django_has_packed_is_opened() -> None:
    session = SessionStore()
    session["note"] = f"{NAME} {'x' * 4000}"
    session.save()
    assert places(searched(SECRET, without=but(DATABASE))) == {(DATABASE, "django_session.session_data")}
    session.flush()
    assert not searched(SECRET, without=but(DATABASE)).findings


def test_the_databases_files_are_searched(fresh_database: str) -> None:
    """On SQLite also the write-ahead log; on PostgreSQL dead rows, until the table is rewritten."""
    project = Project.objects.create(name="planted", instructions=NAME)
    _checkpoint(fresh_database)
    assert DATABASE_FILES in {store for store, _ in places(searched(SECRET, without=but(DATABASE_FILES)))}
    Project.objects.filter(pk=project.pk).update(instructions="")

    def rewritten() -> bool:
        """A snapshot of PostgreSQL's own, taken in between, keeps a dead row once more."""
        _checkpoint(fresh_database)
        found = places(searched(SECRET, without=but(DATABASE_FILES)))
        return {Path(where).parent.name for _, where in found} <= {"pg_wal"}

    wait_until(rewritten, 60, "the end of the dead row")


def _checkpoint(url: str) -> None:
    """Brings what is committed into the database's own files, and on PostgreSQL lets this process read them."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    databases.use(url.replace(APP, "postgres"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (FULL) review_project")
        cursor.execute("CHECKPOINT")


@pytest.mark.django_db
def test_a_servers_folder_that_is_closed_is_told_until_somebody_names_a_copy(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "PG_VERSION").touch()
    closed = {place.store for place in searched(SECRET).unsearched}
    assert closed == ({DATABASE_FILES} if connection.vendor == "postgresql" else set())
    assert not searched(SECRET, also=[tmp_path / "copy"]).unsearched


FOLDERS = ("var/log/web.log", "var/deep/other", "var/.hidden", "models/new.onnx", "temporary/decoder/frame")


@pytest.mark.parametrize("place", FOLDERS)
@pytest.mark.django_db
@pytest.mark.once
def test_a_folder_of_the_site_is_searched(place: str, tmp_path: Path) -> None:
    path = tmp_path / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'GET /clips?owner="{NAME}"')
    assert [where for _, where in places(searched(SECRET))] == [str(path)]
    path.write_text("GET /clips")
    assert not searched(SECRET).findings


@pytest.mark.parametrize("alias", sorted({"default", "vault", "renditions", "exports", "staticfiles"}))
@pytest.mark.django_db
@pytest.mark.once
def test_a_storage_is_searched(alias: str) -> None:
    storage = storages[alias]
    name = storage.save(f"planted/{uuid.uuid4().hex}", ContentFile(f"... {NAME} ...".encode()))
    assert {store for store, _ in places(searched(SECRET))} == {alias}
    storage.delete(name)
    assert not searched(SECRET).findings


@pytest.mark.django_db
@pytest.mark.once
def test_whatever_place_a_setting_names_is_searched(tmp_path: Path, settings: Any) -> None:
    """A store that somebody adds later needs no line here."""
    settings.NEWCOMER_FILE = tmp_path / "elsewhere" / "newcomer.jsonl"
    settings.NEWCOMER_FILE.parent.mkdir()
    settings.NEWCOMER_FILE.write_text(json.dumps({"name": NAME}))
    assert places(searched(SECRET)) == {("site folder", str(settings.NEWCOMER_FILE))}


@pytest.mark.django_db
@pytest.mark.once
def test_a_storage_elsewhere_is_searched_by_its_own_names(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }
    assert isinstance(storages["default"], InMemoryStorage)
    storages["default"].save("folder/file", ContentFile(NAME.encode()))
    assert places(searched(SECRET)) == {("default", "folder/file")}


@pytest.mark.django_db
def test_the_broker_is_searched(tmp_path: Path, settings: Any) -> None:
    url = broker_url(tmp_path)
    settings.CELERY_BROKER_URL, settings.CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker(url)
    with own_process_sends_to(url):
        current_app.send_task("test.planted", [{"name": f"Müller of {NAME}"}], queue="default")
        assert {store for store, _ in places(searched(words(f"Müller of {NAME}")))} == {"broker"}
        with current_app.connection_for_write() as messages:
            messages.default_channel.queue_purge("default")  # type: ignore[attr-defined]
        assert not searched(words(f"Müller of {NAME}")).findings


@pytest.mark.django_db
@pytest.mark.once
def test_a_broker_that_shows_nobody_its_messages_is_told(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "amqp://broker.invalid"
    assert [place.store for place in searched(SECRET, without=but("broker")).unsearched] == ["broker"]
    assert searched(SECRET, without={"broker", DATABASE_FILES}).exit_code == 0


@pytest.mark.django_db
@pytest.mark.once
def test_a_server_that_does_not_answer_is_told(settings: Any) -> None:
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    settings.SUBJECT_STORE_URL = "postgresql://nobody@127.0.0.1:1/nothing"
    report = searched(SECRET, without=but("broker", "subject keys"))
    assert {place.store for place in report.unsearched} == {"broker", "subject keys"}


@pytest.mark.django_db
def test_every_type_of_a_redis_is_searched(settings: Any) -> None:
    if connection.vendor != "postgresql":
        return  # the column without a Redis
    url = broker_url(Path())
    settings.CELERY_BROKER_URL, settings.CELERY_BROKER_TRANSPORT_OPTIONS = url, {}
    with closing(redis.Redis.from_url(url)) as server:
        server.flushdb()
        plants: dict[str, Callable[[], Any]] = {
            "string": lambda: server.set("string", NAME),
            "list": lambda: server.rpush("list", "other", NAME),
            "set": lambda: server.sadd("set", NAME),
            "sorted": lambda: server.zadd("sorted", {NAME: 1}),
            "hash": lambda: server.hset("hash", NAME, "other"),
            "stream": lambda: server.xadd("stream", {"told": NAME}),
        }
        for key, plant in plants.items():
            plant()
            assert [where.rpartition(" ")[2] for _, where in places(searched(SECRET))] == [key]
            server.delete(key)
        server.set(NAME, "other")
        assert [where.partition(" in ")[0] for _, where in places(searched(SECRET))] == ["names of keys"]
        server.delete(NAME)
    assert not searched(SECRET).findings


@pytest.mark.django_db
def test_the_store_of_subjects_keys_is_searched() -> None:
    with transaction.atomic():
        subject = make_clip().subject
    (wrapped,) = key_store().wrapped_of(subject)
    value = Value(Kind.KEY, wrapped[8:24])
    assert {store for store, _ in places(searched([value]))} == {"subject keys"}
    key_store().destroy(key_store().of(subject))
    assert not searched([value]).findings


@pytest.mark.django_db
@pytest.mark.once
def test_a_cache_in_files_is_searched_and_an_unknown_one_told(tmp_path: Path, settings: Any) -> None:
    location = tmp_path / "cached"
    location.mkdir()
    (location / "entry").write_text(NAME)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(location),
        },
        "other": {"BACKEND": "django.core.cache.backends.memcached.PyMemcacheCache", "LOCATION": "nowhere"},
    }
    report = searched(SECRET, without=but("caches"))
    assert places(report) == {("caches", str(location / "entry"))}
    assert [(place.store, place.where) for place in report.unsearched] == [("caches", "other")]


@pytest.mark.django_db
@pytest.mark.once
def test_logs_that_go_elsewhere_are_told_until_somebody_names_them(tmp_path: Path, settings: Any) -> None:
    del settings.VAR_DIR
    logs = but("program logs")
    assert [place.store for place in searched(SECRET, without=logs).unsearched] == ["program logs"]
    (tmp_path / "journal").write_text(json.dumps({"message": NAME}))
    report = searched(SECRET, also=[tmp_path / "journal"], without=logs)
    assert places(report) == {("also", str(tmp_path / "journal"))}
    assert not report.unsearched
    nothing = searched(SECRET, also=[tmp_path / "nothing"], without=logs)
    assert [place.store for place in nothing.unsearched] == ["also"]


@pytest.mark.django_db
def test_an_id_is_found_in_the_type_of_ids() -> None:
    clip = make_clip()
    found = places(searched(words(str(clip.public_id)), without=but(DATABASE)))
    assert found == {(DATABASE, "clips_clip.public_id")}
