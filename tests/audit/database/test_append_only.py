"""The database itself refuses to change the log, whoever asks and however."""

import re
import sqlite3
from contextlib import closing

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from annotations.audit import services
from annotations.audit.actors import WORKER, Actor
from annotations.audit.integrity.verification import verify
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.audit.sequencing.configured import own_sequencer

REFUSED = re.compile("append-only|must be superuser|permission denied|must be owner|insufficient privilege")
COLUMNS = "id, canonical, occurred_at, action, actor, actor_role, clip, subject, purpose, request"
FORGED = COLUMNS.replace("actor,", "'forged',", 1)
COPY = f"INTO audit_logentry ({COLUMNS}) SELECT {FORGED} FROM audit_logentry"  # noqa: S608
BY_ROWID = COPY.replace("(id,", "(rowid, id,").replace("SELECT id,", "SELECT rowid, randomblob(16),")

ANYWHERE = {
    "update": "UPDATE audit_logentry SET actor = 'forged'",
    "delete": "DELETE FROM audit_logentry",
    "upsert": f"INSERT {COPY} WHERE true ON CONFLICT (id) DO UPDATE SET actor = 'forged'",
}
SQLITE = {
    "update or replace": "UPDATE OR REPLACE audit_logentry SET actor = 'forged'",
    "insert or replace": f"INSERT OR REPLACE {COPY}",
    "replace": f"REPLACE {COPY}",
    "replace by rowid": f"INSERT OR REPLACE {BY_ROWID}",
    "replace without firing delete triggers": f"PRAGMA recursive_triggers = OFF;; INSERT OR REPLACE {COPY}",
    "through a view": "CREATE TEMP VIEW seen AS SELECT * FROM audit_logentry;;"
    " CREATE TEMP TRIGGER through INSTEAD OF UPDATE ON seen BEGIN"
    " UPDATE audit_logentry SET actor = 'forged'; END;; UPDATE seen SET actor = 'forged'",
    "by a trigger of another table": "CREATE TEMP TABLE bait (x);;"
    " CREATE TEMP TRIGGER bite AFTER INSERT ON bait BEGIN DELETE FROM audit_logentry; END;;"
    " INSERT INTO bait VALUES (1)",
}
POSTGRESQL = {
    "truncate": "TRUNCATE audit_logentry",
    "truncate cascade": "TRUNCATE audit_logentry CASCADE",
    "replica": "SET session_replication_role = replica; DELETE FROM audit_logentry",
    "disable trigger": "ALTER TABLE audit_logentry DISABLE TRIGGER ALL; DELETE FROM audit_logentry",
    "drop trigger": "DROP TRIGGER audit_append_only ON audit_logentry; DELETE FROM audit_logentry",
    "replace function": "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
    " 'BEGIN RETURN OLD; END'; DELETE FROM audit_logentry",
    "rename": "ALTER TABLE audit_logentry RENAME TO audit_gone",
    "drop": "DROP TABLE audit_logentry",
    "take ownership": "ALTER TABLE audit_logentry OWNER TO current_user; DELETE FROM audit_logentry",
    "set role": "SET ROLE review_owner; DELETE FROM audit_logentry",
    "session authorization": "SET SESSION AUTHORIZATION review_owner; DELETE FROM audit_logentry",
    "grant": "GRANT ALL ON audit_logentry TO CURRENT_USER; DELETE FROM audit_logentry",
    "reassign": "REASSIGN OWNED BY review_owner TO review_app; DELETE FROM audit_logentry",
    "merge": "MERGE INTO audit_logentry USING (SELECT 1) AS one ON true WHEN MATCHED THEN DELETE",
    "delete in a query": "WITH gone AS (DELETE FROM audit_logentry RETURNING id) SELECT count(*) FROM gone",
    "through a view": "CREATE TEMP VIEW seen AS SELECT * FROM audit_logentry; UPDATE seen SET actor = 'forged'",
    "through a function": "CREATE FUNCTION pg_temp.gone() RETURNS void SECURITY DEFINER LANGUAGE sql AS"
    " 'DELETE FROM audit_logentry'; SELECT pg_temp.gone()",
    "copy from a program": "COPY audit_logentry FROM PROGRAM 'true'",
    "attach as a partition": "CREATE TEMP TABLE parts (LIKE audit_logentry) PARTITION BY LIST (action);"
    " ALTER TABLE parts ATTACH PARTITION audit_logentry DEFAULT",
    "inherit": "CREATE TEMP TABLE parent (LIKE audit_logentry); ALTER TABLE audit_logentry INHERIT parent",
    "catalog": "UPDATE pg_trigger SET tgenabled = 'D'; DELETE FROM audit_logentry",
    "for all sessions": "ALTER ROLE review_app SET session_replication_role = replica",
    "index": "DROP INDEX logentry_time",
    "column": "ALTER TABLE audit_logentry ALTER COLUMN canonical TYPE bytea USING 'forged'",
    "row security": "ALTER TABLE audit_logentry ENABLE ROW LEVEL SECURITY",
    "rule": "CREATE RULE forget AS ON DELETE TO audit_logentry DO ALSO NOTHING; DELETE FROM audit_logentry",
}


@pytest.fixture
def entry(db: None) -> LogEntry:
    with transaction.atomic():
        return services.append(lookup("account.signed_in"), WORKER)


def attacks() -> dict[str, str]:
    return ANYWHERE | (SQLITE if connection.vendor == "sqlite" else POSTGRESQL)


def outcome(statement: str) -> str:
    """What the database said to the attack; empty when it let it pass."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for each in statement.split(";;"):
                cursor.execute(each)
    except DatabaseError as error:
        return str(error)
    return ""


def test_every_attack_on_an_entry_is_refused(entry: LogEntry) -> None:
    before = LogEntry.objects.filter(pk=entry.pk).values().get()
    outcomes = {name: outcome(statement) for name, statement in attacks().items()}
    assert {name: said for name, said in outcomes.items() if not REFUSED.search(said)} == {}
    assert LogEntry.objects.filter(pk=entry.pk).values().get() == before


def test_the_orm_cannot_change_an_entry(entry: LogEntry) -> None:
    entry.actor = "forged"
    for attempt in (entry.save, entry.delete, LogEntry.objects.all().delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert LogEntry.objects.get(pk=entry.pk).actor == WORKER.pseudonym


def test_a_refused_attack_does_not_stop_the_log(entry: LogEntry) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        LogEntry.objects.all().delete()
    with transaction.atomic():
        services.append(lookup("account.signed_out"), WORKER)
    assert LogEntry.objects.count() == 2


def test_the_tables_owner_and_the_database_s_administrator_are_refused_too(fresh_database: str) -> None:
    """Whoever may alter the table can take its triggers off first; nobody changes an entry while they stand."""
    with transaction.atomic():
        services.append(lookup("account.signed_in"), WORKER)
    for statement in ("UPDATE audit_logentry SET actor = 'forged'", "DELETE FROM audit_logentry"):
        if connection.vendor == "sqlite":
            file = sqlite3.connect(fresh_database.removeprefix("sqlite:///"))
            with closing(file), pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(statement)
            continue
        for role, settings in (
            ("review_owner", "SELECT 1"),
            ("postgres", "SET session_replication_role = replica"),
        ):
            url = fresh_database.replace("review_app@", f"{role}@")
            with psycopg.connect(url) as server:
                server.execute(settings)
                with pytest.raises(psycopg.Error, match="append-only"):
                    server.execute(statement)
    assert LogEntry.objects.get().actor == WORKER.pseudonym


def test_the_guards_stand_after_every_migration(db: None) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_logentry'"
            )
            expected = {"audit_no_update", "audit_no_delete", "audit_no_replace", "audit_enqueue"}
            assert {name for (name,) in cursor.fetchall()} == expected
        else:
            cursor.execute(
                "SELECT tgname, tgenabled FROM pg_trigger"
                " WHERE tgrelid = 'audit_logentry'::regclass AND NOT tgisinternal"
            )
            expected = {"audit_append_only", "audit_no_truncate", "audit_enqueue"}
            assert set(cursor.fetchall()) == {(name, "A") for name in expected}


def test_the_application_on_postgresql_neither_owns_nor_may_change_the_log(db: None) -> None:
    if connection.vendor == "sqlite":
        # One file, one owner: what SQLite can do against its own user is the triggers above.
        assert connection.features.can_release_savepoints
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner <> current_user FROM pg_tables WHERE tablename = 'audit_logentry'")
        assert cursor.fetchone() == (True,)
        for privilege, held in {
            "SELECT": True,
            "INSERT": True,
            "UPDATE": False,
            "DELETE": False,
            "TRUNCATE": False,
            "TRIGGER": False,
            "REFERENCES": False,
        }.items():
            cursor.execute("SELECT has_table_privilege('audit_logentry', %s)", [privilege])
            assert cursor.fetchone() == (held,), privilege
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


# What SQLite cannot refuse to whoever may write its file (so, whoever takes over the site), and PostgreSQL not to the
# owner of the tables. Then an entry can be forged, and the signed tree is what tells.
FREE_HANDS = {
    "sqlite": [
        [f"DROP TRIGGER {name}" for name in ("audit_no_update", "audit_no_delete", "audit_no_replace")],
        [
            "PRAGMA writable_schema = ON",
            "DELETE FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_logentry'",
            "PRAGMA writable_schema = RESET",
        ],
        [
            "ALTER TABLE audit_logentry RENAME TO audit_gone",
            "CREATE TABLE audit_logentry AS SELECT * FROM audit_gone",
        ],
    ],
    "postgresql": [
        ["DROP TRIGGER audit_append_only ON audit_logentry"],
        ["ALTER TABLE audit_logentry DISABLE TRIGGER ALL"],
        [
            "CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RETURN coalesce(NEW, OLD); END $$"
        ],
    ],
}
BYTES = {
    "sqlite": "CAST(replace(CAST(canonical AS TEXT), 'honest', 'forged') AS BLOB)",
    "postgresql": "convert_to(replace(convert_from(canonical, 'UTF8'), 'honest', 'forged'), 'UTF8')",
}
FORGERIES = {
    "entry_altered": "UPDATE audit_logentry SET canonical = {bytes}",
    "column_altered": "UPDATE audit_logentry SET actor = 'p-forged22'",
    "entry_missing": "DELETE FROM audit_logentry",
}


@pytest.mark.parametrize("way", range(3))
@pytest.mark.parametrize("code", FORGERIES)
def test_what_the_owner_of_the_file_or_the_tables_forges_is_named_by_the_signed_tree(
    code: str, way: int, fresh_database: str
) -> None:
    with transaction.atomic():
        entry = services.append(lookup("account.signed_in"), Actor("p-honest22", "lead"))
    own_sequencer().once()
    assert verify(WORKER).ok
    vendor = connection.vendor
    as_the_owner(fresh_database, [*FREE_HANDS[vendor][way], FORGERIES[code].format(bytes=BYTES[vendor])])
    found = verify(WORKER)
    assert not found.ok
    assert (code, True) in {(each["code"], str(entry.pk) in each["message"]) for each in found.problems}


def as_the_owner(url: str, statements: list[str]) -> None:
    connection.close()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            for statement in statements:
                file.execute(statement)
    else:
        with psycopg.connect(url.replace("review_app@", "review_owner@"), autocommit=True) as server:
            for statement in statements:
                server.execute(statement)
