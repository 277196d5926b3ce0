"""Closing an account: nothing that its person has opens anything any more, from the commit on."""

import datetime

from django.db import transaction

from annotations.accounts import log
from annotations.accounts.enums import ProposalState
from annotations.accounts.models import AccountProposal, User
from annotations.accounts.rules import OPERATOR, PROPOSALS
from annotations.accounts.services.support import check_replaced, check_somebody_else, end_everything, locked
from annotations.audit import journal, services as audit
from annotations.audit.actors import WORKER, Actor
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict
from annotations.core.reasons import checked_reason


@transaction.atomic
def close_account(user: User, actor: Actor, reason: str, *, shown: str | None = None) -> User:
    """Closes the account. Sessions, API keys, sign-in links and leases end, and clips in hand go back to the queue.

    Raises Invalid `reason_too_short`, `reason_too_long`; NotAllowed `not_allowed`, `own_account`; Missing
    `no_such_account`; Conflict `account_closed`, `last_operator`, `last_privacy_officer`; JournalUnreachable.
    """
    reason = checked_reason(reason)
    OPERATOR.check(actor)
    user = locked(user.pk, by=actor)
    pages.check(shown, user)
    check_somebody_else(user, actor)
    if not user.is_active:
        raise Conflict("account_closed", "This account is closed already.")
    check_replaced(user)
    ended = close(user)
    data = {"account": user.pseudonym, **ended}
    audit.append(log.CLOSED, actor, data=data, detail={"reason": reason}, detail_of=user.pseudonym)
    journal.record(journal.Kind.ACCOUNT_CLOSED, actor, {"account": user.pseudonym})
    return user


def close(user: User, at: datetime.datetime | None = None) -> dict[str, int]:
    """Takes a locked account out of use, whoever is left; what ended with it. `at` is when it was, if not now."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = end_everything(user, at)
    _drop_proposals(user)
    return ended


def _drop_proposals(user: User) -> None:
    """What was asked for the account while it was open would surprise whoever opens it again."""
    for proposal in AccountProposal.objects.select_for_update().filter(
        user=user, state=ProposalState.WAITING
    ):
        proposal.state = PROPOSALS.target(proposal.state, "lapse", WORKER)
        proposal.decided_at = clock.now()
        proposal.save(update_fields=["state", "decided_at"])
        data = {"account": user.pseudonym, "role": proposal.role, "kind": proposal.kind}
        audit.append(log.PROPOSAL_LAPSED, WORKER, data=data)
