"""Holding the clips from before against what became known: each match brings the clip to a lead, as a fresh one does.

Killed at any point, another attempt goes on behind the last clip that is recorded; no clip is flagged twice for the
same reason. A clip that is screened meanwhile is held against it by its own screening.
"""

import datetime
import uuid
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.clips.locking import lock_clip
from annotations.core import clock, named_locks, runs
from annotations.core.errors import Conflict
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.core.stages import Failure, Heartbeat, Stage, perform
from annotations.moderation import events, known, log
from annotations.moderation.models import Fingerprint, Flag, HashList, Recheck, Screening
from annotations.moderation.policy import Concern
from annotations.moderation.services.raising import raise_flags, record_findings, unsettled

SCREENING = "moderation.screening"
"""The lock that every screening holds while it reads what is known, together with all others."""
BATCH = 100
RECORDED_EVERY = datetime.timedelta(seconds=2)

Matches = Callable[[Fingerprint], list[Concern]]


def request_recheck(*, known_list: HashList | None = None, flag: Flag | None = None) -> None:
    """Inside the transaction of the act by which something became known."""
    publish(events.RECHECK_REQUESTED, recheck=Recheck.objects.create(list=known_list, flag=flag).pk)


def recheck(recheck_id: uuid.UUID | str) -> None:
    """Does one attempt of what is left of the run.

    Contract of the stage: needs a list in force or an upheld flag; leaves flags and holds on the clips that match, and
    one entry. It ends early, as done, when the list is removed or the flag dismissed meanwhile.
    """
    perform(STAGE, recheck_id)


def _work(run: Recheck, heartbeat: Heartbeat) -> None:
    _await_screenings()
    _walk(run, heartbeat)
    _finish(run)


@transaction.atomic
def recheck_again(recheck_id: uuid.UUID, actor: Actor) -> Recheck:
    """Goes on with one that was given up. Conflict `recheck_not_failed`."""
    taken = Recheck.objects.filter(pk=recheck_id, state=RunState.FAILED).update(
        state=RunState.QUEUED, attempts=0, failure_code="", failure_message="", finished_at=None
    )
    if not taken:
        raise Conflict("recheck_not_failed", "This is done or under way already.")
    audit.append(log.RECHECK_RETRIED, actor, data={"recheck": str(recheck_id)})
    publish(events.RECHECK_REQUESTED, recheck=recheck_id)
    return Recheck.objects.get(pk=recheck_id)


@transaction.atomic
def _await_screenings() -> None:
    """Those that began before this was known have left their fingerprints then; those that begin now know it."""
    named_locks.hold(SCREENING, alone=True)


def _walk(run: Recheck, heartbeat: Heartbeat) -> None:
    total = run.checked + _waiting(run).count()
    matches = _matches(run)
    recorded = clock.now()
    while _stands(run) and (batch := list(_waiting(run)[:BATCH])):
        for fingerprint in batch:
            found = matches(fingerprint)
            run.cursor, run.checked = fingerprint.pk, run.checked + 1
            heartbeat.at("", run.checked, total)
            if found or fingerprint is batch[-1] or clock.now() - recorded > RECORDED_EVERY:
                _record(run, heartbeat, fingerprint, found)
                recorded = clock.now()


def _waiting(run: Recheck) -> QuerySet[Fingerprint]:
    done_up_to = uuid.UUID(int=0) if run.cursor is None else run.cursor
    return known.to_recheck().filter(pk__gt=done_up_to)


def _matches(run: Recheck) -> Matches:
    """What a clip has in common with that which became known."""
    if run.list is not None:
        listed, blocks = run.list, list(known.blocks_of(run.list))

        def on_list(fingerprint: Fingerprint) -> list[Concern]:
            concern = known.on_list(fingerprint, listed, blocks)
            return [concern] if concern else []

        return on_list
    others = list(known.discarded().filter(clip__flags=run.flag).select_related("clip"))
    return lambda fingerprint: list(known.like_discarded(fingerprint, others))


def _stands(run: Recheck) -> bool:
    """Whether the list is still in force, or the flag still upheld."""
    lists, flags = known.lists().filter(rechecks=run), known.upheld().filter(rechecks=run)
    return lists.exists() or flags.exists()


@transaction.atomic
def _record(run: Recheck, heartbeat: Heartbeat, fingerprint: Fingerprint, found: list[Concern]) -> None:
    """What was done up to this clip, together with what it leaves: both, or neither. Attempts are counted from here."""
    heartbeat.renew()
    run.attempts = 0
    if found and _stands(run):
        clip = fingerprint.clip
        lock_clip(clip.pk)
        if raised := unsettled(clip, found):
            record_findings(Screening.objects.filter(clip=clip).latest("decided_at").run, raised)
            raise_flags(clip, raised)
            run.matched += 1
    Recheck.objects.filter(pk=run.pk).update(
        cursor=run.cursor, checked=run.checked, matched=run.matched, attempts=0
    )


@transaction.atomic
def _finish(run: Recheck) -> None:
    runs.finish(run)
    audit.append(log.RECHECKED, WORKER, data=_data(run))


def _failed(run: Recheck, failure: Failure) -> None:
    audit.append(log.RECHECK_FAILED, WORKER, data=_data(run) | {"code": failure.code})


def _data(run: Recheck) -> dict[str, object]:
    of = str(run.list_id or run.flag_id)
    return {"recheck": str(run.pk), "known": of, "checked": run.checked, "matched": run.matched}


STAGE = Stage(model=Recheck, lease=datetime.timedelta(minutes=2), work=_work, failed=_failed)
