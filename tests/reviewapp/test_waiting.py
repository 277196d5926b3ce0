"""Workers do nothing with a database that was set back, and go on once the journal was replayed."""

from typing import Any

import pytest
from celery.exceptions import Ignore
from django.db import transaction

from annotations.accounts import services as accounts
from annotations.accounts.models import ApiKey
from annotations.audit import journal
from annotations.audit.actors import COMMAND_LINE, WORKER
from annotations.audit.models import JournalLine, LogEntry
from annotations.redaction.models import RedactionRun
from reviewapp.celery import app
from reviewapp.tasks import replay_journal
from reviewapp.waiting import DONE_ANYWAY
from tests.engines.programs import Programs, wait_until
from tests.factories import make_clip, make_submitter


def tasks() -> dict[str, Any]:
    """Every task of ours by its name."""
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


@pytest.mark.once
def test_what_is_done_anyway_are_tasks_that_hand_nothing_out() -> None:
    assert set(tasks()) > DONE_ANYWAY
    assert not [
        name for name in DONE_ANYWAY if name.startswith(("redaction.", "review.", "datasets.", "rights."))
    ]


@pytest.mark.django_db
def test_every_task_but_those_waits() -> None:
    journal.forget_standing()
    with transaction.atomic():
        journal.record(journal.Kind.KEY_REVOKED, WORKER, {"prefix": "0123456789ab"})
        transaction.set_rollback(True)
    assert len(tasks()) > 20
    for name, task in tasks().items():
        if name in DONE_ANYWAY:
            task.before_start("id", [], {})
        else:
            with pytest.raises(Ignore):
                task.before_start("id", [], {})
    replay_journal()
    tasks()["redaction.redact"].before_start("id", [], {})


@pytest.mark.engines
@pytest.mark.slow
def test_a_worker_waits_until_the_journal_was_replayed(programs: Programs) -> None:
    """What an act has left in the journal that did not commit is done by the worker itself, and then the rest."""
    prefix = accounts.create_key(COMMAND_LINE, make_submitter()).split("_")[1]
    with transaction.atomic():
        accounts.revoke_key(COMMAND_LINE, prefix)
        transaction.set_rollback(True)
    clip = make_clip(held=True)
    app.send_task("redaction.request", kwargs={"clip": str(clip.pk)})
    programs.worker()
    wait_until(lambda: "redaction.request" in programs.log("worker"), 60, "the task")
    assert not RedactionRun.objects.exists()
    app.send_task("reviewapp.replay_journal")
    wait_until(lambda: JournalLine.objects.exists(), 60, "the replay")
    assert ApiKey.objects.get().revoked_at is not None
    assert LogEntry.objects.get(action="journal.replayed").actor == WORKER.pseudonym
    app.send_task("redaction.request", kwargs={"clip": str(clip.pk)})
    wait_until(lambda: RedactionRun.objects.exists(), 60, "the pass")
