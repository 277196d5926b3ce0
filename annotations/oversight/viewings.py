"""Who saw a clip, made out of its log entries. Pure."""

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from annotations.audit.models import LogEntry
from annotations.audit.selectors import Line
from annotations.break_glass import log as break_glass
from annotations.clips import log as clips
from annotations.clips.enums import Purpose
from annotations.core.intervals import gaps, merged
from annotations.moderation import log as moderation
from annotations.redaction import log as redaction
from annotations.review import log as review

# Entries of one person for one purpose that lie closer together than this belong to one viewing.
PAUSE = datetime.timedelta(minutes=30)


class ViewingKind(StrEnum):
    """How the clip was seen."""

    REDACTED = "redacted"
    PICTURES = "pictures"
    BLURRED = "blurred"
    REVEALED = "revealed"
    BREAK_GLASS = "break_glass"


# The entries that tell of views. A rendition that was granted and served for moderation is a reveal (`_kind_of`).
KINDS = {
    redaction.GRANTED.code: ViewingKind.REDACTED,
    redaction.SERVED.code: ViewingKind.REDACTED,
    review.WATCHED.code: ViewingKind.REDACTED,
    moderation.POSTER_SERVED.code: ViewingKind.BLURRED,
    redaction.REGION_SHOWN.code: ViewingKind.PICTURES,
    break_glass.GRANTED.code: ViewingKind.BREAK_GLASS,
    break_glass.SERVED.code: ViewingKind.BREAK_GLASS,
    break_glass.WATCHED.code: ViewingKind.BREAK_GLASS,
}
# Of these, the ones after which nothing was on a screen yet.
_PROMISES = {redaction.GRANTED.code, break_glass.GRANTED.code}
_DELIVERIES = {redaction.SERVED.code, break_glass.SERVED.code}
_CLAIMS = {review.WATCHED.code, break_glass.WATCHED.code}
# What a reviewer does with a clip that is on their screen.
_WORK = {
    review.WATCHED.code,
    review.EXTENDED.code,
    review.SUBMITTED.code,
    review.SKIPPED.code,
    review.FLAGGED.code,
    *review.MISSED_REGIONS.codes,
}


# All that must be known of a clip to tell who saw it.
TOLD_BY = sorted({*KINDS, *_WORK, review.CLAIMED.code, review.EXPIRED.code, clips.HELD.code})

_SENT = re.compile(r"(\d+)-(\d+) of (\d+)")


@dataclass
class Viewing:
    """One person at one clip, once. What was delivered is the server's own knowledge; `watched` (ascending ranges of
    milliseconds on the clip's own line of time) is what the viewer's browser claims. `fetched_ahead`: it was delivered
    to a reviewer from whom it was taken before anything told that it was on their screen. `sent` are the bytes that
    were delivered, as ascending ranges of thousandths of the file; `count` is how often the server delivered.
    """

    actor: str
    role: str
    purpose: str
    began: datetime.datetime
    ended: datetime.datetime
    kind: ViewingKind = ViewingKind.REDACTED
    delivered: bool = False
    fetched_ahead: bool = False
    count: int = 0
    watched: list[tuple[int, int]] = field(default_factory=list)
    sent: list[tuple[int, int]] = field(default_factory=list)

    @property
    def blurred(self) -> bool:
        return self.kind == ViewingKind.BLURRED

    @property
    def pictures(self) -> bool:
        return self.kind == ViewingKind.PICTURES

    @property
    def unredacted(self) -> bool:
        return self.kind == ViewingKind.BREAK_GLASS

    @property
    def seconds(self) -> float:
        """How much of the clip was watched, as claimed."""
        return sum(end - start for start, end in self.watched) / 1000


def viewings(lines: Iterable[Line]) -> list[Viewing]:
    """The viewings told by a clip's entries (oldest first). A grant whose bytes were never fetched is one too, with
    `delivered` False.
    """
    lines = list(lines)
    found, fetching = _found(lines), _Fetching(lines)
    for viewing in found:
        viewing.fetched_ahead = viewing.delivered and fetching.never_shown(viewing)
    return found


class _Fetching:
    """The labeling page fetches the next clip while its reviewer works on another one."""

    def __init__(self, lines: list[Line]) -> None:
        self.claimed: dict[str, set[str]] = defaultdict(set)  # each person's assignments
        self.last_work: dict[str, datetime.datetime] = {}
        self.last_expired: dict[str, datetime.datetime] = {}  # by assignment
        self.last_held: datetime.datetime | None = None
        for line in lines:
            entry = line.entry
            if entry.action == review.CLAIMED.code:
                self.claimed[entry.actor].add(line.data["assignment"])
            elif entry.action == review.EXPIRED.code:
                self.last_expired[line.data["assignment"]] = entry.occurred_at
            elif entry.action == clips.HELD.code:
                self.last_held = entry.occurred_at
            elif entry.action in _WORK:
                self.last_work[entry.actor] = entry.occurred_at

    def never_shown(self, viewing: Viewing) -> bool:
        """Whether the clip was taken from its reviewer before anything told that it was on their screen."""
        theirs = self.claimed.get(viewing.actor)
        if not theirs:
            return False
        expired = (self.last_expired[each] for each in theirs if each in self.last_expired)
        taken = any(moment >= viewing.began for moment in [self.last_held, *expired] if moment)
        worked = self.last_work.get(viewing.actor)
        return taken and (worked is None or worked < viewing.began)


def _found(lines: list[Line]) -> list[Viewing]:
    found: list[Viewing] = []
    running: dict[tuple[str, ViewingKind], Viewing] = {}
    for line in lines:
        entry = line.entry
        if (kind := _kind_of(entry)) is None:
            continue
        viewing = running.get((entry.actor, kind))
        if viewing is None or entry.occurred_at - viewing.ended > PAUSE:
            viewing = Viewing(
                entry.actor,
                entry.actor_role,
                entry.purpose,
                entry.occurred_at,
                entry.occurred_at,
                kind,
            )
            running[entry.actor, kind] = viewing
            found.append(viewing)
        viewing.ended = entry.occurred_at
        viewing.purpose = viewing.purpose or entry.purpose
        _add(viewing, line)
    return found


def _kind_of(entry: LogEntry) -> ViewingKind | None:
    kind = KINDS.get(entry.action)
    return (
        ViewingKind.REVEALED if kind == ViewingKind.REDACTED and entry.purpose == Purpose.MODERATION else kind
    )


def _add(viewing: Viewing, line: Line) -> None:
    """What this entry adds to the viewing."""
    code = line.entry.action
    if code in _CLAIMS:
        ranges = ((start, end) for start, end in line.data["ranges"])
        viewing.watched = merged([*viewing.watched, *ranges])
    elif code in _DELIVERIES:
        if sent := _SENT.fullmatch(line.data["range"]):
            first, last, size = map(int, sent.groups())
            viewing.sent = merged([*viewing.sent, (1000 * first // size, -(-1000 * (last + 1) // size))])
            viewing.delivered, viewing.count = True, viewing.count + 1
    elif code not in _PROMISES:
        viewing.delivered, viewing.count = True, viewing.count + 1


def unseen(viewings: Iterable[Viewing], milliseconds: int) -> list[tuple[int, int]]:
    """The parts of a clip of this length that nobody's browser claims to have shown."""
    return gaps((each for viewing in viewings for each in viewing.watched), milliseconds)


def length(ranges: Iterable[tuple[int, int]]) -> int:
    """Milliseconds that ascending ranges cover."""
    return sum(end - start for start, end in ranges)
