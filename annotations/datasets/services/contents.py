"""What a release holds: drafted without any lock, then fixed in one short transaction through the gate."""

import uuid
from collections.abc import Iterator
from typing import Any

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.audit.canonical import timestamp
from annotations.clips.models import Clip
from annotations.core import clock, runs
from annotations.core.errors import Conflict
from annotations.core.stages import Heartbeat
from annotations.datasets import log, selectors
from annotations.datasets.exports import manifest
from annotations.datasets.models import Exclusion, Release, ReleaseItem
from annotations.datasets.rules import tally
from annotations.redaction.models import Rendition
from annotations.review.models import Annotation

BATCH = 500


def fix(release: Release, heartbeat: Heartbeat) -> None:
    """Writes for good what goes in and what stays out. Conflict `nothing_passes`; LostLease.

    Reading and hashing thousands of clips takes a while, so it comes before the transaction. What was accepted since
    belongs to the next release; what may not be used any more is dropped.
    """
    heartbeat.at("gate", 0, 0)
    items = list(_drafted(release, heartbeat))
    heartbeat.renew(extra=clock.seconds(len(items) / 50))
    _write(release, items)


def _drafted(release: Release, heartbeat: Heartbeat) -> Iterator[ReleaseItem]:
    """The items of all clips that pass now, in the order of their public ids."""
    project, filters = release.dataset.project, release.chosen
    keys = selectors.passing(project, filters).order_by("public_id").values_list("pk", flat=True)
    pending = list(keys)
    for start in range(0, len(pending), BATCH):
        heartbeat.renew()
        batch = pending[start : start + BATCH]
        clips = Clip.objects.filter(pk__in=batch).select_related("owner", "consent").order_by("public_id")
        labels = selectors.wanted(project, filters).select_related(
            "schema", "assignment__reviewer", "assignment"
        )
        by_clip = {
            each.assignment.clip_id: each for each in labels.filter(assignment__clip__in=batch).order_by()
        }
        current = Rendition.objects.filter(current=True, clip__in=batch).defer("presentation_times")
        renditions = {rendition.clip_id: rendition for rendition in current}
        for clip in clips:
            if clip.pk in renditions and clip.pk in by_clip:
                yield _item(release, clip, by_clip[clip.pk], renditions[clip.pk])


def _item(release: Release, clip: Clip, annotation: Annotation, rendition: Rendition) -> ReleaseItem:
    told, salt = _manifest(clip, annotation, rendition), manifest.new_salt()
    return ReleaseItem(
        release=release,
        clip=clip,
        annotation=annotation,
        rendition=rendition,
        manifest=told,
        salt=salt,
        commitment=manifest.commitment(told, salt),
    )


def _manifest(clip: Clip, annotation: Annotation, rendition: Rendition) -> dict[str, Any]:
    """The clip's part of the manifest: random ids, digests, and the consent it rests on. No names, no free text."""
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


@transaction.atomic
def _write(release: Release, drafted: list[ReleaseItem]) -> None:
    project, filters = release.dataset.project, release.chosen
    # Holding a clip takes the lock on its row: it now waits for this transaction, and then finds the item to mark.
    candidates = selectors.passing(project, filters).order_by("pk")
    list(candidates.select_for_update(of=("self",), no_key=True).values_list("pk"))
    passing = _renditions_that_pass(release)
    items = [item for item in drafted if passing.get(item.clip_id) == item.rendition_id]
    if not items:
        raise Conflict(
            "nothing_passes", "The gate lets no clip through any more, so the release would be empty."
        )
    for position, item in enumerate(items):
        item.position = position
    ReleaseItem.objects.bulk_create(items, batch_size=BATCH)
    stayed_out = [
        Exclusion(release=release, clip_id=clip, reasons=reasons)
        for clip, reasons in selectors.left_out(project, filters)
    ]
    Exclusion.objects.bulk_create(stayed_out, batch_size=BATCH)
    release.frozen_at = clock.now()
    release.manifest_version = manifest.COMMITTED
    release.manifest_sha256 = manifest.digest(
        selectors.described(release), [item.commitment for item in items]
    )
    release.left_out = tally((reason, 1) for each in stayed_out for reason in each.reasons)
    written = Release.objects.filter(pk=release.pk, token=release.token, frozen_at=None).update(
        frozen_at=release.frozen_at,
        manifest_version=release.manifest_version,
        manifest_sha256=release.manifest_sha256,
        left_out=release.left_out,
    )
    if not written:
        raise runs.LostLease(str(release.pk))
    _log(release, items, len(stayed_out))


def _renditions_that_pass(release: Release) -> dict[uuid.UUID, uuid.UUID]:
    """The current rendition of each clip that passes at this moment."""
    passing = selectors.passing(release.dataset.project, release.chosen).order_by()
    current = Rendition.objects.filter(current=True, clip__in=passing.values("pk"))
    return dict(current.values_list("clip_id", "pk"))


def _log(release: Release, items: list[ReleaseItem], stayed_out: int) -> None:
    included = (
        audit.ClipAct(
            item.clip.public_id,
            item.clip.owner.pseudonym,
            {"release": str(release.pk), "commitment": item.commitment},
        )
        for item in items
    )
    audit.append_each(log.INCLUDED, WORKER, included, purpose="training")
    audit.append(
        log.FROZEN,
        WORKER,
        purpose="training",
        data={
            "dataset": str(release.dataset_id),
            "release": str(release.pk),
            "number": release.number,
            "clips": len(items),
            "left_out": stayed_out,
            "manifest": release.manifest_sha256,
        },
    )
