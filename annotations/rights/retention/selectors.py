"""Reading what ends when: rules in force, facts of clips, the queue of what ends next, legal holds."""

import datetime
import heapq
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet

from annotations.audit import selectors as audit
from annotations.audit.models import LogEntry
from annotations.audit.selectors import Line
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Consent, Hold, Original
from annotations.clips.selectors import id_span
from annotations.core import clock
from annotations.moderation.enums import FlagState
from annotations.moderation.models import Flag
from annotations.review.enums import Decision
from annotations.review.models import Adjudication
from annotations.rights import log
from annotations.rights.enums import ScopeKind
from annotations.rights.retention.enums import KeptState, Part, RuleState
from annotations.rights.retention.models import LegalHold, RetentionRule
from annotations.rights.retention.reasons import because
from annotations.rights.retention.rules import (
    DEFAULTS,
    Days,
    Ends,
    Facts,
    Later,
    Rules,
    earliest,
    ends,
    noticed,
)
from annotations.rights.rules import STANDING
from annotations.rights.scopes import Scope

UNSEEN = (HoldReason.REDACTION_UNVERIFIED, HoldReason.REDACTION_FAILED)
# A legal hold stops the clocks of a clip; what is erased has none.
STOPPED = (HoldReason.LEGAL, HoldReason.ERASED)
# Days within which a page counts what a shorter rule would end.
_SOON = (1, 7)
_DECIDED = (RuleState.ANNOUNCED, RuleState.IN_FORCE)
_BATCH = 50


def rules_in_force() -> Rules:
    """The days of each state now: of the last version that holds, or the default."""
    return _days_of(versions_in_force().values())


def rules_decided(without: RetentionRule | None = None) -> Rules:
    """The days of each state as they will be once all that was decided on holds; `without` this version, if one is
    given."""
    decided = RetentionRule.objects.filter(state__in=_DECIDED).order_by("version")
    return _days_of(rule for rule in decided if without is None or rule.pk != without.pk)


def versions_in_force() -> dict[str, RetentionRule]:
    """The version that holds, by state: at its moment a shorter one does, whether a sweep has noted it or not."""
    holding = Q(effective_at=None) | Q(effective_at__lte=clock.now())
    decided = RetentionRule.objects.filter(holding, state__in=_DECIDED).order_by("version")
    return {rule.kept_state: rule for rule in decided}


def announced() -> dict[str, RetentionRule]:
    """The shorter versions that take effect later, by state."""
    later = RetentionRule.objects.filter(state=RuleState.ANNOUNCED, effective_at__gt=clock.now())
    return {rule.kept_state: rule for rule in later}


def later_rules() -> dict[str, Later]:
    """The shorter rules that take effect later, by state, and when."""
    return {
        state: Later(_days(rule), cast(datetime.datetime, rule.effective_at))
        for state, rule in announced().items()
    }


def _days_of(versions: Iterable[RetentionRule]) -> Rules:
    return {**DEFAULTS, **{rule.kept_state: _days(rule) for rule in versions}}


def _days(rule: RetentionRule) -> Days:
    return Days(rule.original_days, rule.rest_days)


def proposals() -> dict[str, RetentionRule]:
    """The versions on which a second officer has to decide, by state."""
    return {rule.kept_state: rule for rule in RetentionRule.objects.filter(state=RuleState.PROPOSED)}


def begun() -> datetime.datetime:
    """Since when there are rules."""
    return RetentionRule.objects.aggregate(first=Min("asked_at"))["first"] or clock.now()


def facts_of(clip_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Facts]:
    """When the clocks of these clips began, in a handful of queries."""
    wanted = list(clip_ids)
    labeled = _moments(_accepted().filter(task__clip__in=wanted), "task__clip", Max("decided_at"))
    upheld = _moments(_upheld().filter(clip__in=wanted), "clip", Min("decided_at"))
    held = _moments(_unseen().filter(clip__in=wanted), "clip", Min("placed_at"))
    return {
        clip.pk: Facts(
            received=clip.received_at,
            expires=clip.consent.until,
            labeled=labeled.get(clip.pk),
            upheld=upheld.get(clip.pk),
            withdrawn=clip.consent.withdrawn_at,
            held=held.get(clip.pk),
        )
        for clip in Clip.objects.filter(pk__in=wanted).select_related("consent")
    }


@dataclass(frozen=True)
class Kept:
    """How long a clip is still kept. `stopped`: a legal hold stops its clocks, `until` then, if a day is known."""

    ends: Ends
    why: str
    why_original: str
    has_original: bool
    erased: bool
    stopped: bool
    until: datetime.datetime | None

    @property
    def original_first(self) -> bool:
        return self.has_original and self.ends.original.on < self.ends.rest.on


def kept(clip: Clip) -> Kept:
    """How long the clip is kept, by what is decided now."""
    found = ends(facts_of([clip.pk])[clip.pk], rules_in_force(), begun(), later_rules())
    open_holds = set(clip.holds.filter(released_at=None).values_list("reason", flat=True))
    stopped = HoldReason.LEGAL in open_holds
    return Kept(
        ends=found,
        why=because(found.rest.because, found.rest.days),
        why_original=because(found.original.because, found.original.days),
        has_original=Original.objects.filter(clip=clip).exists(),
        erased=HoldReason.ERASED in open_holds,
        stopped=stopped,
        until=covering(clip).aggregate(last=Max("until"))["last"] if stopped else None,
    )


@dataclass(frozen=True, order=True)
class Ending:
    """A part of a clip that ends. `clock` is when the clock is over: the order, and the cursor of a page; `on` is never
    earlier."""

    clock: datetime.datetime
    clip: uuid.UUID
    part: str
    state: str
    on: datetime.datetime

    @property
    def key(self) -> tuple[datetime.datetime, uuid.UUID, str]:
        return self.clock, self.clip, self.part


def endings(
    *,
    after: tuple[datetime.datetime, uuid.UUID, str] | None = None,
    state: str = "",
    part: str = "",
    rules: Rules | None = None,
) -> Iterator[Ending]:
    """What ends next, in order: lazily, so that a page or a sweep reads no more than it needs.

    One stream for each rule, along the column in which its clock begins, merged by the ends; a clip is told where its
    earliest end comes. Left out is what a legal hold keeps, and what is erased. By the rules that hold, unless others
    are given.
    """
    rules, first = rules or rules_in_force(), begun()
    floor = after[0] if after else None
    wanted = [each for each in Part if part in ("", each)]
    streams = [_stream(kind, each, rules[kind], floor) for each in wanted for kind in _SOURCES]
    merged = heapq.merge(*streams)
    seen: set[tuple[uuid.UUID, str]] = set()
    while batch := list(islice(merged, _BATCH)):
        facts = facts_of({clip for _, clip, _, _ in batch})
        for end, clip, each, kind in batch:
            known = facts[clip]
            both = earliest(known, rules, Part.ORIGINAL)[0] == earliest(known, rules, Part.REST)[0]
            if (end, kind) != earliest(known, rules, each) or (clip, each) in seen:
                continue
            seen.add((clip, each))
            if (each == Part.ORIGINAL and both) or (state and kind != state):
                continue
            ending = Ending(end, clip, each, kind, noticed(end, known.received, first))
            if after is None or ending.key > after:
                yield ending


def due(limit: int) -> list[Ending]:
    """What is over by now, at most so many."""
    now = clock.now()
    found: list[Ending] = []
    for ending in endings():
        if ending.clock > now or len(found) == limit:
            break
        if ending.on <= now:
            found.append(ending)
    return found


@dataclass(frozen=True)
class Ended:
    """How many clips end, wholly or with their originals, within a time: by a rule that is thought of, and anyway."""

    days: int
    by_it: int
    anyway: int


def would_end(state: str, days: Days, begin: datetime.datetime) -> tuple[Ended, ...]:
    """What a rule for one state would end within a day and within a week after it takes effect."""
    by_it, anyway = {**rules_in_force(), state: days}, rules_in_force()
    ends = [begin + datetime.timedelta(days=each) for each in _SOON]
    counted = [_ending_until(rules, ends) for rules in (by_it, anyway)]
    return tuple(Ended(*each) for each in zip(_SOON, *counted, strict=True))


def _ending_until(rules: Rules, moments: list[datetime.datetime]) -> list[int]:
    """How many clips end until each of these moments, which are in order."""
    first: dict[uuid.UUID, datetime.datetime] = {}
    for ending in endings(rules=rules):
        if ending.clock > moments[-1]:
            break
        first.setdefault(ending.clip, ending.on)
        first[ending.clip] = min(first[ending.clip], ending.on)
    return [sum(on <= moment for on in first.values()) for moment in moments]


def legal_holds(query: str = "", state: str = "") -> QuerySet[LegalHold]:
    """Legal holds, those that wait first, then by the day on which they end. `query` is the id of a clip or its first
    digits, or the pseudonym of a camera or an owner.
    """
    found = LegalHold.objects.all()
    if state:
        found = found.filter(state=state)
    if query:
        typed = query.strip().lower()
        named = Q(target=typed) | Q(owner=typed)
        if span := id_span(typed):
            named |= Q(kind=ScopeKind.CLIP, target__range=[str(each) for each in span])
        found = found.filter(named)
    return found.order_by("ended_at", "until", "pk")


def legal_hold_steps(hold: LegalHold) -> list[Line]:
    """What was done about the legal hold, as the log tells it, oldest first."""
    kinds = (log.LEGAL_HOLD_ASKED, log.LEGAL_HOLD_AGREED, log.LEGAL_HOLD_REFUSED, log.LEGAL_HOLD_EXPIRED)
    entries = LogEntry.objects.filter(subject=hold.owner, action__in=[kind.code for kind in kinds])
    own = [
        entry
        for entry in entries.order_by("occurred_at", "id")
        if json.loads(bytes(entry.canonical))["data"]["hold"] == str(hold.pk)
    ]
    return audit.present(own)


def covering(clip: Clip) -> QuerySet[LegalHold]:
    """The standing legal holds that cover the clip."""
    covers = Q(kind=ScopeKind.CLIP, target=str(clip.public_id))
    covers |= Q(kind=ScopeKind.OWNER, target=clip.owner.pseudonym)
    if clip.device:
        covers |= Q(kind=ScopeKind.DEVICE, target=clip.device.pseudonym)
    return LegalHold.objects.filter(covers, state__in=STANDING)


def placed_on(scope: Scope) -> bool:
    """Whether a legal hold of this very camera or owner stands; `covering` tells of clips."""
    return LegalHold.objects.filter(kind=scope.kind, target=scope.target, state__in=STANDING).exists()


def clips_to_hold(older_than: datetime.timedelta) -> QuerySet[Clip]:
    """Clips that came from a camera or an owner under a legal hold, and are not held for it yet."""
    standing = LegalHold.objects.filter(state__in=STANDING)
    owners = standing.filter(kind=ScopeKind.OWNER).values("target")
    cameras = standing.filter(kind=ScopeKind.DEVICE).values("target")
    stopped = Hold.objects.filter(clip=OuterRef("pk"), reason__in=STOPPED, released_at=None)
    return Clip.objects.filter(
        Q(owner__pseudonym__in=owners) | Q(device__pseudonym__in=cameras),
        ~Exists(stopped),
        received_at__lt=clock.now() - older_than,
    ).order_by("received_at")


def waiting_rules(pseudonym: str) -> int:
    """How many retention rules wait for a decision of somebody else than who asked."""
    return RetentionRule.objects.filter(state=RuleState.PROPOSED).exclude(asked_by=pseudonym).count()


def waiting_holds(pseudonym: str) -> int:
    """How many legal holds wait for a decision of somebody else than who asked."""
    waiting = LegalHold.objects.filter(state__in=("asked", "extension_asked", "release_asked"))
    return waiting.exclude(asked_by=pseudonym).count()


def _accepted() -> QuerySet[Adjudication]:
    return Adjudication.objects.filter(decision=Decision.ACCEPT)


def _upheld() -> QuerySet[Flag]:
    return Flag.objects.filter(state=FlagState.UPHELD)


def _unseen() -> QuerySet[Hold]:
    return Hold.objects.filter(reason__in=UNSEEN, released_at=None)


def _never_labeled() -> QuerySet[Clip]:
    return Clip.objects.filter(~Exists(_accepted().filter(task__clip=OuterRef("pk"))))


# The rows from which a clock runs, the way to their clip (empty: they are clips), and the column where it begins.
_SOURCES: dict[str, tuple[Callable[[], QuerySet[Any]], str, str]] = {
    KeptState.NEVER_LABELED: (_never_labeled, "", "received_at"),
    KeptState.LABELED: (_accepted, "task__clip__", "decided_at"),
    KeptState.UPHELD: (_upheld, "clip__", "decided_at"),
    KeptState.WITHDRAWN: (
        lambda: Consent.objects.filter(withdrawn_at__isnull=False),
        "clip__",
        "withdrawn_at",
    ),
    KeptState.EXPIRED: (Consent.objects.all, "clip__", "until"),
    KeptState.HELD: (_unseen, "clip__", "placed_at"),
}


def _stream(
    state: str, part: str, days: Days, floor: datetime.datetime | None
) -> Iterator[tuple[datetime.datetime, uuid.UUID, str, str]]:
    """The ends by one rule, in order, not before `floor`."""
    rows, path, column = _SOURCES[state]
    time = datetime.timedelta(days=days.of(part))
    stopped = Hold.objects.filter(reason__in=STOPPED, released_at=None).values("clip")
    found = rows().exclude(**{f"{path}pk__in": stopped}).filter(**{f"{path}pk__isnull": False})
    if part == Part.ORIGINAL:
        found = found.filter(**{f"{path}original__isnull": False})
    if floor:
        found = found.filter(**{f"{column}__gte": floor - time})
    ordered = found.order_by(column, f"{path}pk").values_list(column, f"{path}pk")
    for since, clip in ordered.iterator(chunk_size=_BATCH):
        yield since + time, clip, str(part), str(state)


def _moments(rows: QuerySet[Any], path: str, when: Any) -> dict[uuid.UUID, datetime.datetime]:
    return {row[path]: row["moment"] for row in rows.values(path).order_by().annotate(moment=when)}
