"""Reading flags, and what is under way."""

import datetime
import uuid
from collections.abc import Iterable

from django.db.models import QuerySet

from annotations.audit import selectors as audit
from annotations.audit.registry import Action
from annotations.audit.selectors import Words
from annotations.core import runs
from annotations.core.models import RunState
from annotations.moderation import log
from annotations.moderation.enums import FlagState
from annotations.moderation.models import Flag, Recheck
from annotations.redaction.models import RedactionRun

_SHOWN = 5


def flags(state: str = FlagState.OPEN, raised_by: str = "") -> QuerySet[Flag]:
    """Flags in one state with their clips, of one person if named by pseudonym; the open ones oldest first, the decided
    ones newest first.
    """
    order = "raised_at" if state == FlagState.OPEN else "-decided_at"
    found = Flag.objects.select_related("clip__owner").filter(state=state).order_by(order, "pk")
    return found.filter(raised_by=raised_by) if raised_by else found


def unscreened() -> QuerySet[RedactionRun]:
    """Finished, verified passes that nobody has judged yet: what the sweep wakes."""
    return RedactionRun.objects.filter(
        state="done", outcome="verified", screening=None, rendition__current=True
    ).order_by("finished_at")


def notes(flags: Iterable[Flag]) -> dict[uuid.UUID, Words]:
    """What whoever raised each of these flags wrote, as the log tells it."""
    return _words(flags, [log.FLAGGED], "note")


def reasons(flags: Iterable[Flag]) -> dict[uuid.UUID, Words]:
    """What whoever decided last on each of these flags wrote, as the log tells it."""
    return _words(flags, [log.UPHELD, log.DISMISSED], "reason")


def _words(flags: Iterable[Flag], actions: list[Action], field: str) -> dict[uuid.UUID, Words]:
    flags = list(flags)
    told = audit.words(actions, [flag.clip.public_id for flag in flags], "flag", field)
    return {flag.pk: told.get(str(flag.pk), Words()) for flag in flags}


def stalled_rechecks(older_than: datetime.timedelta) -> QuerySet[Recheck]:
    return runs.stalled(Recheck, older_than)


def rechecks() -> list[Recheck]:
    """Those under way or given up, oldest first, then the last that are done."""
    made = Recheck.objects.select_related("list", "flag__clip")
    due = made.exclude(state=RunState.DONE).order_by("id")
    return [*due, *made.filter(state=RunState.DONE).order_by("-finished_at")[:_SHOWN]]
