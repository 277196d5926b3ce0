"""Reading subject access requests."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from annotations.audit import details, selectors as audit
from annotations.audit.models import EntryDetail, LogEntry
from annotations.audit.selectors import Line
from annotations.audit.subject_keys import store
from annotations.clips.models import Clip
from annotations.core.errors import Conflict
from annotations.core.models import RunState
from annotations.datasets.models import ReleaseItem
from annotations.rights import log
from annotations.rights.answer import footage
from annotations.rights.answer.footage import REMADE
from annotations.rights.enums import RequestState
from annotations.rights.models import AccessRequest, AnswerRun, Erasure

OPEN_STATES = (RequestState.OPEN, RequestState.COMPILED, RequestState.REVIEWED)

_STEPS = [
    action.code
    for action in (
        log.REQUEST_OPENED,
        log.COMPILATION_ASKED,
        log.COMPILATION_FAILED,
        log.REQUEST_COMPILED,
        log.REQUEST_REVIEWED,
        log.REQUEST_EXTENDED,
        log.REQUEST_ANSWERED,
        log.REQUEST_REFUSED,
        log.ANSWER_SERVED,
        log.ANSWER_FORGOTTEN,
    )
]


def requests(*, closed: bool) -> QuerySet[AccessRequest]:
    """Those that wait, the first one due first, or those that are closed, the last one first."""
    found = AccessRequest.objects.defer("sealed")
    if closed:
        return found.exclude(state__in=OPEN_STATES).order_by("-closed_at", "pk")
    return found.filter(state__in=OPEN_STATES).order_by("due_at", "pk")


def waiting_requests() -> int:
    return AccessRequest.objects.filter(state__in=OPEN_STATES).count()


def steps(request: AccessRequest) -> list[Line]:
    """What was done about the request, as the log tells it, oldest first."""
    entries = LogEntry.objects.filter(
        subject=request.subject, action__in=_STEPS, occurred_at__gte=request.opened_at
    )
    own = [
        entry
        for entry in entries.order_by("occurred_at", "id")
        if json.loads(bytes(entry.canonical))["data"]["request"] == str(request.pk)
    ]
    return audit.present(own)


def last_run(request: AccessRequest) -> AnswerRun | None:
    """The last compiling of its answer; None when nobody has asked for it yet."""
    return request.runs.order_by("-created_at", "-pk").first()


@dataclass(frozen=True)
class Copies:
    """How many clips of an owner can be copied now, their bytes, and how many cannot; of these, how many are made fit
    to be seen again."""

    clips: int
    bytes: int
    left_out: int
    remade: int


def copies_of(subject: str) -> Copies:
    """What the archive of an answer would hold, were it compiled now."""
    clips = Clip.objects.filter(owner__pseudonym=subject).prefetch_related("holds")
    found = footage.copies(list(clips))
    left_out = found["left_out"]
    return Copies(
        len(found["clips"]),
        sum(each["bytes"] for each in found["clips"]),
        len(left_out),
        sum(each["why"] == str(REMADE) for each in left_out),
    )


def answer_of(request: AccessRequest) -> dict[str, Any]:
    """The compiled answer, as it was sealed.

    Conflict `no_answer` before it is compiled; `answer_gone` when it was destroyed with the subject's key or long
    after the end; `answer_damaged` when it is not what was sealed. Raises Unreachable.
    """
    if not request.compiled_at:
        raise Conflict("no_answer", "The answer is not compiled yet.")
    key = store().find([request.key]).get(request.key) if request.key and request.sealed else None
    if key is None or request.sealed is None or request.key is None:
        raise Conflict(
            "answer_gone", "This answer was destroyed: the owner was erased, or it is long closed."
        )
    row = EntryDetail(entry=request.pk, subject=request.subject, key=request.key, sealed=request.sealed)
    try:
        return details.unseal(row, key, request.sha256)
    except ValueError:
        raise Conflict(
            "answer_damaged", "This answer is not what was compiled. Verify the log, and compile it again."
        ) from None


def withdrawn() -> QuerySet[Clip]:
    """Clips whose consent was withdrawn, the last one first, with the releases that hold them."""
    items = ReleaseItem.objects.select_related("release__dataset").order_by("release__frozen_at", "id")
    return (
        Clip.objects.select_related("owner", "consent")
        .filter(consent__withdrawn_at__isnull=False)
        .prefetch_related(Prefetch("release_items", items))
        .order_by("-consent__withdrawn_at", "-pk")
    )


def unfinished_erasures() -> int:
    """Erasures that somebody has to look at: they failed, or the check afterwards found something."""
    return Erasure.objects.filter(Q(state=RunState.FAILED) | Q(state=RunState.DONE) & ~Q(findings=[])).count()
