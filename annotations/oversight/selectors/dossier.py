"""Everything that the site knows of one clip."""

from dataclasses import dataclass
from typing import Any

from annotations.accounts.people import Person, people_by_pseudonym
from annotations.audit import selectors as audit
from annotations.audit.models import LogEntry
from annotations.audit.registry import lookup
from annotations.audit.search import Filters, onward
from annotations.audit.selectors import Line
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Hold
from annotations.datasets import selectors as datasets
from annotations.datasets.models import Download, ReleaseItem
from annotations.oversight.viewings import TOLD_BY, Viewing, unseen, viewings

# Entries of a page of the clip's line of time, and of the whole of it for printing.
PAGE, WHOLE = 100, 5_000


@dataclass(frozen=True)
class Dossier:
    """Everything that the site knows of one clip, but not its content. `lines` are a page of its story, oldest first;
    `next_cursor` begins the next one. `unseen` are the parts that nobody's browser claims to have shown.
    """

    clip: Clip
    lines: list[Line]
    next_cursor: str
    areas: list[str]
    holds: list[Hold]
    viewings: list[Viewing]
    unseen: list[tuple[int, int]]
    releases: list[ReleaseItem]
    downloads: list[Download]
    people: dict[str, Person]

    @property
    def milliseconds(self) -> int:
        return max(1, round(self.clip.duration * 1000))


def dossier(clip: Clip, *, area: str = "", cursor: str = "", whole: bool = False) -> Dossier:
    """`area` narrows the story to the kinds of entries that begin with this word; `whole`: as much as one may print.

    Raises ValueError for a cursor that was not made here.
    """
    filters = Filters(clip=clip.public_id, action=f"{area}.*" if area else "")
    lines, next_cursor = onward(filters, cursor=cursor, size=WHOLE if whole else PAGE)
    downloads = list(datasets.downloads_with(clip))
    seen = viewings(audit.of_clip(clip.public_id, TOLD_BY))
    kinds = LogEntry.objects.filter(clip=clip.public_id).values_list("action", flat=True).distinct()
    actors = {line.entry.actor for line in lines} | {viewing.actor for viewing in seen}
    return Dossier(
        clip=clip,
        lines=lines,
        next_cursor=next_cursor,
        areas=sorted({code.partition(".")[0] for code in kinds}),
        holds=list(clip.holds.order_by("placed_at", "id")),
        viewings=seen,
        unseen=unseen(seen, max(1, round(clip.duration * 1000))),
        releases=list(datasets.of_clip(clip)),
        downloads=downloads,
        people=people_by_pseudonym(actors | {download.by for download in downloads}),
    )


def tone(line: Line) -> str:
    """The style sheet's tone of an entry on a line of time."""
    return _TONES.get(lookup(line.entry.action).code, "")


def hold_rows(holds: list[Hold]) -> list[dict[str, Any]]:
    return [{"hold": hold, "reason": HoldReason(hold.reason).label} for hold in holds]


_TONES = {
    "clip.held": "warn",
    "clip.hold_released": "ok",
    "consent.withdrawn": "bad",
    "consent.expired": "bad",
    "content.flagged": "flag",
    "content.flag_upheld": "flag",
    "redaction.verified": "ok",
    "redaction.exposed": "warn",
    "redaction.failed": "bad",
    "rendition.granted": "accent",
    "rendition.served": "accent",
    "review.watched": "accent",
    "review.accepted": "ok",
    "break_glass.approved": "warn",
    "break_glass.granted": "bad",
    "break_glass.served": "bad",
    "break_glass.watched": "bad",
    "dataset.clip_marked": "bad",
}
