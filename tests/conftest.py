"""The engines under the tests. `TEST_DATABASE=postgresql` (and Redis) or SQLite (and the file-system broker)."""

import gc
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from hypothesis import HealthCheck, settings as hypothesis_settings

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.journal import comparing
from tests.engines import databases
from tests.engines.postgresql import PostgreSQL
from tests.engines.programs import Programs, broker_url, own_process_sends_to, stop_forker
from tests.engines.redis import Redis
from tests.factories import make_user
from tests.vision.warm_start import MODULE, WarmStart

ROOT = Path(__file__).resolve().parent.parent
ROOM = 1_000_000_000
"""Bytes: a container may have less in memory."""
_stop: list[Any] = []

# Its deadline, and what it takes for slow inputs, are seconds by the clock on the wall, whatever else the machine does;
# pytest's timeout holds.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Starts the column's servers, once for all processes of the run."""
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="review-engines-", dir=_in_memory()))
    _stop.append(lambda: shutil.rmtree(folder, ignore_errors=True))
    folder.chmod(0o711)
    os.environ["TEST_ENGINES"] = str(folder)
    if os.environ.get("TEST_DATABASE") == "postgresql":
        servers = PostgreSQL(folder / "postgresql"), Redis(folder / "redis")
        for server in servers:
            _stop.append(server.stop)
            server.start()
        os.environ["TEST_POSTGRESQL_PORT"] = str(servers[0].port)
        os.environ["TEST_REDIS_URL"] = servers[1].url


def _in_memory() -> str | None:
    """A folder in memory for the databases' files: nothing outlives the run, so nothing waits for the disk.

    A new key of a subject, which every clip needs three of, waits 25 ms for SQLite's; a copy of a database of
    PostgreSQL costs 30 ms of processor time there, and some hundred on a disk.
    """
    memory = Path("/dev/shm")  # noqa: S108
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > ROOM else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks as `once` what has no database: pytest-django lets no other test reach one. Long tests go first.

    So no process of the run is left with one of them when the others have nothing to do any more.
    """
    for item in items:
        asked = set(getattr(item, "fixturenames", ()))
        marked = any(item.get_closest_marker(name) for name in ("django_db", "engines", "browser"))
        if not marked and asked.isdisjoint({"db", "transactional_db", "django_db_setup"}):
            item.add_marker(pytest.mark.once)
    items.sort(key=_place)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """What stands now, code and thousands of tests, stays: looking through it for garbage took a twelfth of all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 10, 10)


def _place(item: pytest.Item) -> int:
    """Slow tests, then those that start programs, then all others."""
    return next((place for place, name in enumerate(("slow", "engines")) if item.get_closest_marker(name)), 2)


def pytest_unconfigure(config: pytest.Config) -> None:
    stop_forker()
    while _stop:
        _stop.pop()()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """A migrated database for the tests that roll back, instead of the one that pytest-django would make."""
    engine = databases.databases()
    with django_db_blocker.unblock():
        engine.prepare()
        url = engine.create()
        databases.use(url)
    settings.SUBJECT_STORE_URL = engine.subject_store()
    yield
    with django_db_blocker.unblock():
        databases.use(url)
        engine.drop(url)


@pytest.fixture
def fresh_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of this test's own, for tests that commit: threads, processes, served sites. Gives its URL."""
    engine = databases.databases()
    before = dict(connections.settings["default"])
    url = engine.create()
    with django_db_blocker.unblock():
        databases.use(url)
        yield url
        databases.use(url)
        connections.settings["default"].update(before)
        engine.drop(url)


@pytest.fixture(autouse=True)
def _own_files(tmp_path: Path, settings: Any) -> Iterator[None]:
    """Every test stores into a folder of its own, and has keys of its own for the log and for subjects."""
    settings.AUDIT_KEYS_DIR = str(tmp_path / "keys" / "log")
    settings.JOURNAL_FILE = tmp_path / "journal" / "journal.jsonl"
    settings.STORAGES = {
        name: {**storage, "OPTIONS": {**storage["OPTIONS"], "location": tmp_path / name}}
        if "location" in storage.get("OPTIONS", {})
        else storage
        for name, storage in settings.STORAGES.items()
    }
    if not settings.SUBJECT_STORE_URL.startswith("sqlite:"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="subjects-", dir=os.environ["TEST_ENGINES"]) as folder:
        settings.SUBJECT_STORE_URL = f"sqlite:///{folder}/keys.sqlite3"
        yield


@pytest.fixture
def journal_asked_before(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests do not ask how the database stands against the journal: once a second they do, which changes counts."""
    monkeypatch.setattr(comparing, "ASK_AGAIN_AFTER", 3600.0)
    comparing.standing()


@pytest.fixture
def programs(fresh_database: str, tmp_path: Path) -> Iterator[Programs]:
    """Starts the product's own programs over a fresh database and a broker that the test's process reaches too.

    `programs.web()` gives an address; `programs.worker()`, `programs.beat()` and `programs.kill(process)` are for
    tests of what survives.
    """
    broker = broker_url(tmp_path)
    started = Programs(tmp_path, fresh_database, broker, REDACTION_LEASE_SECONDS="6")
    with own_process_sends_to(broker):
        yield started
        started.stop()


@pytest.fixture
def live_site(programs: Programs) -> str:
    """The address of a real server over a fresh database, which the test's own process shares."""
    return programs.web()


@pytest.fixture(scope="session")
def warm_start() -> Iterator[WarmStart]:
    started = WarmStart()
    yield started
    started.close()


@pytest.fixture
def warm(warm_start: WarmStart, monkeypatch: pytest.MonkeyPatch) -> WarmStart:
    """Children are confined as ever, and forked from a process that has loaded the libraries.

    For tests in which the start of the child is not what is tested.
    """
    ordinary = subprocess.Popen

    def started(command: list[str], **options: Any) -> Any:
        return (warm_start.popen if MODULE in command else ordinary)(command, **options)

    monkeypatch.setattr(subprocess, "Popen", started)
    return warm_start


@pytest.fixture
def officer(db: None) -> User:
    """A privacy officer."""
    return make_user(Role.PRIVACY_OFFICER)


@pytest.fixture
def reviewer(db: None) -> User:
    """A contractor."""
    return make_user()


@pytest.fixture
def site(client: Client, officer: User) -> Client:
    """The site as a privacy officer calls it."""
    client.force_login(officer)
    return client


@pytest.fixture(scope="session")
def models_dir() -> Path:
    """Where the model files and the portrait are installed (`./workbench test` installs them)."""
    return Path(settings.MODELS_DIR)


def _footage() -> Path | None:
    """The folder of real footage: FOOTAGE_DIR, or `shared/footage` beside this checkout or one of its parents."""
    if named := os.environ.get("FOOTAGE_DIR"):
        return Path(named)
    found = (parent / "shared" / "footage" for parent in ROOT.parents)
    return next((folder for folder in found if folder.is_dir()), None)


@pytest.fixture(scope="session")
def footage() -> Path | None:
    """Real clips where they are present, else None: such tests then use generated clips."""
    return _footage()
