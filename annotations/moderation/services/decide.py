"""A lead decides on a flag."""

import uuid

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips.locking import lock_clip
from annotations.clips.services import release_hold
from annotations.core import clock, shown as pages
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
def decide_together(
    listed: list[uuid.UUID],
    chosen: set[uuid.UUID],
    action: str,
    reason: str,
    actor: Actor,
    *,
    shown: str | None = None,
) -> int:
    """The same decision on each of the flags that were chosen out of those of a page; how many.

    All or none. Raises as `decide` does, Invalid `nothing_chosen`, and ChangedSince when one of the page's flags is not
    as it was shown.
    """
    reason = checked_reason(reason)
    flags = list(Flag.objects.filter(pk__in=listed).order_by("clip_id", "pk"))
    for flag in flags:
        lock_clip(flag.clip_id)
    pages.check(shown, *Flag.objects.filter(pk__in=listed).order_by("clip_id", "pk"))
    decided = [decide(flag.pk, action, reason, actor) for flag in flags if flag.pk in chosen]
    if not decided:
        raise Invalid("nothing_chosen", "Choose the flags that the decision is about.")
    return len(decided)


@transaction.atomic
def decide(flag_id: uuid.UUID, action: str, reason: str, actor: Actor, *, shown: str | None = None) -> Flag:
    """`uphold` keeps the clip out for good, and others of the same moment are looked for; `dismiss` frees it once no
    other flag stands. Raises Invalid `unknown_decision`, `reason_too_short` or `reason_too_long`.
    """
    reason = checked_reason(reason)
    if action not in _ENTRIES:
        raise Invalid("unknown_decision", "Uphold the flag or dismiss it.")
    lock_clip(Flag.objects.only("clip_id").get(pk=flag_id).clip_id)
    flag = Flag.objects.select_related("clip__owner").get(pk=flag_id)
    pages.check(shown, flag)
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
