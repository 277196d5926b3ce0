"""A lead gives up a clip of which nobody can say that everybody in it is hidden."""

from django.db import transaction

from annotations.audit.actors import Actor
from annotations.clips.models import Clip
from annotations.core.reasons import checked_reason
from annotations.moderation.enums import FlagCategory
from annotations.moderation.models import Flag
from annotations.moderation.services.decide import decide
from annotations.moderation.services.flag import flag
from annotations.redaction import services as redaction


@transaction.atomic
def discard(clip: Clip, reason: str, lead: Actor, *, shown: str | None = None) -> Flag:
    """The clip stays out, as by any flag that a lead upholds; dismissing that flag takes it back.

    Nobody has seen the clip, so the flag's category says nothing of what it shows. Raises Invalid `reason_too_short` or
    `reason_too_long`, Missing `not_unverified`, Conflict `not_possible_now`.
    """
    reason = checked_reason(reason)
    redaction.discard_unverified(clip, lead, shown=shown)
    raised = flag(clip, FlagCategory.OTHER, lead)
    return decide(raised.pk, "uphold", reason, lead)
