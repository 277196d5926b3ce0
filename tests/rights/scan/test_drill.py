"""The drill: a backup from before an erasure, every key from after it, and a search of everything that is live."""

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.db import connection

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.core.models import RunState
from annotations.rights import services
from annotations.rights.certificates import as_file
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.models import Erasure
from annotations.rights.probes import probe_of
from annotations.rights.scan.expected import Kept, read as read_certificate
from annotations.rights.scan.probe import Kind, Probe, Value
from annotations.rights.scan.report import Report
from annotations.rights.scan.stores import ALSO, DATABASE_FILES, stores
from annotations.rights.scopes import Scope, reach
from reviewapp.settings import environment
from tests.engines import databases
from tests.engines.postgresql import APP
from tests.engines.programs import Programs, wait_until
from tests.factories import make_user
from tests.rights.erased_clips import REASON
from tests.rights.scan.backup import Backup, back_up
from tests.rights.scan.decryptor import Keys, as_files, keys_at_hand, opened
from tests.rights.scan.household import Household, make_household
from tests.rights.scan.searching import own_places, searched
from tests.vision.warm_start import WarmStart

# PostgreSQL keeps dead rows until their space is used again: `test_what_postgresql_keeps_of_dead_rows`.
CLOSED = {DATABASE_FILES} if site.TEST_DATABASE == "postgresql" else set[str]()
DATABASE = "tables" if site.TEST_DATABASE == "postgresql" else "site.sqlite3"
# Of a probe, what a backup says without any key. A digest is a rendition's; a piece of a key is ciphertext.
IN_THE_CLEAR = {
    *((kind, DATABASE) for kind in ("digest", "file name", "fingerprint", "key")),
    *(("file name", storage) for storage in ("vault", "renditions")),
    ("digest", "exports"),
}


# What a backup of the files and tables shows to anybody: docs/deployment.md says so, and to leave renditions out.
LABEL, VOCABULARY = "person_arrives", {"review_labelschema"}
UNSEALED = {"renditions", "exports", "review_annotation.body"}


@pytest.fixture(autouse=True)
def _own_places(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, warm: WarmStart
) -> Iterator[None]:
    """And a store of keys of its own: every key there is, is tried on everything."""
    own_places(tmp_path / "own", settings, monkeypatch)
    if settings.TEST_DATABASE != "postgresql":
        yield
        return
    settings.SUBJECT_STORE_URL = url = databases.databases().subject_store()
    yield
    databases.databases().drop(url)


@pytest.fixture
def household(fresh_database: str) -> Household:
    return make_household()


def encrypting() -> list[bytes]:
    return [*site.VAULT_KEYS.values(), *site.SUBJECT_KEYS.values()]


def at_hand() -> Keys:
    return keys_at_hand(encrypting(), site.SUBJECT_STORE_URL)


def scopes_of(household: Household) -> dict[str, list[Scope]]:
    """What is erased for each kind of subject."""
    return {
        "clip": [Scope(ScopeKind.CLIP, str(clip.public_id)) for clip in household.clips.values()],
        "camera": [Scope(ScopeKind.DEVICE, household.device.pseudonym)],
        "owner": [Scope(ScopeKind.OWNER, household.owner.pseudonym)],
    }


def erase(scope: Scope, officer: User) -> Erasure:
    erasure = services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)
    services.erase(erasure.pk)
    erasure.refresh_from_db()
    assert (erasure.state, erasure.findings) == (RunState.DONE, [])
    return erasure


def kept_by(erasure: Erasure, folder: Path) -> Kept:
    """What the certificate says is kept."""
    path = folder / "certificate.json"
    path.write_text(as_file(erasure.certificate or {}, "no proof"))
    kept = read_certificate(path)
    path.unlink()
    return kept


def told(report: Report) -> list[tuple[str, str, str]]:
    return sorted((place.store, place.where, str(kind)) for place, kind in report.findings)


def in_backup(
    backup: Backup, values: tuple[Value, ...], folder: Path, plain: list[bytes]
) -> set[tuple[str, str]]:
    """Which kinds of values the backup and what was opened of it hold, and in which part of it."""
    found = searched(values, also=[backup.folder, as_files(plain, folder)], without=set(stores())).findings
    parts = {
        (str(kind), "opened" if str(folder) in place.where else _part(place.where, backup))
        for place, kind in found
        if place.store == ALSO
    }
    return {(kind, part) for kind, part in parts if not part.startswith("name")}


def unsealed(backup: Backup) -> set[str]:
    """The storages whose files anybody can open, and the columns that say in words what a clip shows."""
    found = {path.relative_to(backup.folder).parts[0] for path in backup.files() if not _is_noise(path)}
    for table, row in backup.rows():
        for column, value in row.items():
            if table not in VOCABULARY and LABEL in str(value):
                found.add(f"{table}.{column}")
    return found


def _is_noise(path: Path) -> bool:
    """Whether a file does not get smaller, and begins as encrypted ones do."""
    content = path.read_bytes()
    return content.startswith(b"RVAULT1\n") and len(zlib.compress(content)) >= len(content)


def _holds(content: bytes, text: str) -> bool:
    """As it is or within JSON."""
    return text.encode() in content or json.dumps(text)[1:-1].encode() in content


def _part(where: str, backup: Backup) -> str:
    return where.removeprefix("names in ").removeprefix(f"{backup.folder}/").partition("/")[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "kind",
    [pytest.param("clip", marks=pytest.mark.long), pytest.param("camera", marks=pytest.mark.long), "owner"],
)
def test_nothing_is_live_and_a_backup_opens_nothing(kind: str, household: Household, tmp_path: Path) -> None:
    officer = make_user(Role.PRIVACY_OFFICER)
    scopes = scopes_of(household)[kind]
    probes = {scope: probe_of(reach(scope)) for scope in scopes}
    every = Probe.of(value for probe in probes.values() for value in probe.values).searched
    assert {value.kind for value in every} >= set(Kind) - {Kind.VALUE, Kind.REFERENCE}
    # The household is another subject than its clips, and what a camera is called is the camera's.
    erased_words = household.words[{"clip": 2, "camera": 1, "owner": 0}[kind] :]
    every = (*every, *(Value(Kind.WORDS, text) for text in erased_words))
    backup, before = back_up(tmp_path / "backup"), at_hand()
    live = searched(every, without=CLOSED)
    assert {str(found) for _, found in live.findings} >= {"digest", "key", "file name", "fingerprint"}
    for scope in scopes:
        erasure = erase(scope, officer)
        after = searched(probes[scope].searched, without=CLOSED, kept=kept_by(erasure, tmp_path))
        assert (told(after), after.unsearched) == ([], {})
    plain = opened(backup, at_hand())
    assert [text for text in erased_words if any(_holds(each, text) for each in plain)] == []
    assert [state for state, content in household.originals.items() if content in plain] == []
    assert in_backup(backup, every, tmp_path / "after", plain) == IN_THE_CLEAR
    assert unsealed(backup) == UNSEALED
    sensitive = opened(backup, before)
    assert [state for state, content in household.originals.items() if content not in sensitive] == []
    lacking = [text for text in erased_words if not any(_holds(each, text) for each in sensitive)]
    assert lacking == [text for text in erased_words if text.startswith("request-of")], (
        "keyed digests open never"
    )
    whole = in_backup(backup, every, tmp_path / "before", sensitive)
    assert {("words", "opened"), ("frame", "opened"), ("digest", "opened")} <= whole


@pytest.mark.engines
@pytest.mark.long
def test_a_worker_leaves_nothing_in_the_broker_and_in_its_log(
    programs: Programs, tmp_path: Path, settings: Any
) -> None:
    """The same with the site's own programs: what they send each other, and what they say."""
    settings.CELERY_BROKER_URL, settings.CELERY_BROKER_TRANSPORT_OPTIONS = environment.broker(
        programs.variables["BROKER_URL"]
    )
    household = make_household()
    scope = Scope(ScopeKind.OWNER, household.owner.pseudonym)
    made = probe_of(reach(scope))
    officer = make_user(Role.PRIVACY_OFFICER)
    erasure = services.request_erasure(scope, officer.actor, ErasureCause.OFFICER, REASON)
    programs.beat()
    programs.worker()
    wait_until(lambda: Erasure.objects.filter(state=RunState.DONE).exists(), 150, "the certificate")
    erasure.refresh_from_db()
    report = searched(
        (*made.searched, *(Value(Kind.WORDS, text) for text in household.words)),
        also=sorted(tmp_path.glob("*.log")),
        without=CLOSED,
        kept=kept_by(erasure, tmp_path),
    )
    assert (told(report), report.unsearched) == ([], {})
    assert report.searched[ALSO] >= 2


@pytest.mark.long
def test_what_postgresql_keeps_of_dead_rows(household: Household, fresh_database: str) -> None:
    """Until their space is used again: nothing that somebody wrote, no reference, no frame. SQLite keeps nothing."""
    scope = Scope(ScopeKind.OWNER, household.owner.pseudonym)
    values = (*probe_of(reach(scope)).searched, *(Value(Kind.WORDS, text) for text in household.words))
    erasure = erase(scope, make_user(Role.PRIVACY_OFFICER))
    if site.TEST_DATABASE == "postgresql":
        databases.use(fresh_database.replace(APP, "postgres"))
        with connection.cursor() as cursor:
            cursor.execute("CHECKPOINT")
    found = told(searched(values, without=set(stores()) - {DATABASE_FILES}))
    # The log of writes is that of all databases of the run: there, what nobody else has counts.
    own = {kind for _, where, kind in found if Path(where).parent.name != "pg_wal"}
    harmless = {"digest", "file name", "fingerprint", "key"}
    assert own == (harmless if site.TEST_DATABASE == "postgresql" else {"fingerprint"})
    assert {"words", "frame"}.isdisjoint(kind for _, _, kind in found)
    assert (erasure.certificate or {})["kept"], "the fingerprint of the discarded clip"
    if site.TEST_DATABASE == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (FULL)")
            cursor.execute("CHECKPOINT")
        left = told(searched(values, without=set(stores()) - {DATABASE_FILES}))
        assert {kind for _, where, kind in left if Path(where).parent.name != "pg_wal"} == {"fingerprint"}
