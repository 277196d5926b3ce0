"""What was done about legal holds after a backup, done again in the database that was restored from it.

It was allowed then, by two officers, so nothing is asked anew. What somebody only asked for is not in the journal.
"""

import datetime
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from annotations.audit.actors import Actor
from annotations.core.errors import Missing
from annotations.rights import log
from annotations.rights.retention.enums import LegalHoldState
from annotations.rights.retention.models import LegalHold
from annotations.rights.rules import STANDING
from annotations.rights.scopes import Scope, reach
from annotations.rights.services.legal_holds import carry_out, day, record


@dataclass(frozen=True)
class Step:
    """Something that was done about a legal hold: the pseudonym of who asked for it, who agreed, and when."""

    hold: uuid.UUID
    asked_by: str
    agreed_by: Actor
    at: datetime.datetime


@transaction.atomic
def repeat_legal_hold(step: Step, scope: Scope, until: datetime.datetime) -> bool:
    """Places the legal hold; False when it was placed, or what it kept came after the backup and went with it."""
    hold = LegalHold.objects.select_for_update().filter(pk=step.hold).first()
    if hold and hold.state != LegalHoldState.ASKED:
        return False
    try:
        owner = reach(scope).owner.pseudonym
    except Missing:
        return False
    _end_others(scope, step)
    hold = hold or LegalHold(pk=step.hold, kind=scope.kind, target=scope.target, owner=owner)
    hold.until, hold.state = until, LegalHoldState.STANDING
    _carry_out(hold, "place", step)
    return True


@transaction.atomic
def repeat_extension(step: Step, until: datetime.datetime) -> bool:
    """Lets the legal hold last until that day; False when it lasts as long, or does not stand."""
    hold = LegalHold.objects.select_for_update().filter(pk=step.hold, state__in=STANDING).first()
    if hold is None or hold.until >= until:
        return False
    hold.until_asked, hold.state = until, LegalHoldState.STANDING
    _carry_out(hold, "extend", step)
    return True


@transaction.atomic
def repeat_release(step: Step) -> bool:
    """Releases the legal hold; False when it does not stand."""
    hold = LegalHold.objects.select_for_update().filter(pk=step.hold, state__in=STANDING).first()
    if hold is None:
        return False
    hold.until_asked, hold.state = None, LegalHoldState.RELEASED
    _carry_out(hold, "release", step)
    return True


def _carry_out(hold: LegalHold, act: str, step: Step) -> None:
    hold.asked_by = step.asked_by
    count = carry_out(hold, act, step.agreed_by, step.at)
    told: dict[str, str | int] = {"act": act, "until": day(hold.until), "clips": count}
    record(log.LEGAL_HOLD_AGREED, hold, step.agreed_by, told)


def _end_others(scope: Scope, step: Step) -> None:
    """What stood or waited for the same when the backup was made: it had ended when this one was placed."""
    others = (
        LegalHold.objects.select_for_update()
        .filter(kind=scope.kind, target=scope.target)
        .exclude(pk=step.hold)
    )
    others.filter(state=LegalHoldState.ASKED).update(
        state=LegalHoldState.REFUSED, asked_by="", ended_at=step.at
    )
    over = Q(state__in=STANDING, until__lte=step.at)
    others.filter(over).update(state=LegalHoldState.EXPIRED, ended_at=step.at)
