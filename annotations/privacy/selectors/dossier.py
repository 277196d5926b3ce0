"""Everything that the site knows of one clip."""

from dataclasses import dataclass
from typing import Any

from annotations.audit import selectors as audit
from annotations.audit.selectors import Line
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Hold
from annotations.datasets import selectors as datasets
from annotations.datasets.models import Download, ReleaseItem

from ..viewings import Viewing, viewings
from .people import Person, people


@dataclass(frozen=True)
class Dossier:
    """Everything that the site knows of one clip, but not its content."""

    clip: Clip
    lines: list[Line]
    holds: list[Hold]
    viewings: list[Viewing]
    releases: list[ReleaseItem]
    downloads: list[Download]
    people: dict[str, Person]


def dossier(clip: Clip) -> Dossier:
    lines = audit.of_clip(clip.public_id)
    downloads = list(datasets.downloads_with(clip))
    return Dossier(
        clip=clip,
        lines=lines,
        holds=list(clip.holds.order_by("placed_at", "id")),
        viewings=viewings(lines),
        releases=list(datasets.of_clip(clip)),
        downloads=downloads,
        people=people({line.entry.actor for line in lines} | {download.by for download in downloads}),
    )


def tone(line: Line) -> str:
    """The style sheet's tone of an entry on a line of time."""
    return _TONES.get(line.entry.action, "")


def hold_rows(holds: list[Hold]) -> list[dict[str, Any]]:
    return [{"hold": hold, "reason": HoldReason(hold.reason).label} for hold in holds]


_TONES = {
    "clip.held": "warn",
    "clip.hold_lifted": "ok",
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
    "dataset.clip_marked": "bad",
}
