"""What officers and owners read, out of every context."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from annotations.accounts.models import User
from annotations.audit import selectors as audit
from annotations.audit.selectors import Line
from annotations.clips.enums import HoldReason
from annotations.clips.models import Clip, Hold, Owner
from annotations.datasets import selectors as datasets
from annotations.datasets.models import Download, ReleaseItem

from .viewings import Viewing, viewings

# Stands on the log, and in searches, for what was typed and names nobody: typed text never reaches the log.
UNKNOWN = "unknown"

_DIGITS = re.compile(r"[0-9a-f]{6,32}")

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
    """The clips whose public id is or begins like this, or all of the owner of this pseudonym, newest first."""
    clips = clips_with_holds().order_by("-received_at", "-pk")
    if span := id_span(query):
        return clips.filter(public_id__range=span)
    return clips.filter(owner__pseudonym=query.lower())


def clip_ids(query: str) -> list[uuid.UUID]:
    """Public ids that are or begin like this: none, one, or two when there are several."""
    span = id_span(query)
    return (
        list(Clip.objects.filter(public_id__range=span).values_list("public_id", flat=True)[:2])
        if span
        else []
    )


def id_span(text: str) -> tuple[uuid.UUID, uuid.UUID] | None:
    """The first and the last id that begin with these digits, at least six and in any case; None for other text."""
    digits = text.replace("-", "").lower()
    if not _DIGITS.fullmatch(digits):
        return None
    return uuid.UUID(digits.ljust(32, "0")), uuid.UUID(digits.ljust(32, "f"))


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
    """The pseudonym of whoever was typed as user name (in any case) or pseudonym; UNKNOWN, which nobody has, else."""
    named = dict(User.objects.filter(username__iexact=person).values_list("username", "pseudonym"))
    if person in named or len(named) == 1:
        return named.get(person) or named.popitem()[1]
    known = User.objects.filter(pseudonym=person.lower()).exists() or audit.names(person.lower())
    return person.lower() if known else UNKNOWN


def owner_pseudonym(owner: str) -> str:
    """The pseudonym of the owner who was typed, in any case; UNKNOWN, which nobody has, when there is none."""
    known = Owner.objects.filter(pseudonym=owner.lower()).exists() or audit.names(owner.lower())
    return owner.lower() if known else UNKNOWN


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
