"""Making renditions again whose files are not there, as after a restore: backups leave them out."""

from django.core.files.storage import storages
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip
from annotations.redaction import log
from annotations.redaction.models import RedactionRun, Rendition
from annotations.redaction.services.request import UNFINISHED, request, withdraw_rendition


@transaction.atomic
def remake(clip: Clip, actor: Actor) -> RedactionRun | None:
    """Asks for the whole pass anew where the file of the clip's rendition is not there; None where nothing lacks.

    The clip is held until then. What people drew, unredacted and ordered stays. Where the original is gone as well,
    the pass fails with `original_gone` and the clip stays held. Raises Conflict `clip_erased`.
    """
    lock_clip(clip.pk)
    rendition = Rendition.objects.select_related("run").filter(clip=clip, current=True).first()
    if rendition is None or storages["renditions"].exists(rendition.name):
        return None
    if RedactionRun.objects.filter(clip=clip, state__in=UNFINISHED).exists():
        return None
    audit.append(
        log.FILE_LOST,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"rendition": str(rendition.pk)},
    )
    withdraw_rendition(rendition, actor)
    return request(clip, actor, rendition.run.missed_regions, strict=rendition.run.strict)
