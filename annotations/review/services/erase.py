"""Erasing what people noted down about a clip."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.review import log
from annotations.review.models import Adjudication, Annotation, Assignment, Draft, ReviewTask


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Deletes the clip's drafts, labels, decisions on them, assignments and tasks; how many of each.

    Who labels it at this moment is told that the clip is no longer available. That they worked on it stays on the log.
    Items of releases that hold the labels are erased before: ProtectedError otherwise.
    """
    lock_clip(clip.pk)
    tasks = ReviewTask.objects.filter(clip=clip)
    rows = _rows(clip)
    found = {name: each.count() for name, each in rows.items()}
    if not tasks.exists():
        return found
    audit.append(log.ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data=found)
    for each in rows.values():
        each.delete()
    tasks.delete()
    return found


def _rows(clip: Clip) -> dict[str, QuerySet[Any]]:
    """In an order in which they can be deleted."""
    return {
        "decisions": Adjudication.objects.filter(task__clip=clip),
        "drafts": Draft.objects.filter(assignment__clip=clip),
        "labels": Annotation.objects.filter(assignment__clip=clip),
        "assignments": Assignment.objects.filter(clip=clip),
    }
