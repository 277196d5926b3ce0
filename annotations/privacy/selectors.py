"""What officers and owners read, out of every context."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet

from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.selectors import Line
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Hold
from annotations.datasets import selectors as datasets
from annotations.datasets.models import Download, ReleaseItem

from .viewings import Viewing, viewings

OPEN_HOLDS = Prefetch(
    "holds", Hold.objects.filter(lifted_at=None).order_by("placed_at", "id"), to_attr="open_holds"
)


@dataclass(frozen=True)
class Person:
    """An account as officers see it; what is unknown of a pseudonym is empty."""

    pseudonym: str
    username: str = ""
    country: str = ""


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


def clips_with_holds() -> QuerySet[Clip]:
    return Clip.objects.select_related("owner", "consent").prefetch_related(OPEN_HOLDS)


def clip(public_id: uuid.UUID) -> Clip | None:
    return clips_with_holds().filter(public_id=public_id).first()


def find(query: str) -> QuerySet[Clip]:
    """The clip of this public id, or all clips of the owner of this pseudonym, newest first."""
    clips = clips_with_holds().order_by("-received_at", "-pk")
    try:
        return clips.filter(public_id=uuid.UUID(query))
    except (ValueError, ValidationError):
        return clips.filter(owner__pseudonym=query)


def withdrawn() -> QuerySet[Clip]:
    """Clips whose consent was withdrawn, the last one first, with the releases that hold them."""
    items = ReleaseItem.objects.select_related("release__dataset").order_by("release__frozen_at", "id")
    return (
        Clip.objects.select_related("owner", "consent")
        .filter(consent__withdrawn_at__isnull=False)
        .prefetch_related(Prefetch("release_items", items))
        .order_by("-consent__withdrawn_at", "-pk")
    )


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


def people(pseudonyms: set[str]) -> dict[str, Person]:
    """Who is behind these pseudonyms; system actors and owners are nobody with an account."""
    found = User.objects.filter(pseudonym__in=pseudonyms).values_list("pseudonym", "username", "country")
    known = {pseudonym: Person(pseudonym, username, country) for pseudonym, username, country in found}
    return {pseudonym: known.get(pseudonym, Person(pseudonym)) for pseudonym in pseudonyms}


def pseudonym_of(person: str) -> str:
    """The pseudonym that a person typed as user name or pseudonym has; what is unknown is given back."""
    return User.objects.filter(username=person).values_list("pseudonym", flat=True).first() or person


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
