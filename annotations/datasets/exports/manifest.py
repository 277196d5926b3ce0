"""The manifest: what a release holds, by digests, as canonical JSON (RFC 8785)."""

import hashlib
from typing import Any

from annotations.audit.canonical import canonical, timestamp
from annotations.clips.models import Clip
from annotations.datasets.models import Release
from annotations.redaction.models import Rendition
from annotations.review.models import Annotation

FORMAT = "clip-review-release/1"


def item(clip: Clip, annotation: Annotation, rendition: Rendition) -> dict[str, Any]:
    """One clip's part: random ids, digests, and the consent that it rests on. No names, no free text."""
    consent = clip.consent
    purposes = {"troubleshooting": consent.troubleshooting, "training": consent.training}
    return {
        "clip": str(clip.public_id),
        "rendition": {"sha256": rendition.sha256, "frames": rendition.frames},
        "labels": {
            "annotation": str(annotation.pk),
            "sha256": annotation.sha256,
            "schema": annotation.schema.version,
            "reviewer": annotation.assignment.reviewer.pseudonym if annotation.assignment.reviewer else "",
        },
        "consent": {
            "id": str(consent.pk),
            "notice": consent.notice_version,
            "purposes": [name for name, given in purposes.items() if given],
            "until": timestamp(consent.until),
        },
    }


def manifest(release: Release, items: list[dict[str, Any]]) -> bytes:
    """The whole manifest; the release must be frozen. The same bytes whenever it is made."""
    if release.frozen_at is None:
        raise ValueError("A release has a manifest once it is frozen.")
    dataset = release.dataset
    return canonical(
        {
            "format": FORMAT,
            "dataset": {"id": str(dataset.pk), "name": dataset.name},
            "project": {"id": str(dataset.project_id), "name": dataset.project.name},
            "release": {"id": str(release.pk), "number": release.number},
            "filters": release.filters,
            "requested_by": release.requested_by,
            "frozen_at": timestamp(release.frozen_at),
            "items": items,
        }
    )


def digest(release: Release, items: list[dict[str, Any]]) -> str:
    """SHA-256 of the manifest, in hexadecimal."""
    return hashlib.sha256(manifest(release, items)).hexdigest()
