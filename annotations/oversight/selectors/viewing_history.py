"""What one person saw."""

import datetime
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import Q

from annotations.accounts.people import Person, people_by_pseudonym
from annotations.audit.models import LogEntry
from annotations.audit.search import Filters, search
from annotations.audit.selectors import Line, present
from annotations.clips import log as clips_log
from annotations.clips.models import Clip
from annotations.datasets import log as datasets_log
from annotations.oversight.viewings import KINDS, TOLD_BY, Viewing, length, viewings
from annotations.redaction import log as redaction_log
from annotations.review import log as review_log

# Entries that one page is made of; the next page goes on where they end.
MOST = 4_000
BESIDE = 50


@dataclass(frozen=True)
class ClipViewing:
    """One viewing of one clip; `milliseconds` is the clip's length, 0 when the clip is not known any more."""

    clip: uuid.UUID
    viewing: Viewing
    milliseconds: int


@dataclass(frozen=True)
class Day:
    day: datetime.date
    seen: list[ClipViewing]

    @property
    def clips(self) -> int:
        return len({each.clip for each in self.seen})

    @property
    def watched(self) -> int:
        """Milliseconds, as browsers claim."""
        return sum(length(each.viewing.watched) for each in self.seen)


@dataclass(frozen=True)
class ViewingHistory:
    """What a person saw in a period, or in a part of it, the last day first. `earlier` is the last entry that was read,
    when earlier ones of the period are left: the next part goes on before it.
    """

    person: Person
    role: str
    days: list[Day]
    exports: list[Line]
    reads: list[Line]
    earlier: LogEntry | None

    @property
    def clips(self) -> int:
        return len({each.clip for day in self.days for each in day.seen})

    @property
    def viewings(self) -> int:
        return sum(len(day.seen) for day in self.days)

    @property
    def watched(self) -> int:
        return sum(day.watched for day in self.days)


def last_act(pseudonym: str) -> LogEntry | None:
    """The last entry of this person to whom a clip was delivered; of whatever they did, when that is long ago or never
    was.
    """
    delivered = search(Filters(actor=pseudonym, action=redaction_log.SERVED.code), size=1).lines
    lines = delivered or search(Filters(actor=pseudonym), size=1).lines
    return lines[0].entry if lines else None


def viewing_history(
    pseudonym: str,
    since: datetime.datetime,
    until: datetime.datetime,
    zone: ZoneInfo,
    before: uuid.UUID | None = None,
) -> ViewingHistory:
    """The views of the period, by days of this time zone; only what came `before` an entry, if one is given.

    Raises LogEntry.DoesNotExist when it is none.
    """
    period = {"occurred_at__gte": since, "occurred_at__lt": until}
    theirs = LogEntry.objects.filter(actor=pseudonym, action__in=TOLD_BY, clip__isnull=False, **period)
    if before:
        edge = LogEntry.objects.get(pk=before)
        theirs = theirs.filter(
            Q(occurred_at__lt=edge.occurred_at) | Q(occurred_at=edge.occurred_at, pk__lt=edge.pk)
        )
    found = list(theirs.order_by("-occurred_at", "-id")[: MOST + 1])
    seen = _seen(pseudonym, found[:MOST])
    days = groupby(
        sorted(seen, key=lambda each: each.viewing.began, reverse=True),
        key=lambda each: each.viewing.began.astimezone(zone).date(),
    )
    last = last_act(pseudonym)
    did = Filters(actor=pseudonym, since=since, until=until)
    return ViewingHistory(
        person=people_by_pseudonym({pseudonym})[pseudonym],
        role=last.actor_role if last else "",
        days=[Day(day, list(each)) for day, each in days],
        exports=search(replace(did, action=datasets_log.EXPORTED.code), size=BESIDE).lines,
        reads=search(replace(did, action="audit.*"), size=BESIDE).lines,
        earlier=found[MOST - 1] if len(found) > MOST else None,
    )


def _seen(pseudonym: str, entries: list[LogEntry]) -> list[ClipViewing]:
    ids = {entry.clip for entry in entries if entry.action in KINDS and entry.clip}
    # What others did that took a clip from its viewer.
    taken = LogEntry.objects.filter(
        clip__in=ids, action__in=[clips_log.HELD.code, review_log.EXPIRED.code]
    ).exclude(actor=pseudonym)
    by_clip: dict[uuid.UUID, list[LogEntry]] = defaultdict(list)
    for entry in [*entries, *taken]:
        if entry.clip in ids:
            by_clip[entry.clip].append(entry)
    lengths = dict(Clip.objects.filter(public_id__in=ids).values_list("public_id", "duration"))
    return [
        ClipViewing(clip, viewing, round(lengths.get(clip, 0) * 1000))
        for clip, theirs in by_clip.items()
        for viewing in viewings(present(sorted(theirs, key=lambda each: (each.occurred_at, each.id))))
    ]
