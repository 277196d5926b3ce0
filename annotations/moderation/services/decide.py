"""A lead decides on a flag."""

import uuid

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.services import release_hold
from annotations.core import clock
from annotations.core.errors import Invalid
from annotations.core.reasons import checked_reason
from annotations.moderation import log
from annotations.moderation.enums import FlagSource, FlagState
from annotations.moderation.models import Flag
from annotations.moderation.rules import FLAGS
from annotations.moderation.services.flag import HOLDS
from annotations.moderation.services.recheck import request_recheck

_ENTRIES = {"uphold": log.UPHELD, "dismiss": log.DISMISSED}


@transaction.atomic
def decide(flag_id: uuid.UUID, action: str, reason: str, actor: Actor) -> Flag:
    """`uphold` keeps the clip out for good, and others of the same moment are looked for; `dismiss` frees it once no
    other flag stands. Raises Invalid `unknown_decision`, `reason_too_short` or `reason_too_long`.
    """
    reason = checked_reason(reason)
    if action not in _ENTRIES:
        raise Invalid("unknown_decision", "Uphold the flag or dismiss it.")
    lock_clip(Flag.objects.only("clip_id").get(pk=flag_id).clip_id)
    flag = Flag.objects.select_related("clip__owner").get(pk=flag_id)
    flag.state = FLAGS.target(flag.state, action, actor)
    flag.decided_by, flag.decided_at = actor.pseudonym, clock.now()
    flag.save(update_fields=["state", "decided_by", "decided_at"])
    clip = flag.clip
    audit.append(
        _ENTRIES[action],
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"flag": str(flag.pk), "category": flag.category},
        detail={"reason": reason},
    )
    if flag.state == FlagState.UPHELD:
        request_recheck(flag=flag)
    standing = Flag.objects.filter(
        clip=clip, source=flag.source, state__in=[FlagState.OPEN, FlagState.UPHELD]
    )
    if not standing.exists():
        release_hold(clip, HOLDS[FlagSource(flag.source)], actor)
    return flag
