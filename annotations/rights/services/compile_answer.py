"""Compiling the answer to an access request, in a worker: an owner's clips may be thousands.

Gathering only reads, and everything is written in one transaction at the end: whoever is killed leaves nothing but a
lease that runs out, and the next attempt begins afresh.
"""

import datetime
import uuid

from django.db import transaction

from annotations.audit import details
from annotations.audit.actors import WORKER, Actor
from annotations.audit.subject_keys import Unreachable, lock, store
from annotations.clips.selectors import erased_clips
from annotations.core import clock, runs
from annotations.core.errors import Conflict, DomainError
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.core.stages import Failure, Heartbeat, KnownError, Stage, perform
from annotations.rights import answer, events, log
from annotations.rights.models import AnswerRun
from annotations.rights.services.access_requests import append, locked_for

SEALING = datetime.timedelta(minutes=5)
"""How much longer the lease is for the end, which cannot renew it."""


@transaction.atomic
def compile_request(request_id: uuid.UUID, actor: Actor, *, shown: str | None = None) -> AnswerRun:
    """Has a worker gather the answer out of every context. Gives the run that is under way when there is one.

    Again: afresh, and to be reviewed again. Conflict `not_possible_now`.
    """
    request = locked_for(request_id, "compile", actor, shown=shown)
    if under_way := request.runs.filter(state__in=[RunState.QUEUED, RunState.RUNNING]).first():
        return under_way
    run = AnswerRun.objects.create(request=request, asked_by=actor.pseudonym, asked_role=actor.role)
    append(log.COMPILATION_ASKED, request, actor, {})
    publish(events.ANSWER_REQUESTED, run=run.pk)
    return run


def compile_answer(run_id: uuid.UUID | str) -> None:
    """Does one attempt of it.

    Contract of the stage: needs a request that is not closed; leaves the sealed answer, to be reviewed.
    """
    perform(STAGE, run_id)


def _work(run: AnswerRun, heartbeat: Heartbeat) -> None:
    subject, moment = run.request.subject, clock.now()
    erased = _erased(subject)

    def on_progress(done: int, total: int) -> None:
        heartbeat.at("gather", done, total)
        heartbeat.beat()

    gathered = answer.compile_answer(subject, moment, on_progress)
    heartbeat.renew(SEALING)
    with transaction.atomic():
        request = locked_for(run.request_id, "compile", Actor(run.asked_by, run.asked_role))
        # An erasure that begins later waits for this row, and destroys the answer with its clip (`erase_answers`).
        if _erased(subject) != erased:
            raise Conflict("erased_meanwhile", "A clip was erased while the answer was compiled.")
        lock.hold(subject, alone=False)
        row, digest = details.seal(request.pk, subject, store().ensure(subject), gathered)
        request.key, request.sealed, request.sha256 = row.key, row.sealed, digest
        request.compiled_at, request.clips = moment, len(gathered["clips"])
        request.reviewed_by, request.reviewed_at = "", None
        request.save()
        append(log.REQUEST_COMPILED, request, WORKER, {"clips": request.clips, "sha256": digest})
        runs.finish(run)


def _erased(subject: str) -> set[uuid.UUID]:
    """The clips of the owner that are erased or being erased."""
    return set(erased_clips().filter(clip__owner__pseudonym=subject).values_list("clip", flat=True))


def _failed(run: AnswerRun, failure: Failure) -> None:
    append(log.COMPILATION_FAILED, run.request, WORKER, {"code": failure.code})


STAGE = Stage(
    model=AnswerRun,
    lease=datetime.timedelta(minutes=2),
    work=_work,
    failed=_failed,
    errors=(
        KnownError(Unreachable),
        KnownError(DomainError, final=("not_possible_now", "not_allowed")),
    ),
)
