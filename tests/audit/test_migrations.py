"""Details that were written before they were encrypted."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from annotations.audit import selectors
from annotations.audit.canonical import canonical, timestamp
from annotations.audit.models import EntryDetail, LogEntry
from annotations.core import clock
from tests.engines import databases


@pytest.mark.engines
def test_plain_details_are_encrypted_in_place_and_leave_no_trace(fresh_database: str) -> None:
    engine = databases.databases()
    url = engine.empty()
    databases.use(url)
    try:
        call_command("migrate", "audit", "0004", verbosity=0)
        old = MigrationExecutor(connection).loader.project_state(("audit", "0004_tree_append_only")).apps
        entry = written_before(old, b'{"note":"unmistakable words"}')
        call_command("migrate", "audit", verbosity=0)
        (line,) = selectors.present([LogEntry.objects.get(pk=entry)])
        assert line.detail == {"note": "unmistakable words"}
        assert b"unmistakable" not in bytes(EntryDetail.objects.get(pk=entry).sealed)
        if connection.vendor == "sqlite":
            database = Path(url.removeprefix("sqlite:///"))
            files = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
            assert b"clip.held" in files
            assert b"unmistakable" not in files
    finally:
        databases.use(fresh_database)
        engine.drop(url)


def written_before(apps: Any, content: bytes) -> uuid.UUID:
    """An entry with a plain detail, as the first version of the log wrote it."""
    entry, salt, moment = uuid.uuid4(), b"s" * 32, clock.now()
    body = {
        "version": 1,
        "id": str(entry),
        "time": timestamp(moment),
        "action": "clip.held",
        "actor": {"pseudonym": "p-lead2222", "role": "lead"},
        "clip": None,
        "subject": "o-owner222",
        "purpose": "",
        "request": "",
        "data": {"reason": "legal"},
        "commitment": hashlib.sha256(salt + content).hexdigest(),
    }
    apps.get_model("audit", "LogEntry").objects.create(
        id=entry, canonical=canonical(body), occurred_at=moment, action="clip.held", actor="p-lead2222"
    )
    apps.get_model("audit", "EntryDetail").objects.create(
        entry=entry, subject="o-owner222", salt=salt, detail=content
    )
    return entry
