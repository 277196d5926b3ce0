"""Verifying the log, exporting it and showing it to its witnesses, for officers. A worker does it."""

import datetime
import hashlib
import shutil
import tarfile
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

from django.core.files import File
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from annotations.audit import repeats, services as audit
from annotations.audit.actors import Actor
from annotations.audit.export import log_export
from annotations.audit.integrity import anchoring, verification
from annotations.audit.storage_sweep import sweep
from annotations.core import clock, ids, runs
from annotations.core.errors import Conflict, DomainError, Invalid
from annotations.core.events import publish
from annotations.core.stages import Failure, Heartbeat, KnownError, Stage, perform
from annotations.oversight import events, log
from annotations.oversight.enums import LogWork
from annotations.oversight.models import LogRun

FOLDER = "log/"
_PREFIX = "log-export-"
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
    """Does one attempt of what was asked for, in the name of whoever asked. A run that is done stays as it is."""
    kind = LogRun.objects.filter(pk=run_id).values_list("kind", flat=True).first()
    if kind:
        perform(STAGES[LogWork(kind)], run_id)


@transaction.atomic
def record_export_served(run: LogRun, actor: Actor) -> uuid.UUID:
    """Somebody takes the export out; the entry's id. Await its checkpoint before the first byte leaves."""
    return repeats.tell(log.LOG_EXPORT_SERVED, actor, data={"run": str(run.pk), "sha256": run.sha256})


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


def _verify(run: LogRun, heartbeat: Heartbeat) -> None:
    def progress(done: int, size: int) -> None:
        heartbeat.at("verify", done, size)
        heartbeat.beat()

    found = verification.verify(_actor(run), progress)
    said = _("The log is whole.") if found.ok else _("The log is not whole.")
    _finish(run, outcome=said, size=found.size)


def _export(run: LogRun, heartbeat: Heartbeat) -> None:
    """Without details: an export that leaves the site tells pseudonyms, and nobody's words."""

    def progress(done: int, size: int) -> None:
        # The other half is packing and storing.
        heartbeat.at("export", done, 2 * size)
        heartbeat.beat()

    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder, tempfile.TemporaryFile() as archive:
        made = log_export.export(Path(folder) / "log", _actor(run), on_progress=progress)
        heartbeat.renew()
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(Path(folder) / "log", arcname="log")
        heartbeat.at("export", 3, 4)
        heartbeat.renew()
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


def _anchor(run: LogRun, heartbeat: Heartbeat) -> None:
    """Raises Conflict when a witness has not cosigned: the code says whether one contradicts the log."""
    outcomes = anchoring.anchor(_actor(run))
    failed = [each for each in outcomes if each.reason]
    if failed:
        contradicted = any(each.reason == anchoring.CONTRADICTS for each in failed)
        code = anchoring.CONTRADICTS if contradicted else "witness_failed"
        raise Conflict(code, " ".join(f"{each.witness}: {_why(each)}" for each in failed))
    _finish(run, outcome="; ".join(f"{each.witness}: {each.size}" for each in outcomes))


def _why(outcome: anchoring.Outcome) -> str:
    """In words, with what to do."""
    return {
        anchoring.NO_ANSWER: _("It did not answer. Nothing is lost: show it the log again, later."),
        anchoring.NOT_WATCHED: _("It does not watch this log. Give the log's keys to whoever runs it."),
        anchoring.KEY_UNKNOWN: _("It does not know the key that signs this log. Give it to whoever runs it."),
        anchoring.BEHIND: _("It has seen what a restore lost. Its keeper has to accept the declared epoch."),
        anchoring.CONTRADICTS: _("It has seen another past of this log, and does not cosign this one."),
    }.get(outcome.reason, _("It refused (%(reason)s).") % {"reason": outcome.reason})


@transaction.atomic
def _finish(run: LogRun, **found: object) -> None:
    runs.finish(run)
    LogRun.objects.filter(pk=run.pk).update(**found)


def _failed(run: LogRun, failure: Failure) -> None:
    data = {"work": run.kind, "run": str(run.pk), "code": failure.code}
    audit.append(log.LOG_WORK_FAILED, _actor(run), data=data)


def _actor(run: LogRun) -> Actor:
    return Actor(run.requested_by, run.requested_role)


def _forget_older(run: LogRun) -> None:
    """Only the last export is kept."""
    for older in LogRun.objects.filter(kind=LogWork.EXPORT).exclude(pk=run.pk).exclude(name=""):
        LogRun.objects.filter(pk=older.pk).update(name="")
        storages["exports"].delete(older.name)


def _stage(minutes: int, work: Callable[[LogRun, Heartbeat], None]) -> Stage[LogRun]:
    return Stage(
        model=LogRun,
        lease=datetime.timedelta(minutes=minutes),
        work=work,
        failed=_failed,
        errors=(KnownError(DomainError, final=True), KnownError(OSError, code="storage_failed")),
    )


# Verifying and exporting renew the lease as they go, every few thousand entries, an export also between its last steps,
# each of which must end within it; so must showing the log to the witnesses.
STAGES = {
    LogWork.VERIFY: _stage(2, _verify),
    LogWork.EXPORT: _stage(15, _export),
    LogWork.ANCHOR: _stage(10, _anchor),
}
