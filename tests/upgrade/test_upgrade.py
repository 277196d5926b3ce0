"""A site that commit 922aa1e left starts under this code with its data and its log whole.

`privacy` was one app there. Where its tables, and the addresses of its pages, are now stands in the two tables below;
whoever moves one again adds a line.
"""

import shutil
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from annotations.accounts import log as accounts_log
from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import selectors, services as audit
from annotations.audit.actors import WORKER
from annotations.audit.enums import DetailState
from annotations.audit.integrity import verification
from annotations.audit.models import LogEntry, TreeLeaf
from annotations.audit.registry import lookup
from annotations.audit.sealed import Sealed, unseal_bytes_of_each
from annotations.audit.search import Filters, search
from annotations.audit.sequencing.configured import own_sequencer
from annotations.clips.models import Clip, Device, Original, Owner
from annotations.clips.references import references_of
from annotations.clips.selectors import digests_of
from annotations.core.models import Outbox
from annotations.review.models import Annotation, Draft
from annotations.review.sealed_words import digest_of, draft_body
from reviewapp.pipeline import DELIVERIES
from reviewapp.settings.environment import keyring
from tests import factories as make
from tests.engines import databases
from tests.upgrade.loading import OLD, copy_keys, load, load_sqlite

pytestmark = pytest.mark.engines

# Tables of 922aa1e that have another name now.
TABLES = {
    "privacy_accessrequest": "rights_accessrequest",
    "privacy_alert": "oversight_alert",
    "privacy_alertrule": "oversight_alertrule",
    "privacy_awaitedscope": "oversight_awaitedscope",
    "privacy_breakglass": "break_glass_breakglassaccess",
    "privacy_logprogress": "oversight_alertscanprogress",
    "privacy_logrun": "oversight_logrun",
    "privacy_savedview": "oversight_savedsearch",
    "privacy_viewtally": "oversight_viewingtally",
    "redaction_facetrack": "redaction_hiddentrack",
    "redaction_lift": "redaction_unredaction",
}
# Columns that have another name now, by the table of 922aa1e; None: there is none any more, or what it holds is sealed
# now (`test_what_is_sealed_now_opens_as_it_was`).
COLUMNS: dict[str, dict[str, str | None]] = {
    "clips_hold": {"lifted_at": "released_at", "lifted_by": "released_by"},
    "privacy_alert": {
        "settled_at": "resolved_at",
        "settled_by": "resolved_by",
        "settled_entry": "resolved_entry",
    },
    "privacy_breakglass": {"begun_at": None, "wrapped_key": None},
    "clips_owner": {"reference": None},
    "clips_device": {"reference": None},
    "clips_clip": {"sha256": None},
    "clips_original": {"wrapped_key": None},
    "redaction_trainingexample": {"wrapped_key": None},
    "review_draft": {"body": None},
    "review_annotation": {"body": None},
    "redaction_redactionrun": {"lifted": "unredacted", "missed_faces": "missed_regions"},
}


# The officer's pages by what they show: route and the table of 922aa1e whose rows they show, each on its own page.
PAGES = {
    "oversight:alert": "privacy_alert",
    "rights:access_request": "privacy_accessrequest",
    "break_glass:detail": "privacy_breakglass",
    "oversight:alert_rule": "privacy_alertrule",
    "redaction:unredaction": "redaction_lift",
    "datasets:detail": "datasets_dataset",
    "datasets:release": "datasets_release",
    "oversight:dossier": "clips_clip",
    "oversight:entry": "audit_logentry",
    "oversight:person": "accounts_user",
}
# What the address names a row by, where it is not the row's id; at most so many rows are looked at.
KEYS = {"oversight:alert_rule": "kind", "oversight:dossier": "public_id", "oversight:person": "pseudonym"}
MOST = 6
LISTS = [
    "oversight:alerts",
    "oversight:alert_rules",
    "rights:access_requests",
    "break_glass:index",
    "oversight:integrity",
    "review:hiding_effect",
    "rights:consents",
    "redaction:unredactions",
    "moderation:screening",
    "datasets:index",
    "review:redaction_quality",
]
LOG, ERASURE, SIGN_IN = "oversight:log", "rights:erasure", "accounts:sign_in"

# Django's own accounts of the models; a model that moves is listed under its new app as well.
GROWS = {"django_migrations", "django_content_type", "auth_permission"}
# Counts of tries to sign in, with addresses, which another program kept: the throttle has its own.
GONE = {
    "axes_accessattempt",
    "axes_accessattemptexpiration",
    "axes_accessfailurelog",
    "axes_accesslog",
}
# Events that had other names: delivered or not, they stay, under the names that they have now.
EVENTS = "core_outbox"


@dataclass(frozen=True)
class Table:
    """The names of a table's columns, and its rows."""

    names: list[str]
    rows: list[tuple[Any, ...]]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[Any]:
        """What the rows have in this column."""
        return [row[self.names.index(name)] for row in self.rows]

    def values(self, *names: str) -> list[str]:
        """The rows, of these columns only."""
        places = [self.names.index(name) for name in names]
        return sorted(repr([row[place] for place in places]) for row in self.rows)


@contextmanager
def site(url: str, fresh_database: str) -> Iterator[None]:
    """Django's connection, as the owner of the tables, on the database at `url`, which ends with it."""
    databases.use(url)
    try:
        yield
    finally:
        databases.use(fresh_database)
        databases.databases().drop(url)


@pytest.fixture
def keys(fresh_database: str, tmp_path: Path, settings: Any) -> None:
    """The keys of 922aa1e, in folders of the test's own, and no store of the subjects' keys yet."""
    keys = copy_keys(tmp_path / "old-keys")
    settings.SECRET_KEY = (keys / "secret_key").read_text().strip()
    settings.VAULT_KEYS = keyring((keys / "vault_keys").read_text())
    settings.SUBJECT_KEYS = keyring((keys / "subject_keys").read_text())
    settings.SUBJECT_STORE_URL = f"sqlite:///{tmp_path / 'old-subjects' / 'keys.sqlite3'}"
    settings.AUDIT_KEYS_DIR = str(keys / "log")
    settings.AUDIT_ORIGIN = "clip-review.localhost/log"


def subject_store(settings: Any) -> Path:
    return Path(settings.SUBJECT_STORE_URL.removeprefix("sqlite:///"))


@pytest.fixture
def before(fresh_database: str) -> dict[str, Table]:
    """Every row of the site of 922aa1e, before any migration."""
    url = databases.databases().empty()
    load("site", url)
    with site(url, fresh_database):
        return rows()


@pytest.fixture
def upgraded(keys: None, fresh_database: str, settings: Any) -> Iterator[None]:
    """The site of 922aa1e after the upgrade, which is made once for all tests of a run, with its subjects' keys."""
    engine, store = databases.databases(), subject_store(settings)
    kept = engine.folder / "upgraded-subjects.sqlite3"

    def upgrade(url: str) -> None:
        load("site", url)
        load_sqlite(OLD / "subjects.sql", store)
        databases.use(url)
        migrate()
        shutil.copyfile(store, kept)

    engine.prepare("upgraded", upgrade)
    store.parent.mkdir(exist_ok=True)
    shutil.copyfile(kept, store)
    with site(engine.copy("upgraded"), fresh_database):
        yield


def migrate() -> None:
    """As an upgrade does; afterwards nothing is left to migrate."""
    call_command("migrate", verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_no_row_is_lost_or_changed(before: dict[str, Table], upgraded: None) -> None:
    assert_kept(before, rows())


def test_what_is_sealed_now_opens_as_it_was(before: dict[str, Table], upgraded: None) -> None:
    told = references_of([*Owner.objects.all(), *Device.objects.all()])
    assert Counter(told.values()) == Counter(
        reference
        for table in ("clips_owner", "clips_device")
        for reference in before[table].column("reference")
    )
    assert Counter(digests_of(Clip.objects.all()).values()) == Counter(before["clips_clip"].column("sha256"))
    keys = {bytes(wrapped) for wrapped in before["clips_original"].column("wrapped_key")}
    for original in Original.objects.select_related("clip"):
        opened = unseal_bytes_of_each([Sealed(original.clip.subject, bytes(original.wrapped_key))])
        assert opened[0] in keys
    for draft in Draft.objects.select_related("assignment__clip"):
        assert draft_body(draft)["verdict"]
    annotations = Annotation.objects.select_related("assignment__clip")
    assert annotations.exists()
    for annotation in annotations:
        assert "note" not in annotation.body
        assert digest_of(annotation) == annotation.sha256


def test_a_history_that_was_applied_in_part_is_finished(fresh_database: str) -> None:
    url = databases.databases().empty()
    load("partial", url)
    with site(url, fresh_database):
        before = rows()
        assert sum(len(before[table]) for table in before if table.startswith("privacy_")) > 30
        migrate()
        after = rows()
        for table in before.keys() - GROWS - GONE:
            assert len(after[TABLES.get(table, table)]) == len(before[table]), table
        assert_like_new(fresh_database)


def test_the_tables_become_those_of_a_new_site(upgraded: None, fresh_database: str) -> None:
    assert_like_new(fresh_database)


def assert_like_new(fresh_database: str) -> None:
    """The tables are those that this code makes on an empty database."""
    upgraded = columns(), constraints()
    databases.use(fresh_database)
    assert upgraded[0] == columns()
    assert upgraded[1] == constraints()


def test_the_log_is_whole_and_can_be_read_and_goes_on(upgraded: None) -> None:
    entries = list(LogEntry.objects.order_by("pk"))
    assert len(entries) > 900
    assert len({entry.action for entry in entries}) == 137

    lines = selectors.present(entries)
    for line in lines:
        assert lookup(line.entry.action).title, line.entry.action
        assert line.sentence, line.entry.action
        assert "{" not in line.sentence
        assert "?" not in line.sentence, line.sentence
    # Details open with the old keys; those of a subject that was erased say so.
    states = Counter(line.detail_state for line in lines)
    assert states.keys() == {DetailState.NONE, DetailState.READABLE, DetailState.ERASED}
    assert states[DetailState.READABLE] > 90

    assert LogEntry.objects.count() == TreeLeaf.objects.count() + 1, "one entry was left unsealed"
    with transaction.atomic():
        audit.append(accounts_log.SIGNED_OUT, WORKER)
    assert own_sequencer().once() == 2
    found = verification.verify(WORKER)
    assert (found.ok, found.problems, found.size) == (True, [], len(entries) + 1)


@pytest.mark.once
def test_the_officer_signs_in_as_before_and_finds_everything(upgraded: None) -> None:
    client = Client()
    password = (OLD / "keys" / "password_of_paula").read_text().strip()
    signed_in = client.post(reverse(SIGN_IN), {"username": "paula", "password": password})
    assert signed_in.status_code == 302
    for route in LISTS:
        assert client.get(reverse(route)).status_code == 200, route
    for route, table in PAGES.items():
        keys = values(table, KEYS.get(route, "id"))
        assert keys, table
        for key in keys:
            answer = client.get(reverse(route, args=[key]))
            assert answer.status_code == 200, (route, key)
    (erasure,) = LogEntry.objects.filter(action="audit.subject_erased")[:1]
    assert client.get(reverse(ERASURE, args=[erasure.pk])).status_code == 200


@pytest.mark.once
def test_the_explorer_lists_the_whole_log(upgraded: None) -> None:
    everything = set(LogEntry.objects.values_list("pk", flat=True))
    client = officer_client()
    seen: set[uuid.UUID] = set()
    query: dict[str, Any] = {"on": 1}
    while query:
        answer = client.get(reverse(LOG), query)
        assert answer.status_code == 200
        page = answer.context["page"]
        seen |= {line.entry.pk for line in page.lines}
        query = {"cursor": page.older, "on": 1} if page.older else {}
    assert everything - seen == set()


@pytest.mark.once
def test_the_explorer_finds_entries_by_the_kind_that_they_are_of_now(upgraded: None) -> None:
    written = Counter(LogEntry.objects.values_list("action", flat=True))
    for code, count in written.items():
        kind = lookup(code).code
        for action in (kind, f"{kind.partition('.')[0]}.*"):
            found = search(Filters(action=action), size=len(written) + written.total(), seconds=60)
            assert sum(line.entry.action == code for line in found.lines) == count, (code, action)


@pytest.mark.once
def test_saved_searches_are_offered_and_open(upgraded: None) -> None:
    client = Client()
    client.force_login(User.objects.get(username="paula"))
    offered = client.get(reverse(LOG)).content.decode()
    names = values("privacy_savedview", "name")
    assert names
    for name in names:
        assert name in offered


def rows() -> dict[str, Table]:
    """Every row of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            names = [column[0] for column in cursor.description]
            found[table] = Table(names, [tuple(map(_plain, row)) for row in cursor.fetchall()])
    return found


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


def assert_kept(before: dict[str, Table], after: dict[str, Table]) -> None:
    """What stood in each table stands in the table that it is now, value by value, and no other row."""
    for table in before.keys() - GONE:
        old, new = before[table], after[TABLES.get(table, table)]
        if table in GROWS:
            assert len(new) >= len(old), table
        elif table == EVENTS:
            assert len(new) == len(old)
            assert set(Outbox.objects.values_list("type", flat=True)) <= DELIVERIES.keys()
        else:
            names = [(name, COLUMNS.get(table, {}).get(name, name)) for name in old.names]
            kept = [(was, now) for was, now in names if now]
            assert new.values(*(now for _, now in kept)) == old.values(*(was for was, _ in kept)), table


def columns() -> dict[str, set[tuple[str, Any, bool]]]:
    """Of every table, the columns with their types, and whether they may be empty."""
    with connection.cursor() as cursor:
        return {
            table: {
                (column.name, column.type_code, column.null_ok)
                for column in connection.introspection.get_table_description(cursor, table)
            }
            for table in connection.introspection.table_names(cursor)
        }


def constraints() -> dict[str, set[str]]:
    """Of every table, the names of the constraints and indexes that the models name."""
    named = {
        each.name for model in apps.get_models() for each in [*model._meta.constraints, *model._meta.indexes]
    }
    with connection.cursor() as cursor:
        return {
            table: named & connection.introspection.get_constraints(cursor, table).keys()
            for table in connection.introspection.table_names(cursor)
        }


def values(table: str, column: str) -> list[Any]:
    """Of the first rows of a table of 922aa1e, what its model has in this field."""
    now = TABLES.get(table, table)
    (model,) = (model for model in apps.get_models() if model._meta.db_table == now)
    return list(model._default_manager.order_by("pk").values_list(column, flat=True)[:MOST])


def officer_client() -> Client:
    client = Client()
    client.force_login(make.make_user(Role.PRIVACY_OFFICER))
    return client
