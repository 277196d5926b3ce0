"""That two privacy officers agreed on the site to declare an epoch, as the sequencer finds it on the log.

They give their passwords in the site's environment, where passwords can be checked; the sequencer's may read no
password, but every entry.
"""

import datetime
import json
from dataclasses import dataclass

from django.db import transaction

from annotations.audit import log
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.audit.sequencing.officers import check_two, open_account
from annotations.audit.services import append
from annotations.core import clock
from annotations.core.errors import Conflict, Missing
from annotations.core.reasons import checked_reason

AGREED_FOR = datetime.timedelta(days=1)
"""An epoch is declared within this time after two officers agreed to it."""


@dataclass(frozen=True)
class Agreement:
    """Who declares an epoch and who agrees, and the entry of the log that tells of it."""

    entry: LogEntry
    declared_by: Actor
    agreed_by: Actor

    @property
    def reason(self) -> str:
        """What the entry of the epoch says; the officers' own words are the detail of theirs."""
        return f"As two officers agreed in entry {self.entry.pk}."


@transaction.atomic
def agree(declared_by: Actor, agreed_by: Actor, reason: str) -> LogEntry:
    """Logs that these two, each of whom gave their password, want an epoch declared.

    Raises Invalid `reason_too_short`, `reason_too_long`; NotAllowed `privacy_officer_only`, `second_person_needed`.
    """
    reason = checked_reason(reason)
    check_two(declared_by, agreed_by)
    data = {"agreed_by": agreed_by.pseudonym}
    return append(log.EPOCH_AGREED, declared_by, data=data, detail={"reason": reason})


def agreement() -> Agreement:
    """The last agreement, if it still holds: no epoch was declared since, and it is no older than a day.

    Raises Missing `no_agreement`; Conflict `agreement_over`; NotAllowed `account_closed`, `privacy_officer_only`.
    """
    kinds = (log.EPOCH_AGREED.code, log.EPOCH_DECLARED.code)
    last = LogEntry.objects.filter(action__in=kinds).order_by("-occurred_at", "-id").first()
    if last is None or last.action == log.EPOCH_DECLARED.code:
        raise Missing(
            "no_agreement",
            "No two privacy officers have agreed to an epoch. In the site's environment, each with their password: "
            "manage.py agree_epoch --by OFFICER --agreed-by OTHER --reason TEXT.",
        )
    if last.occurred_at < clock.now() - AGREED_FOR:
        raise Conflict(
            "agreement_over", "What the two officers agreed to is more than a day old: manage.py agree_epoch."
        )
    second = json.loads(bytes(last.canonical))["data"]["agreed_by"]
    found = Agreement(last, open_account(last.actor), open_account(second))
    check_two(found.declared_by, found.agreed_by)
    return found
