"""Who saw a clip, made out of its log entries. Pure."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotations.audit.selectors import Line
from annotations.clips import log as clips
from annotations.moderation import log as moderation
from annotations.redaction import log as redaction
from annotations.review import log as review

# Entries of one person for one purpose that lie closer together than this belong to one viewing.
PAUSE = datetime.timedelta(minutes=30)

_KINDS = {
    redaction.GRANTED.code,
    redaction.SERVED.code,
    moderation.POSTER_SERVED.code,
    review.WATCHED.code,
}
# What a reviewer does with a clip that is on their screen.
_WORK = {
    review.WATCHED.code,
    review.EXTENDED.code,
    review.SUBMITTED.code,
    review.SKIPPED.code,
    review.FLAGGED.code,
    review.MISSED_FACE.code,
}


@dataclass
class Viewing:
    """One person at one clip, once. What was delivered is the server's own knowledge; `watched` (ascending ranges of
    milliseconds on the clip's own line of time) is what the viewer's browser claims. `fetched_ahead`: it was delivered
    to a reviewer from whom it was taken before anything told that it was on their screen.
    """

    actor: str
    role: str
    purpose: str
    began: datetime.datetime
    ended: datetime.datetime
    delivered: bool = False
    blurred: bool = True
    fetched_ahead: bool = False
    watched: list[tuple[int, int]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How much of the clip was watched, as claimed."""
        return sum(end - start for start, end in self.watched) / 1000


def viewings(lines: Iterable[Line]) -> list[Viewing]:
    """The viewings told by a clip's entries (oldest first). A grant whose bytes were never fetched is one too, with
    `delivered` False.
    """
    lines = list(lines)
    found = _found(lines)
    for viewing in found:
        viewing.fetched_ahead = viewing.delivered and _never_shown(viewing, lines)
    return found


def _never_shown(viewing: Viewing, lines: list[Line]) -> bool:
    """The labeling page fetches the next clip while its reviewer works on another one."""
    theirs = {
        line.data["assignment"]
        for line in lines
        if line.entry.action == review.CLAIMED.code and line.entry.actor == viewing.actor
    }
    later = [line for line in lines if line.entry.occurred_at >= viewing.began]
    taken_away = any(
        line.entry.action == clips.HELD.code
        or (line.entry.action == review.EXPIRED.code and line.data["assignment"] in theirs)
        for line in later
    )
    worked = any(line.entry.actor == viewing.actor and line.entry.action in _WORK for line in later)
    return bool(theirs) and taken_away and not worked


def _found(lines: list[Line]) -> list[Viewing]:
    found: list[Viewing] = []
    open_: dict[tuple[str, bool], Viewing] = {}
    for line in lines:
        entry = line.entry
        if entry.action not in _KINDS:
            continue
        blurred = entry.action == moderation.POSTER_SERVED.code
        viewing = open_.get((entry.actor, blurred))
        if viewing is None or entry.occurred_at - viewing.ended > PAUSE:
            viewing = Viewing(
                entry.actor,
                entry.actor_role,
                entry.purpose,
                entry.occurred_at,
                entry.occurred_at,
                blurred=blurred,
            )
            open_[entry.actor, blurred] = viewing
            found.append(viewing)
        viewing.ended = entry.occurred_at
        viewing.purpose = viewing.purpose or entry.purpose
        if entry.action == moderation.POSTER_SERVED.code or (
            entry.action == redaction.SERVED.code and line.data["range"] != "none"
        ):
            viewing.delivered = True
        if entry.action == review.WATCHED.code:
            viewing.watched = _merged(
                [*viewing.watched, *((start, end) for start, end in line.data["ranges"])]
            )
    return found


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
