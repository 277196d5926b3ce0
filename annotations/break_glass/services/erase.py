"""Ending every access to a clip that is erased, and destroying the copies."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.break_glass import log
from annotations.break_glass.enums import BreakGlassState
from annotations.break_glass.models import BreakGlassAccess, CleanCopyRun
from annotations.break_glass.services.accesses import end
from annotations.clips.locking import lock_clip
from annotations.clips.models import Clip

_ENDS = {BreakGlassState.ASKED: "lapse", BreakGlassState.APPROVED: "stop"}


@transaction.atomic
def erase_clip(clip: Clip, actor: Actor) -> dict[str, int]:
    """Ends what is asked for or stands, with the copy and its key; how many copies there were.

    Who asked, who decided and when stays, without the size of the copy: it says who may have seen the original.
    `actor` is who erases; the site ends the accesses by itself, as for any clip that may not be seen any more.
    """
    lock_clip(clip.pk)
    accesses = BreakGlassAccess.objects.select_for_update(of=("self",), no_key=True).filter(clip=clip)
    standing = list(accesses.filter(state__in=_ENDS).select_related("clip__owner", "asked_by"))
    copies = accesses.exclude(name="").count()
    if not standing and not accesses.filter(bytes__isnull=False).exists():
        return {"copies": 0}
    audit.append(
        log.ERASED,
        actor,
        clip=clip.public_id,
        subject=clip.owner.pseudonym,
        data={"ended": len(standing), "copies": copies},
    )
    for access in standing:
        end(access, _ENDS[BreakGlassState(access.state)], WORKER)
    accesses.update(bytes=None)
    CleanCopyRun.objects.filter(access__clip=clip).delete()
    return {"copies": copies}
