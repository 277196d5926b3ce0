"""What becomes of releases when a clip in them may not be used any more."""

import uuid

from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.audit.registry import Action
from annotations.clips import gate
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.datasets import log
from annotations.datasets.enums import FINAL, MarkReason
from annotations.datasets.models import ExportFile, Mark, Release, ReleaseItem


@transaction.atomic
def mark(clip_id: uuid.UUID | str) -> None:
    """Brings the marks of the clip's items into line with its holds, its consent and its rendition.

    When the reason is one that does not go away, the files of the release are destroyed.
    """
    clip = (
        Clip.objects.select_for_update(of=("self",), no_key=True)
        .select_related("owner", "consent")
        .get(pk=clip_id)
    )
    for item in ReleaseItem.objects.filter(clip=clip).select_related("release", "rendition"):
        reasons = _reasons(clip, item)
        there = {each.reason: each for each in Mark.objects.filter(item=item, cleared_at=None)}
        for reason in sorted(reasons - set(there)):
            Mark.objects.create(item=item, reason=reason)
            _log(log.MARKED, clip, item, reason)
        for reason in sorted(set(there) - reasons):
            there[reason].cleared_at = clock.now()
            there[reason].save(update_fields=["cleared_at"])
            _log(log.CLEARED, clip, item, reason)
        if reasons & FINAL:
            destroy_files(item.release, WORKER)


def _reasons(clip: Clip, item: ReleaseItem) -> set[str]:
    if item.rendition is None:  # of what was erased nothing else is told
        return {MarkReason.ERASED}
    reasons = set(gate.reasons(clip.pk))
    ended = clip.consent.withdrawn_at is not None or clip.consent.until <= clock.now()
    if ended and not reasons & FINAL:
        reasons.add(MarkReason.CONSENT_ENDED)
    if not item.rendition.current:
        reasons.add(MarkReason.REDACTED_AGAIN)
    return reasons


def destroy_files(release: Release, actor: Actor) -> None:
    """Deletes the files. Should the transaction not stand after that, the clip is still unmarked and a sweep
    comes here again.
    """
    for file in retire_files(release, actor):
        storages["exports"].delete(file.name)


def retire_files(release: Release, actor: Actor) -> list[ExportFile]:
    """Says of the release's files that they are destroyed, in rows and on the log; the files that there are to delete.

    Downloads lock a file's row as well: each comes before, or is refused.
    """
    files = list(
        ExportFile.objects.select_for_update().filter(release=release, destroyed_at=None).order_by("format")
    )
    if not files:
        return []
    ExportFile.objects.filter(pk__in=[file.pk for file in files]).update(destroyed_at=clock.now())
    audit.append(
        log.DESTROYED,
        actor,
        data={"release": str(release.pk), "files": [str(file.format) for file in files]},
    )
    return files


def _log(kind: Action, clip: Clip, item: ReleaseItem, reason: str) -> None:
    audit.append(
        kind,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"release": str(item.release_id), "reason": str(reason)},
    )
