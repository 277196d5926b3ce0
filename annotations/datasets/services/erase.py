"""Erasing a clip from the releases that hold it."""

from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Max

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.datasets import log, selectors
from annotations.datasets.enums import MarkReason
from annotations.datasets.exports import manifest
from annotations.datasets.models import (
    DeletionRequest,
    Download,
    Exclusion,
    ExportFile,
    Mark,
    Release,
    ReleaseItem,
)
from annotations.datasets.services.marks import retire_files

BATCH = 500


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Leaves of the clip's items their commitments only; how many items, files, exclusions and requests there were.

    Nothing may take the clip any more: it is under a hold that is final. Whoever downloaded a file of a release that
    holds the clip is asked to delete it. The files go once the transaction has committed; what a killed process left
    of them goes when this is called again, which does nothing else.
    """
    lock_clip(clip.pk)
    releases = list(
        Release.objects.select_for_update(of=("self",))
        .filter(pk__in=ReleaseItem.objects.filter(clip=clip).values("release"))
        .select_related("dataset__project")
        .order_by("pk")
    )
    done = dict.fromkeys(("release_items", "export_files", "exclusions", "deletion_requests"), 0)
    done["exclusions"] = Exclusion.objects.filter(clip=clip).count()
    for release in releases:
        done["export_files"] += len(retire_files(release, actor))
        for item in ReleaseItem.objects.filter(release=release, clip=clip, erased_at=None):
            _commit_to_items(release, actor)
            done["deletion_requests"] += _ask_to_delete(item, clip, actor)
            _bury(item, clip, actor)
            done["release_items"] += 1
    if any(done.values()):
        audit.append(log.ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data=done)
        Exclusion.objects.filter(clip=clip).delete()
    _delete_files(releases)
    return done


def _commit_to_items(release: Release, actor: Actor) -> None:
    """Gives a manifest of layout 1 the second one: once an item is gone, its digest cannot be recomputed any more."""
    if release.manifest_version >= manifest.COMMITTED:
        return
    items = ReleaseItem.objects.filter(release=release).order_by("position").defer("annotation", "rendition")
    pending = list(items)
    for item in pending:
        item.salt = manifest.new_salt()
        item.commitment = manifest.commitment(item.manifest or {}, item.salt)
    ReleaseItem.objects.bulk_update(pending, ["salt", "commitment"], batch_size=BATCH)
    release.formerly, release.manifest_version = release.manifest_sha256, manifest.COMMITTED
    release.manifest_sha256 = selectors.manifest_digest(release)
    release.save(update_fields=["formerly", "manifest_version", "manifest_sha256"])
    data = {"release": str(release.pk), "formerly": release.formerly, "manifest": release.manifest_sha256}
    audit.append(log.REISSUED, actor, data=data)


def _ask_to_delete(item: ReleaseItem, clip: Clip, actor: Actor) -> int:
    """Asks everybody once who downloaded a file of the item's release; how many."""
    commitment = ReleaseItem.objects.values_list("commitment", flat=True).get(pk=item.pk)
    held = Download.objects.filter(file__release=item.release_id)
    recipients = held.values("by").annotate(last=Max("at")).order_by("by")
    for recipient in recipients:
        last = held.filter(by=recipient["by"], at=recipient["last"]).order_by("-id")[0]
        DeletionRequest.objects.create(item=item, download=last, person=recipient["by"])
        audit.append(
            log.DELETION_REQUESTED,
            actor,
            clip=clip.public_id,
            subject=clip.owner.pseudonym,
            data={
                "release": str(item.release_id),
                "commitment": commitment,
                "person": recipient["by"],
            },
        )
    return len(recipients)


def _bury(item: ReleaseItem, clip: Clip, actor: Actor) -> None:
    """Makes the item a tombstone, under the one mark that says why."""
    ReleaseItem.objects.filter(pk=item.pk).update(
        annotation=None, rendition=None, manifest=None, salt=None, erased_at=clock.now()
    )
    item.refresh_from_db()
    Mark.objects.filter(item=item).delete()
    Mark.objects.create(item=item, reason=MarkReason.ERASED)
    audit.append(
        log.ITEM_ERASED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"release": str(item.release_id), "commitment": item.commitment},
    )


def _delete_files(releases: list[Release]) -> None:
    files = ExportFile.objects.filter(release__in=releases, destroyed_at__isnull=False)
    names = list(files.values_list("name", flat=True))

    def delete() -> None:
        for name in names:
            storages["exports"].delete(name)

    transaction.on_commit(delete)
