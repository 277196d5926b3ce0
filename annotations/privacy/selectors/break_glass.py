"""Reading requests to see originals without redaction."""

import datetime
import uuid

from django.conf import settings
from django.db.models import F, QuerySet

from annotations.accounts.enums import Role
from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.actors import Actor
from annotations.audit.selectors import Line
from annotations.clips import gate
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip
from annotations.clips.rules import NAMEABLE
from annotations.core import clock
from annotations.privacy import log
from annotations.privacy.enums import GlassState
from annotations.privacy.models import BreakGlass

FOLDER = "break-glass/"
_STEPS = [
    kind.code
    for kind in (
        log.GLASS_ASKED,
        log.GLASS_APPROVED,
        log.GLASS_REFUSED,
        log.GLASS_OPENED,
        log.GLASS_READY,
        log.GLASS_FAILED,
        log.GLASS_GRANTED,
        log.GLASS_SERVED,
        log.GLASS_WATCHED,
        log.GLASS_ENDED,
    )
]


def glasses(person: User) -> QuerySet[BreakGlass]:
    """The requests that the person may know of, those that wait or run first: officers see all, others their own."""
    found = BreakGlass.objects.select_related("clip", "asked_by", "decided_by").defer("wrapped_key")
    if person.role != Role.PRIVACY_OFFICER:
        found = found.filter(asked_by=person)
    return found.order_by(F("ended_at").desc(nulls_first=True), "-asked_at", "pk")


def waiting_glasses(officer: Actor) -> int:
    """Requests on which this officer may decide: all that wait but their own."""
    waiting = BreakGlass.objects.filter(state=GlassState.ASKED)
    return waiting.exclude(asked_by__pseudonym=officer.pseudonym).count()


def open_glasses() -> list[uuid.UUID]:
    """Those that wait or run."""
    states = [GlassState.ASKED, GlassState.APPROVED]
    return list(BreakGlass.objects.filter(state__in=states).values_list("pk", flat=True))


def glasses_without_copy(age: datetime.timedelta) -> QuerySet[BreakGlass]:
    """Approved ones whose copy nobody makes."""
    found = BreakGlass.objects.filter(
        state=GlassState.APPROVED, name="", until__gt=clock.now(), decided_at__lt=clock.now() - age
    )
    return found.exclude(begun_at__gt=abandoned())


def glasses_of_clip(clip_id: uuid.UUID) -> QuerySet[BreakGlass]:
    """The approved ones of a clip."""
    return BreakGlass.objects.filter(clip=clip_id, state=GlassState.APPROVED)


def clips_to_stop(age: datetime.timedelta) -> QuerySet[Clip]:
    """Clips with an approval that has stood for so long while they may not be seen."""
    held = [
        glass.clip_id
        for glass in BreakGlass.objects.filter(state=GlassState.APPROVED, decided_at__lt=clock.now() - age)
        if not gate.allows_named(glass.clip_id, glass.passes)
    ]
    return Clip.objects.filter(pk__in=held)


def abandoned() -> datetime.datetime:
    """Who began to make a copy before this is dead."""
    return clock.now() - clock.seconds(settings.BREAK_GLASS_TIMEOUT + 60)


def nameable(glass: BreakGlass) -> list[tuple[str, str]]:
    """The open holds of the clip that an approval may name, with their labels."""
    return [
        (reason, str(HoldReason(reason).label))
        for reason in gate.reasons(glass.clip_id)
        if reason in NAMEABLE
    ]


def in_the_way(glass: BreakGlass) -> list[str]:
    """Labels of the open holds that nobody can name: the clip may not be seen at all."""
    return [str(HoldReason(each).label) for each in gate.reasons(glass.clip_id) if each not in NAMEABLE]


def glass_steps(glass: BreakGlass) -> list[Line]:
    """What was done about the request, as the log tells it, oldest first."""
    lines = audit.of_clip(glass.clip.public_id, _STEPS)
    return [line for line in lines if line.data["request"] == str(glass.pk)]
