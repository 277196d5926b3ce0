"""Placing and releasing holds. Each context uses its own reasons."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.clips import events, log
from annotations.clips.enums import HoldReason
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip, Hold
from annotations.core import clock
from annotations.core.events import publish


@transaction.atomic
def place(clip: Clip, reason: HoldReason, actor: Actor) -> bool:
    """Holds the clip; False when it is held for this reason already. Takes effect with the commit, everywhere."""
    lock_clip(clip.pk)
    if Hold.objects.filter(clip=clip, reason=reason, released_at=None).exists():
        return False
    Hold.objects.create(clip=clip, reason=reason, placed_by=actor.pseudonym)
    audit.append(
        log.HELD, actor, clip=clip.public_id, subject=clip.owner.pseudonym, data={"reason": str(reason)}
    )
    publish(events.HOLDS_CHANGED, clip=clip.pk)
    return True


@transaction.atomic
def release_hold(clip: Clip, reason: HoldReason, actor: Actor) -> bool:
    """Releases the hold; False when there is none of this reason."""
    released = Hold.objects.filter(clip=clip, reason=reason, released_at=None).update(
        released_at=clock.now(), released_by=actor.pseudonym
    )
    if not released:
        return False
    audit.append(
        log.HOLD_RELEASED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"reason": str(reason)},
    )
    publish(events.HOLDS_CHANGED, clip=clip.pk)
    return True
