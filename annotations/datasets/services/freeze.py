"""Freezing a release: the gate decides, the items are written, the files are made."""

import datetime
import uuid
from contextlib import suppress

from django.conf import settings
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.clips.models import Clip
from annotations.core import clock, ids, runs
from annotations.core.errors import Conflict, DomainError
from annotations.core.models import RunState
from annotations.redaction.models import Rendition
from annotations.review.models import Annotation
from annotations.vision.errors import VisionError

from .. import log, selectors
from ..exports import manifest
from ..models import Exclusion, Release, ReleaseItem
from ..rules import tally
from . import files

LEASE = datetime.timedelta(seconds=90)
# Another attempt cures none of these.
LASTING = frozenset({"release_withdrawn", "nothing_passes", "labels_damaged", "rendition_damaged"})


def freeze(release_id: uuid.UUID | str) -> None:
    """Claims the release and does what is left of it. Killed at any point, a later attempt goes on.

    Contract of the stage: needs a requested release; leaves its items, exclusions and manifest digest (written
    once, in one transaction), then its files, or a failure that says why; files that count for nothing are
    deleted.
    """
    release = runs.claim(Release, release_id, LEASE)
    if release is None:
        _give_up(release_id)
        return
    with suppress(runs.LostLease):  # another worker has it; what was made here was deleted
        try:
            if release.frozen_at is None:
                _fix(release)
            files.make(release, LEASE)
        except DomainError as error:
            _fail(release, error.code, error.message)
        except VisionError as error:
            _fail(release, "rendition_damaged", str(error))
        except OSError as error:
            _fail(release, "storage_failed", str(error))


@transaction.atomic
def _fix(release: Release) -> None:
    """Asks the gate and writes what goes in and what stays out, for good."""
    project, filters = release.dataset.project, release.chosen
    # Holding a clip takes the lock on its row: it now waits for this transaction, and then finds the item to mark.
    candidates = selectors.passing(project, filters).order_by("pk")
    list(candidates.select_for_update(of=("self",), no_key=True).values_list("pk"))
    chosen = selectors.passing(project, filters)
    clips = list(chosen.select_related("owner", "consent").order_by("public_id"))
    if not clips:
        raise Conflict(
            "nothing_passes", "The gate lets no clip through any more, so the release would be empty."
        )
    labels = {
        annotation.assignment.clip_id: annotation
        for annotation in selectors.wanted(project, filters).select_related("schema", "assignment__reviewer")
    }
    renditions = {
        rendition.clip_id: rendition for rendition in Rendition.objects.filter(current=True, clip__in=chosen)
    }
    items = [
        _item(release, position, clip, labels[clip.pk], renditions[clip.pk])
        for position, clip in enumerate(clips)
    ]
    ReleaseItem.objects.bulk_create(items, batch_size=500)
    stayed_out = [
        Exclusion(release=release, clip_id=clip, reasons=reasons)
        for clip, reasons in selectors.left_out(project, filters)
    ]
    Exclusion.objects.bulk_create(stayed_out, batch_size=500)
    release.frozen_at = clock.now()
    release.manifest_sha256 = manifest.digest(release, [item.manifest for item in items])
    release.left_out = tally((reason, 1) for each in stayed_out for reason in each.reasons)
    written = Release.objects.filter(pk=release.pk, token=release.token, frozen_at=None).update(
        frozen_at=release.frozen_at, manifest_sha256=release.manifest_sha256, left_out=release.left_out
    )
    if not written:
        raise runs.LostLease(str(release.pk))
    _log_frozen(release, items, len(stayed_out))


def _item(
    release: Release, position: int, clip: Clip, annotation: Annotation, rendition: Rendition
) -> ReleaseItem:
    return ReleaseItem(
        release=release,
        clip=clip,
        annotation=annotation,
        rendition=rendition,
        position=position,
        manifest=manifest.item(clip, annotation, rendition),
    )


def _log_frozen(release: Release, items: list[ReleaseItem], stayed_out: int) -> None:
    for item in items:
        audit.append(
            log.INCLUDED,
            WORKER,
            clip=item.clip.public_id,
            subject=item.clip.owner.pseudonym,
            purpose="training",
            data={
                "release": str(release.pk),
                "rendition": item.rendition.sha256,
                "labels": item.annotation.sha256,
            },
        )
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


def _fail(release: Release, code: str, message: str) -> None:
    if code in LASTING or release.attempts >= settings.RUN_ATTEMPTS:
        _park(release, code, message)
        return
    Release.objects.filter(pk=release.pk, token=release.token).update(
        failure_code=code, failure_message=message
    )
    runs.release(release)


@transaction.atomic
def _park(release: Release, code: str, message: str) -> None:
    runs.finish(release, RunState.FAILED, code=code, message=message)
    audit.append(
        log.FAILED, WORKER, data={"release": str(release.pk), "code": code, "attempts": release.attempts}
    )


def _give_up(release_id: uuid.UUID | str) -> None:
    """Parks the release when its attempts are used up although nobody reported a failure."""
    spent = selectors.standing_still(datetime.timedelta()).filter(
        pk=release_id, attempts__gte=settings.RUN_ATTEMPTS
    )
    if not (release := spent.first()):
        return
    token = ids.random_id()
    taken = spent.filter(token=release.token).update(
        state=RunState.RUNNING, token=token, lease_until=clock.now() + LEASE
    )
    if taken:
        release.token = token
        reason = (
            release.failure_message or "The worker was stopped each time; the release may be too much for it."
        )
        _park(release, release.failure_code or "worker_lost", reason)
