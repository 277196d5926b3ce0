"""Ending what is over by the rules of retention."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.clips import services as clips
from annotations.clips.models import Clip
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.rights import log
from annotations.rights.enums import ErasureCause, ScopeKind
from annotations.rights.retention import selectors
from annotations.rights.retention.enums import Part
from annotations.rights.retention.rules import earliest
from annotations.rights.retention.selectors import Ending
from annotations.rights.scopes import Scope
from annotations.rights.services.erasures import request_erasure, under_order


def erase_due(limit: int = 200) -> int:
    """Ends what is over: an original, or everything by an erasure; how many were ended.

    Each in a transaction of its own, after asking once more; a legal hold that came meanwhile keeps its clip.
    """
    return sum(_end(ending) for ending in selectors.due(limit))


def _end(ending: Ending) -> bool:
    try:
        return _ended(ending)
    except DomainError:
        return False


@transaction.atomic
def _ended(ending: Ending) -> bool:
    """Raises Conflict `legal_hold`, `already_erased`."""
    clip = Clip.objects.select_related("owner", "device").get(pk=ending.clip)
    if under_order(clip):
        return False
    rules = selectors.rules_in_force()
    end, state = earliest(selectors.facts_of([clip.pk])[clip.pk], rules, ending.part)
    if end > clock.now():
        return False
    audit.append(
        log.ENDED,
        WORKER,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"part": ending.part, "state": str(state), "days": rules[state].of(ending.part)},
    )
    if ending.part == Part.ORIGINAL:
        return clips.erase_original(clip, WORKER)
    request_erasure(Scope(ScopeKind.CLIP, str(clip.public_id)), WORKER, ErasureCause.RETENTION)
    return True
