"""Verifying the log, exporting it and showing it to its witnesses, for officers. A worker does it."""

import datetime
import hashlib
import shutil
import tarfile
import tempfile
import uuid
from pathlib import Path

from django.core.files import File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.audit.export import log_export
from annotations.audit.integrity import anchoring, verification
from annotations.audit.storage_sweep import sweep
from annotations.core import clock, ids, runs
from annotations.core.errors import Conflict, DomainError, Invalid
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.oversight import events, log
from annotations.oversight.enums import LogWork
from annotations.oversight.models import LogRun

FOLDER = "log/"
_PREFIX = "log-export-"
# Verifying and exporting renew it as they go, every few thousand entries, an export also between its last steps, each
# of which must end within it; so must showing the log to the witnesses.
_LEASES = {
    LogWork.VERIFY: datetime.timedelta(minutes=2),
    LogWork.EXPORT: datetime.timedelta(minutes=15),
    LogWork.ANCHOR: datetime.timedelta(minutes=10),
}
_EVENTS = {
    LogWork.VERIFY: events.LOG_CHECK_REQUESTED,
    LogWork.EXPORT: events.LOG_CHECK_REQUESTED,
    LogWork.ANCHOR: events.LOG_ANCHOR_REQUESTED,
}


@transaction.atomic
def request_log_work(kind: str, actor: Actor) -> LogRun:
    """Queues it. Invalid `unknown_work`; Conflict `under_way` while the same is being done."""
    if kind not in LogWork.values:
        raise Invalid("unknown_work", "Verify the log, export it, or show it to the witnesses.")
    try:
        with transaction.atomic():
            run = LogRun.objects.create(kind=kind, requested_by=actor.pseudonym, requested_role=actor.role)
    except IntegrityError:
        raise Conflict("under_way", "This is being done already. Its result comes to this page.") from None
    audit.append(log.LOG_WORK_REQUESTED, actor, data={"work": kind, "run": str(run.pk)})
    publish(_EVENTS[LogWork(kind)], run=run.pk)
    return run


def run_log_work(run_id: uuid.UUID | str) -> None:
    """Does what was asked for, in the name of whoever asked. Idempotent: a run that is done stays as it is."""
    _give_up()
    kind = LogRun.objects.filter(pk=run_id).values_list("kind", flat=True).first()
    run = runs.claim(LogRun, run_id, _LEASES[LogWork(kind)]) if kind else None
    if run is None:
        return
    actor = Actor(run.requested_by, run.requested_role)
    try:
        if run.kind == LogWork.VERIFY:
            _verify(run, actor)
        elif run.kind == LogWork.EXPORT:
            _export(run, actor)
        else:
            _anchor(run, actor)
    except runs.LostLease:
        return
    except DomainError as error:
        _fail(run, error.code, error.message)
    except OSError as error:
        _fail(run, "storage_failed", str(error))
    except Exception:
        runs.release(run)
        raise


@transaction.atomic
def record_export_served(run: LogRun, actor: Actor) -> uuid.UUID:
    """Somebody takes the export out; the entry's id. Await its checkpoint before the first byte leaves."""
    return audit.append(log.LOG_EXPORT_SERVED, actor, data={"run": str(run.pk), "sha256": run.sha256}).pk


def sweep_exports(older_than: datetime.timedelta = datetime.timedelta(hours=25)) -> int:
    """Deletes exports of the log that no run names, and what a worker that died wrote before it was one; how many.

    An export may take a day (`tasks`), and its file is named when it ends.
    """
    before = (clock.now() - older_than).timestamp()
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if folder.stat().st_mtime < before:
            shutil.rmtree(folder, ignore_errors=True)
    named = LogRun.objects.filter(kind=LogWork.EXPORT).exclude(name="")
    return sweep("exports", FOLDER, named, older_than)


def _verify(run: LogRun, actor: Actor) -> None:
    def progress(done: int, size: int) -> None:
        runs.renew(run, _LEASES[LogWork.VERIFY], stage="verify", progress=min(99, 100 * done // max(1, size)))

    found = verification.verify(actor, progress)
    said = _("The log is whole.") if found.ok else _("The log is not whole.")
    _finish(run, outcome=said, size=found.size)


def _export(run: LogRun, actor: Actor) -> None:
    """Without details: an export that leaves the site tells pseudonyms, and nobody's words."""

    def progress(done: int, size: int) -> None:
        # The other half is packing and storing.
        runs.renew(run, _LEASES[LogWork.EXPORT], stage="export", progress=50 * done // max(1, size))

    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, tempfile.TemporaryFile() as archive:
        made = log_export.export(Path(folder) / "log", actor, on_progress=progress)
        progress(made.size, made.size)
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(Path(folder) / "log", arcname="log")
        runs.renew(run, _LEASES[LogWork.EXPORT], stage="export", progress=75)
        archive.seek(0)
        digest = hashlib.file_digest(archive, "sha256").hexdigest()
        size = archive.seek(0, 2)
        archive.seek(0)
        name = storages["exports"].save(f"{FOLDER}{ids.random_id().hex}.tar", File(archive))
    try:
        _finish(run, outcome=_("The export is ready."), size=made.size, name=name, bytes=size, sha256=digest)
    except BaseException:
        storages["exports"].delete(name)
        raise
    _forget_older(run)


def _anchor(run: LogRun, actor: Actor) -> None:
    outcomes = anchoring.anchor(actor)
    failed = [each for each in outcomes if each.reason]
    if failed:
        contradicted = any(each.reason == anchoring.CONTRADICTS for each in failed)
        code = anchoring.CONTRADICTS if contradicted else "witness_failed"
        _fail(run, code, " ".join(f"{each.witness}: {_why(each)}" for each in failed))
    else:
        _finish(run, outcome="; ".join(f"{each.witness}: {each.size}" for each in outcomes))


def _why(outcome: anchoring.Outcome) -> str:
    """In words, with what to do."""
    return {
        anchoring.NO_ANSWER: _("It did not answer. Nothing is lost: show it the log again, later."),
        anchoring.NOT_WATCHED: _("It does not watch this log. Give the log's keys to whoever runs it."),
        anchoring.KEY_UNKNOWN: _("It does not know the key that signs this log. Give it to whoever runs it."),
        anchoring.CONTRADICTS: _("It has seen another past of this log, and does not cosign this one."),
    }.get(outcome.reason, _("It refused (%(reason)s).") % {"reason": outcome.reason})


@transaction.atomic
def _finish(run: LogRun, **found: object) -> None:
    runs.finish(run)
    LogRun.objects.filter(pk=run.pk).update(**found)


@transaction.atomic
def _fail(run: LogRun, code: str, message: str) -> None:
    try:
        runs.finish(run, RunState.FAILED, code=code, message=message)
    except runs.LostLease:
        return
    actor = Actor(run.requested_by, run.requested_role)
    audit.append(log.LOG_WORK_FAILED, actor, data={"work": run.kind, "run": str(run.pk), "code": code})


def _give_up() -> None:
    """Ends the runs whose workers were killed each time, so that it can be asked for again."""
    for run in runs.seize_spent(LogRun, _LEASES[LogWork.VERIFY]):
        _fail(run, "worker_lost", "The worker was stopped each time. Ask an operator to look, and try again.")


def _forget_older(run: LogRun) -> None:
    """Only the last export is kept."""
    for older in LogRun.objects.filter(kind=LogWork.EXPORT).exclude(pk=run.pk).exclude(name=""):
        LogRun.objects.filter(pk=older.pk).update(name="")
        storages["exports"].delete(older.name)
