"""The database itself refuses to change the tree, its checkpoints, its keys and the accounts of its checks."""

# ruff: noqa: S608 (the attacks name each table)

import io
import re
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit.actors import WORKER
from annotations.audit.database.append_only import ACCOUNTS, EPOCHS, TREE
from annotations.audit.database.grants import grant
from annotations.audit.integrity.status import integrity
from annotations.audit.integrity.verification import verify
from annotations.audit.models import (
    Checkpoint,
    Cosignature,
    EntryDetail,
    Epoch,
    HashTile,
    KeyChange,
    LogEntry,
    Pending,
    TreeLeaf,
    Verification,
)
from annotations.audit.registry import lookup
from annotations.audit.sequencing import configured
from annotations.audit.services import append
from annotations.core import clock, ids
from tests.audit.sequencing.restores import REASON, seal, signed_more
from tests.engines import databases
from tests.factories import make_user
from tests.in_person import call_in_person

REFUSED = re.compile("append-only|permission denied")
MODELS: dict[str, type[Model]] = {
    model._meta.db_table: model
    for model in (TreeLeaf, HashTile, Checkpoint, KeyChange, Epoch, Cosignature, Verification)
}


@pytest.fixture
def rows(db: None) -> None:
    now = clock.now()
    TreeLeaf.objects.create(index=0, entry=ids.uuid7(), hash=b"h" * 32)
    HashTile.objects.create(level=0, number=0, hashes=b"h" * 8192, root=b"r" * 32)
    Checkpoint.objects.create(size=1, root=b"r" * 32, note="note", signed_at=now)
    KeyChange.objects.create(kind="added", vkey="key", size=1, changed_at=now, changed_by="p")
    Epoch.objects.create(
        number=2, restored=1, signed=2, lost="note", declaration="note", declared_at=now, declared_by="p",
        agreed_by="q",
    )  # fmt: skip
    Cosignature.objects.create(size=1, witness="w", line="line", witnessed_at=now)
    Verification.objects.create(started_at=now, finished_at=now, by="p", size=1, ok=True)


def columns(table: str) -> list[str]:
    return [f'"{field.column}"' for field in MODELS[table]._meta.local_concrete_fields]


def refusal(statement: str) -> str:
    """What the database said; empty when it let the statement pass."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        return str(error)
    return ""


def attacks(table: str) -> dict[str, str]:
    names = columns(table)
    copy = f"INTO {table} ({', '.join(names)}) SELECT {', '.join(names)} FROM {table}"
    found = {
        "update": f"UPDATE {table} SET {names[-1]} = {names[-1]}",
        "delete": f"DELETE FROM {table}",
    }
    if connection.vendor == "postgresql":
        return {
            **found,
            "truncate": f"TRUNCATE {table}",
            "replica": f"SET session_replication_role = replica; DELETE FROM {table}",
            "upsert": f"INSERT {copy} ON CONFLICT DO NOTHING; DELETE FROM {table}",
        }
    by_rowid = f"INTO {table} (rowid, {', '.join(names)}) SELECT rowid, {', '.join(names)} FROM {table}"
    return {
        **found,
        "replace": f"REPLACE {copy}",
        "update or replace": f"UPDATE OR REPLACE {table} SET {names[-1]} = {names[-1]}",
        "replace by rowid": f"INSERT OR REPLACE {by_rowid}",
    }


@pytest.mark.parametrize("table", sorted(TREE | EPOCHS | ACCOUNTS))
def test_every_attack_on_a_row_is_refused(rows: None, table: str) -> None:
    before = list(MODELS[table]._default_manager.values())
    outcomes = {name: refusal(statement) for name, statement in attacks(table).items()}
    assert {name: said for name, said in outcomes.items() if not REFUSED.search(said)} == {}
    assert list(MODELS[table]._default_manager.values()) == before


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("audit_treeleaf", {'"index"': "7"}),
        ("audit_hashtile", {'"root"': "x'00'"}),
        ("audit_keychange", {'"id"': f"'{ids.random_id().hex}'", '"size"': "9"}),
    ],
)
def test_a_row_that_shares_what_is_unique_replaces_no_other(
    rows: None, table: str, changed: dict[str, str]
) -> None:
    """SQLite's REPLACE deletes every row that stands in the way, silently; PostgreSQL knows no such thing."""
    if connection.vendor == "postgresql":
        changed = {name: value.replace("x'00'", "'\\x00'") for name, value in changed.items()}
    values = ", ".join(changed.get(name, name) for name in columns(table))
    verb = "REPLACE" if connection.vendor == "sqlite" else "INSERT"
    said = refusal(f"{verb} INTO {table} ({', '.join(columns(table))}) SELECT {values} FROM {table}")
    assert REFUSED.search(said) or "duplicate key" in said
    assert MODELS[table]._default_manager.count() == 1


def test_every_entry_is_queued_with_its_own_transaction(db: None) -> None:
    with transaction.atomic():
        entry = append(lookup("account.signed_in"), WORKER)
    assert list(Pending.objects.values_list("entry", flat=True)) == [entry.pk]

    with transaction.atomic():
        append(lookup("account.signed_in"), WORKER)
        assert Pending.objects.count() == 2
        transaction.set_rollback(True)
    assert Pending.objects.count() == LogEntry.objects.count() == 1


def test_only_the_sequencer_s_role_may_add_to_the_tree(fresh_database: str, settings: Any) -> None:
    """On SQLite there is one user; its triggers are all that can be."""
    if connection.vendor == "sqlite":
        assert not settings.DATABASE_SEQUENCER_ROLE
        return
    owner = fresh_database.replace("review_app@", "review_owner@")
    settings.DATABASE_SEQUENCER_ROLE = "review_sequencer"
    grant_again(fresh_database, owner)
    may = {
        "review_app": {
            "audit_logentry": "SELECT INSERT",
            "audit_pending": "SELECT",
            "audit_hurry": "SELECT INSERT UPDATE DELETE",
            **dict.fromkeys(TREE | EPOCHS, "SELECT"),
            **dict.fromkeys(ACCOUNTS, "SELECT INSERT"),
            "clips_clip": "SELECT INSERT UPDATE DELETE",
        },
        "review_sequencer": {
            "audit_logentry": "SELECT INSERT",
            "audit_pending": "SELECT INSERT DELETE",
            "audit_hurry": "SELECT DELETE",
            **dict.fromkeys(TREE | EPOCHS, "SELECT INSERT"),
            **dict.fromkeys(ACCOUNTS, "SELECT"),
            "clips_clip": "",
            "audit_entrydetail": "INSERT",
            "accounts_user": "",
        },
    }
    with psycopg.connect(owner) as server:
        for role, tables in may.items():
            for table, rights in tables.items():
                held = [
                    right
                    for right in ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER")
                    if server.execute(
                        "SELECT has_table_privilege(%s, %s, %s)", [role, table, right]
                    ).fetchone()
                    == (True,)
                ]
                assert (role, table, " ".join(held)) == (role, table, rights)
    # The application's role adds entries all the same: the queue's trigger has rights of its own.
    with transaction.atomic():
        append(lookup("account.signed_in"), WORKER)
    with pytest.raises(DatabaseError, match="permission denied"):
        configured.own_sequencer().once()
    assert Pending.objects.count() == 1
    databases.use(fresh_database.replace("review_app@", "review_sequencer@"))
    assert configured.own_sequencer().once() == 2
    assert integrity().oldest is None
    with pytest.raises(CommandError, match="Run it in the site's environment"):
        call_command("audit", "verify")


def test_the_sequencer_s_role_declares_an_epoch(fresh_database: str, settings: Any) -> None:
    """It reads of the accounts what tells officers, and adds a detail that it cannot read again."""
    people = [make_user(Role.PRIVACY_OFFICER).username for _ in range(2)]
    by, agreed_by = people
    arguments = ("--by", by, "--agreed-by", agreed_by, "--reason", REASON)
    call_in_person("agree_epoch", *arguments, stdout=io.StringIO())
    if connection.vendor == "postgresql":
        settings.DATABASE_SEQUENCER_ROLE = "review_sequencer"
        grant_again(fresh_database, fresh_database.replace("review_app@", "review_owner@"))
        databases.use(fresh_database.replace("review_app@", "review_sequencer@"))
        with pytest.raises(DatabaseError, match="permission denied"):
            EntryDetail.objects.exists()
        with pytest.raises(DatabaseError, match="permission denied"):
            User.objects.get(username=people[0])
    seal(3)
    signed_more(20)
    call_command("audit", "declare-epoch", stdout=io.StringIO())
    seal(1)
    databases.use(fresh_database)
    assert Epoch.objects.get().number == 2
    assert EntryDetail.objects.count() == 2
    assert verify(WORKER).problems == []


def grant_again(url: str, owner: str) -> None:
    """What a migration does at its end, as the owner of the tables."""
    databases.use(owner)
    grant(apps.get_app_config("audit"), "default")
    databases.use(url)
