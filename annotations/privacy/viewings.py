"""Who saw a clip, made out of its log entries. Pure."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotations.audit.selectors import Line
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


@dataclass
class Viewing:
    """One person at one clip, once. What was delivered is the server's own knowledge; `watched` (ascending ranges of
    milliseconds on the clip's own line of time) is what the viewer's browser claims.
    """

    actor: str
    role: str
    purpose: str
    began: datetime.datetime
    ended: datetime.datetime
    delivered: bool = False
    blurred: bool = True
    watched: list[tuple[int, int]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """How much of the clip was watched, as claimed."""
        return sum(end - start for start, end in self.watched) / 1000


def viewings(lines: Iterable[Line]) -> list[Viewing]:
    """The viewings told by a clip's entries (oldest first). A grant whose bytes were never fetched is one too, with
    `delivered` False.
    """
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
        if entry.action in (redaction.SERVED.code, moderation.POSTER_SERVED.code):
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
