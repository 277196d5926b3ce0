"""Erasing a clip from the releases that hold it."""

from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.datasets import log
from annotations.datasets.models import Exclusion, ExportFile, Mark, ReleaseItem


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Destroys the files of every release that holds the clip, and deletes its items; how many of each."""
    lock_clip(clip.pk)
    items, exclusions = ReleaseItem.objects.filter(clip=clip), Exclusion.objects.filter(clip=clip)
    files = ExportFile.objects.filter(release__items__clip=clip, destroyed_at=None)
    names = list(files.values_list("name", flat=True))
    found = {
        "release_items": items.count(),
        "export_files": len(names),
        "exclusions": exclusions.count(),
    }
    if not any(found.values()):
        return found
    audit.append(log.ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data=found)
    ExportFile.objects.filter(name__in=names).update(destroyed_at=clock.now())
    Mark.objects.filter(item__clip=clip).delete()
    items.delete()
    exclusions.delete()
    for name in names:
        storages["exports"].delete(name)
    return found
