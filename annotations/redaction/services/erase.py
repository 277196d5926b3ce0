"""Erasing what the machine pass made of a clip."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.redaction import log
from annotations.redaction.models import HiddenTrack, RedactionRun, Rendition, TrainingExample, Unredaction


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Deletes the clip's renditions, passes, hidden regions, unredactions and training examples; how many of each.

    A pass that is under way loses its run, and leaves nothing. The caller deletes the files, or the next sweep does.
    Labels and items of releases that rest on them are erased before: ProtectedError otherwise.
    """
    lock_clip(clip.pk)
    rows = _rows(clip)
    found = {name: each.count() for name, each in rows.items()}
    if not any(found.values()):
        return found
    audit.append(log.ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data=found)
    RedactionRun.objects.filter(clip=clip).update(built_on=None)
    for each in rows.values():
        each.delete()
    return found


def _rows(clip: Clip) -> dict[str, QuerySet[Any]]:
    """In an order in which they can be deleted."""
    return {
        "training_examples": TrainingExample.objects.filter(clip=clip),
        "unredactions": Unredaction.objects.filter(clip=clip),
        "renditions": Rendition.objects.filter(clip=clip),
        "hidden_regions": HiddenTrack.objects.filter(run__clip=clip),
        "runs": RedactionRun.objects.filter(clip=clip),
    }
