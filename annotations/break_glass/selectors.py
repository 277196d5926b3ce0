"""Reading requests to see originals without redaction."""

import datetime
import uuid

from django.db.models import F, QuerySet

from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.actors import Actor
from annotations.audit.selectors import Line
from annotations.break_glass import log
from annotations.break_glass.enums import BreakGlassState
from annotations.break_glass.models import BreakGlassAccess, CleanCopyRun
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.rules import NAMEABLE
from annotations.core import clock, runs

FOLDER = "break-glass/"
_STEPS = [
    kind.code
    for kind in (
        log.ASKED,
        log.APPROVED,
        log.REFUSED,
        log.OPENED,
        log.READY,
        log.FAILED,
        log.GRANTED,
        log.SERVED,
        log.WATCHED,
        log.ENDED,
    )
]


def accesses(asked_by: User | None = None) -> QuerySet[BreakGlassAccess]:
    """The requests, those that wait or run first: all of them, or those that this person made."""
    found = BreakGlassAccess.objects.select_related("clip", "asked_by", "decided_by").defer("wrapped_key")
    if asked_by:
        found = found.filter(asked_by=asked_by)
    return found.order_by(F("ended_at").desc(nulls_first=True), "-asked_at", "pk")


def waiting_for(officer: Actor) -> int:
    """Requests on which this officer may decide: all that wait but their own."""
    waiting = BreakGlassAccess.objects.filter(state=BreakGlassState.ASKED)
    return waiting.exclude(asked_by__pseudonym=officer.pseudonym).count()


def stands(access: BreakGlassAccess) -> bool:
    """Whether the access lets its person see the original now."""
    return access.running and gate.allows_named(access.clip_id, access.passes)


def open_accesses() -> list[uuid.UUID]:
    """Those that wait or run."""
    states = [BreakGlassState.ASKED, BreakGlassState.APPROVED]
    return list(BreakGlassAccess.objects.filter(state__in=states).values_list("pk", flat=True))


def stalled_copies(older_than: datetime.timedelta) -> QuerySet[CleanCopyRun]:
    """Copies that nobody makes; their ids are those of their accesses."""
    return runs.stalled(CleanCopyRun, older_than)


def approved_for_clip(clip_id: uuid.UUID) -> QuerySet[BreakGlassAccess]:
    """The approved ones of a clip."""
    return BreakGlassAccess.objects.filter(clip=clip_id, state=BreakGlassState.APPROVED)


def clips_to_stop(age: datetime.timedelta) -> QuerySet[Clip]:
    """Clips with an approval that has stood for so long while they may not be seen."""
    held = [
        access.clip_id
        for access in BreakGlassAccess.objects.filter(
            state=BreakGlassState.APPROVED, decided_at__lt=clock.now() - age
        )
        if not gate.allows_named(access.clip_id, access.passes)
    ]
    return Clip.objects.filter(pk__in=held)


def nameable(access: BreakGlassAccess) -> list[tuple[str, str]]:
    """The open holds of the clip that an approval may name, with their labels."""
    return [
        (reason, str(HoldReason(reason).label))
        for reason in gate.reasons(access.clip_id)
        if reason in NAMEABLE
    ]


def in_the_way(access: BreakGlassAccess) -> list[str]:
    """Labels of the open holds that nobody can name: the clip may not be seen at all."""
    return [str(HoldReason(each).label) for each in gate.reasons(access.clip_id) if each not in NAMEABLE]


def steps(access: BreakGlassAccess) -> list[Line]:
    """What was done about the request, as the log tells it, oldest first."""
    lines = audit.of_clip(access.clip.public_id, _STEPS)
    return [line for line in lines if line.data["request"] == str(access.pk)]
