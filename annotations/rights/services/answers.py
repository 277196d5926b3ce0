"""Compiled answers to access requests tell of every clip of an owner, so they go with any of them."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.rights import log
from annotations.rights.models import AccessRequest


@transaction.atomic
def erase_answers(clip: Clip, actor: Actor) -> dict[str, int]:
    """Destroys the compiled answers to the clip's owner; how many. A request that is open is compiled again."""
    # All of them are locked: whoever is just sealing one ends before, and what they sealed goes as well.
    requests = AccessRequest.objects.select_for_update().filter(subject=clip.owner.pseudonym)
    compiled = [request for request in requests if request.sealed is not None]
    found = {"answers": len(compiled)}
    if compiled:
        audit.append(log.ANSWERS_ERASED, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data=found)
        AccessRequest.objects.filter(pk__in=[request.pk for request in compiled]).update(sealed=None)
    return found
