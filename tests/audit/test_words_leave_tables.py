"""Words that stood in tables before the log alone kept them."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.moderation import log as moderation_log, selectors as moderation
from annotations.moderation.models import Flag
from annotations.redaction import log as redaction_log, selectors as redaction
from annotations.redaction.models import Unredaction
from tests.engines import databases
from tests.factories import make_ready_clip, make_user

pytestmark = pytest.mark.engines
BEFORE = [
    ("review", "0001_initial"),
    ("moderation", "0002_known_content"),
    ("redaction", "0004_hiding_choice"),
]
REASON, NOTE, DECISION = "unmistakable lamp", "unmistakable note", "unmistakable decision"


@pytest.fixture
def before(fresh_database: str) -> Iterator[str]:
    """The address of a database of a site with a clip and a lead, as it was when tables held words."""
    engine = databases.databases()
    engine.prepare("words_in_tables", go_back, start=databases.TEMPLATE)
    url = engine.copy("words_in_tables")
    databases.use(url)
    try:
        yield url
    finally:
        databases.use(fresh_database)
        engine.drop(url)


def go_back(url: str) -> None:
    databases.use(url)
    make_ready_clip()
    make_user("lead")
    for app, name in BEFORE:
        call_command("migrate", app, name, verbosity=0)


# As it was called then: today's kind reads it.
ASKED_BEFORE = replace(redaction_log.UNREDACTION_ASKED, code="lift.asked", formerly=())


def rows() -> tuple[uuid.UUID, uuid.UUID]:
    """An unredaction and a flag with words in their tables; their ids."""
    old = MigrationExecutor(connection).loader.project_state(BEFORE).apps
    clip, lead = Clip.objects.get(), User.objects.get(role="lead")
    unredaction = old.get_model("redaction", "Lift").objects.create(
        clip_id=clip.pk, boxes={}, frame=1, reason=REASON, asked_by_id=lead.pk
    )
    flag = old.get_model("moderation", "Flag").objects.create(
        clip_id=clip.pk,
        category="violence",
        source="person",
        raised_by=lead.pseudonym,
        note=NOTE,
        state="upheld",
        decided_by=lead.pseudonym,
        decided_at=clock.now(),
        reason=DECISION,
    )
    return unredaction.pk, flag.pk


@transaction.atomic
def told(unredaction: uuid.UUID, flag: uuid.UUID) -> None:
    """Their entries."""
    clip, lead = Clip.objects.select_related("owner").get(), User.objects.get(role="lead")
    about: dict[str, Any] = {"clip": clip.public_id, "subject": clip.owner.pseudonym}
    data = {"flag": str(flag), "category": "violence"}
    for action, written, words in (
        (ASKED_BEFORE, {"lift": str(unredaction), "frames": 1}, {"reason": REASON}),
        (moderation_log.FLAGGED, data | {"source": "person"}, {"note": NOTE}),
        (moderation_log.UPHELD, data, {"reason": DECISION}),
    ):
        audit.append(action, lead.actor, **about, data=written, detail=words)


def test_they_are_read_from_the_log_and_leave_no_trace(before: str) -> None:
    ids = rows()
    told(*ids)
    call_command("migrate", verbosity=0)
    ((_, reason),) = redaction.asked_because(Unredaction.objects.select_related("clip"))
    flag = Flag.objects.select_related("clip").get()
    assert str(reason) == REASON
    assert str(moderation.notes([flag])[flag.pk]) == NOTE
    assert str(moderation.reasons([flag])[flag.pk]) == DECISION
    if connection.vendor == "sqlite":
        database = Path(before.removeprefix("sqlite:///"))
        files = b"".join(path.read_bytes() for path in database.parent.glob(f"{database.name}*"))
        assert b"lift.asked" in files
        assert b"unmistakable" not in files


@pytest.mark.parametrize("app", ["moderation", "redaction"])
def test_the_migration_stops_before_words_get_lost_that_the_log_does_not_have(before: str, app: str) -> None:
    rows()
    with pytest.raises(RuntimeError, match="that the log does not keep"):
        call_command("migrate", app, verbosity=0)
