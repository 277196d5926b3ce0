"""What the labeling page knows of a clip: nothing of its owner or device, and no id that tells of time."""

import datetime

from django.conf import settings
from django.urls import reverse

from annotations.core import clock
from annotations.moderation.enums import FlagCategory
from annotations.redaction import delivery
from annotations.redaction.enums import HiddenKind
from annotations.review import selectors
from annotations.review.answers import Claimed, ClaimedDraft
from annotations.review.body import described
from annotations.review.models import Annotation, Assignment, Draft, LabelSchema
from annotations.review.sealed_words import body_of, draft_body

_ACTIONS = ("media_token", "draft", "submit", "extend", "skip", "flag", "missed_regions", "watched")


def present(assignment: Assignment) -> Claimed:
    """The assignment as the labeling page and the claim answer it; Conflict `clip_held` without a rendition."""
    clip, project = assignment.clip, assignment.project
    rendition = delivery.current(clip)
    schema = LabelSchema.objects.get(project=project, current=True)
    return {
        "id": str(assignment.public_id),
        "lease_until": moment(assignment.lease_until),
        "lease_seconds": settings.REVIEW_LEASE_SECONDS,
        "server_time": clock.now().isoformat(),
        "clip": {
            "id": str(clip.public_id),
            "width": rendition.width,
            "height": rendition.height,
            "frame_rate": rendition.frame_rate,
            "frames": rendition.frames,
            "duration": rendition.frames / rendition.frame_rate,
            "presentation_times": rendition.presentation_times,
            "zones": rendition.run.camera.get("zones", []),
        },
        "project": {"name": project.name, "instructions": project.instructions},
        "schema": {
            "version": schema.version,
            "verdicts": schema.labels["verdicts"],
            "events": schema.labels["events"],
            "tracks": schema.labels["tracks"],
            "skip_reasons": schema.labels["skip_reasons"],
            "flag_categories": [{"code": code, "name": str(name)} for code, name in FlagCategory.choices],
            "hidden_kinds": [{"code": code, "name": str(name)} for code, name in HiddenKind.choices],
        },
        "fields": described(),
        "draft": _draft(assignment),
        "returned_note": selectors.returned_because([assignment.pk]).get(assignment.pk),
        "urls": _urls(assignment),
    }


def address(assignment: Assignment | None) -> str | None:
    """Where the labeling page of the assignment is."""
    return reverse("review:workbench", args=[assignment.public_id]) if assignment else None


def moment(value: datetime.datetime | None) -> str | None:
    """A moment as the API gives it (ISO 8601)."""
    return value.isoformat() if value else None


def _draft(assignment: Assignment) -> ClaimedDraft:
    draft = Draft.objects.select_related("assignment__clip").filter(assignment=assignment).first()
    if draft:
        return {"revision": draft.revision, "body": draft_body(draft)}
    annotations = Annotation.objects.select_related("assignment__clip")
    handed_in = annotations.filter(assignment=assignment, current=True).first()
    return {"revision": 0, "body": body_of(handed_in) if handed_in else None}


def _urls(assignment: Assignment) -> dict[str, str]:
    urls = {name: reverse(f"review:{name}", args=[assignment.public_id]) for name in _ACTIONS}
    return {**urls, "claim": reverse("review:claim"), "home": reverse("review:home")}
