"""How faces are hidden, from the next pass on: a privacy officer's choice."""

from django.db import IntegrityError, transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid
from annotations.core.reasons import checked_reason
from annotations.core.shown import ChangedSince
from annotations.redaction import log, selectors
from annotations.redaction.enums import HidingEffect
from annotations.redaction.models import HidingChoice
from annotations.redaction.rules import CHOOSES_HIDING

# What entries say of such a choice.
_NAMES = [log.HIDING_CHOSEN.code]


@transaction.atomic
def choose_hiding(effect: str, reason: str, *, version: int, actor: Actor) -> HidingChoice:
    """The next choice; passes that are queued already keep theirs. `version` is the one that was changed.

    Raises NotAllowed `privacy_officer_only`; Invalid `unknown_effect`, `reason_too_short` or `reason_too_long`;
    Conflict `not_changed`; ChangedSince when somebody else was faster.
    """
    reason = checked_reason(reason)
    CHOOSES_HIDING.check(actor)
    if effect not in HidingEffect.values:
        raise Invalid("unknown_effect", "Choose blur, fill or mosaic.")
    before = selectors.hiding()
    pages.check_version(version, before.version, _NAMES)
    if effect == before.effect:
        raise Conflict("not_changed", "Faces are hidden in this way already.")
    try:
        with transaction.atomic():
            made = HidingChoice.objects.create(
                version=version + 1, effect=effect, before=before.effect, chosen_by=actor.pseudonym
            )
    except IntegrityError:
        raise ChangedSince(clock.now() - pages.UNKNOWN, str(version + 1), _NAMES, field="version") from None
    audit.append(
        log.HIDING_CHOSEN,
        actor,
        data={"version": made.version, "before": before.effect, "effect": effect},
        detail={"reason": reason},
    )
    return made
