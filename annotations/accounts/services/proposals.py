"""What takes two people, by one who asks and another who agrees: what would let somebody see content, and taking away
lost second factors. Anything else is done at once.
"""

import datetime
import uuid
from typing import Any

from django.db import transaction

from annotations.accounts import log
from annotations.accounts.enums import ProposalKind, ProposalState
from annotations.accounts.models import AccountProposal, User
from annotations.accounts.roles import sees_content, signs_in
from annotations.accounts.rules import OFFICER_FOR_LOSS, OPERATOR, PROPOSALS
from annotations.accounts.selectors import officers_for_loss
from annotations.accounts.services.factors import take_factors
from annotations.accounts.services.links import make_link
from annotations.accounts.services.support import (
    check_kept_here,
    check_replaced,
    check_somebody_else,
    end_everything,
    locked,
)
from annotations.audit import journal, services as audit
from annotations.audit.actors import Actor
from annotations.audit.registry import Action
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid, Missing
from annotations.core.reasons import checked_reason

_ENDS = {
    "agree": log.PROPOSAL_AGREED,
    "refuse": log.PROPOSAL_REFUSED,
    "agree to a loss": log.PROPOSAL_AGREED,
    "refuse a loss": log.PROPOSAL_REFUSED,
    "take back": log.PROPOSAL_TAKEN_BACK,
}


@transaction.atomic
def propose(
    user_id: uuid.UUID, kind: str, role: str, reason: str, actor: Actor, *, shown: str | None = None
) -> str | None:
    """Does to the account what needs one person only; what would let somebody see content waits for a second one.

    Gives the token of the sign-in link if one was made. An operator never holds a link that leads to content: it is
    made when a privacy officer agrees, who hands it over.

    Raises Invalid `reason_too_short`, `reason_too_long`, `role_of_programs`; NotAllowed `not_allowed`, `own_account`;
    Missing `no_such_account`; Conflict `account_open`, `account_closed`, `same_role`, `last_operator`,
    `last_privacy_officer`, `no_factors`, `proposal_waits`, `kept_by_provider`.
    """
    reason = checked_reason(reason)
    OPERATOR.check(actor)
    user = locked(user_id, by=actor)
    pages.check(shown, user)
    check_somebody_else(user, actor)
    # A second factor is the site's own, whoever keeps the account.
    if kind not in {ProposalKind.OPEN, ProposalKind.TAKE_FACTORS}:
        check_kept_here(user)
    return ask(user, kind, role, actor, reason)


def ask(user: User, kind: str, role: str, actor: Actor, words: str = "") -> str | None:
    """As `propose`, for a locked account and whoever may: an operator, or the site for the sign-in provider."""
    _check_possible(user, kind, role)
    if AccountProposal.objects.filter(user=user, state=ProposalState.WAITING).exists():
        raise Conflict(
            "proposal_waits",
            "Something was asked for this account already. Take it back, or wait for its decision.",
        )
    if kind != ProposalKind.TAKE_FACTORS and not sees_content(role):
        _record(log.PROPOSED, user, kind, role, actor, words)
        return _carry_out(user, kind, role, actor)
    AccountProposal.objects.create(user=user, kind=kind, role=role, asked_by=actor.pseudonym)
    _record(log.PROPOSED, user, kind, role, actor, words)
    return None


@transaction.atomic
def decide_proposal(
    proposal_id: uuid.UUID, action: str, reason: str, actor: Actor, *, shown: str | None = None
) -> tuple[AccountProposal, str | None]:
    """`action` is "agree" or "refuse". Gives the proposal, and the token of the sign-in link if one was made.

    Raises Invalid `reason_too_short`, `reason_too_long`, `unknown_decision`; Missing `no_such_proposal`; NotAllowed
    `not_allowed`, `second_person_needed`, `own_account`; Conflict `not_possible_now`, and as `propose` does when the
    account has changed since.
    """
    reason = checked_reason(reason)
    _check_decision(action)
    proposal, user = _locked(proposal_id, actor)
    pages.check(shown, proposal, user)
    if proposal.kind == ProposalKind.TAKE_FACTORS:
        raise _no_such_proposal()
    return proposal, _decide(proposal, user, action, actor, reason)


@transaction.atomic
def decide_loss(
    proposal_id: uuid.UUID, action: str, reason: str, actor: Actor, *, shown: str | None = None
) -> AccountProposal:
    """Decides whether somebody's second factors are taken away; `action` is "agree" or "refuse".

    With them go the recovery codes and all sessions. Raises as `decide_proposal` does, and NotAllowed `officer_needed`
    for an operator who would agree to it of somebody who sees content.
    """
    reason = checked_reason(reason)
    _check_decision(action)
    proposal, user = _locked(proposal_id, actor)
    pages.check(shown, proposal, user)
    if proposal.kind != ProposalKind.TAKE_FACTORS:
        raise _no_such_proposal()
    _decide(proposal, user, f"{action} {'to ' if action == 'agree' else ''}a loss", actor, reason)
    return proposal


@transaction.atomic
def take_back_proposal(proposal_id: uuid.UUID, actor: Actor, *, shown: str | None = None) -> AccountProposal:
    """An operator takes back what was asked for. Raises Missing, NotAllowed and Conflict as `decide_proposal` does."""
    proposal, user = _locked(proposal_id, actor)
    pages.check(shown, proposal, names=[user.pseudonym])
    _end(proposal, "take back", actor)
    _record(_ENDS["take back"], user, proposal.kind, proposal.role, actor)
    return proposal


def _check_decision(action: str) -> None:
    if action not in {"agree", "refuse"}:
        raise Invalid("unknown_decision", "Agree or refuse.")


def _decide(proposal: AccountProposal, user: User, action: str, actor: Actor, reason: str) -> str | None:
    _end(proposal, action, actor)
    check_somebody_else(user, actor)
    if action == "agree to a loss" and officers_for_loss(user, proposal.asked_by):
        OFFICER_FOR_LOSS.check(actor)
    _record(_ENDS[action], user, proposal.kind, proposal.role, actor, reason)
    if proposal.state == ProposalState.REFUSED:
        return None
    _check_possible(user, proposal.kind, proposal.role)
    return _carry_out(user, proposal.kind, proposal.role, actor)


def _no_such_proposal() -> Missing:
    return Missing("no_such_proposal", "There is no such proposal.")


def _locked(proposal_id: uuid.UUID, actor: Actor) -> tuple[AccountProposal, User]:
    """The proposal, and its account locked first."""
    owner = AccountProposal.objects.filter(pk=proposal_id).values_list("user", flat=True).first()
    if owner is None:
        raise _no_such_proposal()
    user = locked(owner, by=actor)
    return AccountProposal.objects.select_for_update().get(pk=proposal_id), user


def _end(proposal: AccountProposal, action: str, actor: Actor) -> None:
    proposal.state = PROPOSALS.target(proposal.state, action, actor, asked_by=proposal.asked_by)
    proposal.decided_by, proposal.decided_at = actor.pseudonym, clock.now()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])


def _check_possible(user: User, kind: str, role: str) -> None:
    if not signs_in(role) or not signs_in(user.role):
        raise Invalid("role_of_programs", "An account of a program stays one, and gets no link to sign in.")
    if kind == ProposalKind.OPEN:
        if user.is_active:
            raise Conflict("account_open", "This account is open already.")
        return
    if not user.is_active:
        raise Conflict("account_closed", "This account is closed. Open it again first.")
    if kind == ProposalKind.TAKE_FACTORS and not user.factors.exists():
        raise Conflict("no_factors", "They have no second factor.")
    if kind == ProposalKind.CHANGE_ROLE:
        if user.role == role:
            raise Conflict("same_role", "This is the role that they have.")
        check_replaced(user)


def _carry_out(user: User, kind: str, role: str, actor: Actor) -> str | None:
    if kind == ProposalKind.CHANGE_ROLE:
        return _change_role(user, role, actor)
    if kind == ProposalKind.TAKE_FACTORS:
        audit.append(log.FACTORS_TAKEN, actor, data={"account": user.pseudonym, **take_factors(user)})
        journal.record(journal.Kind.FACTORS_TAKEN, actor, {"account": user.pseudonym})
        return None
    if kind == ProposalKind.OPEN:
        user.is_active = True
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        audit.append(log.OPENED, actor, data={"account": user.pseudonym, "role": user.role})
    return None if user.by_provider else make_link(user, actor)


def give_role(user: User, role: str, at: datetime.datetime | None = None) -> dict[str, Any]:
    """Gives a locked account the role; what it was before, and what ended with it. `at` is when it was, if not now.

    Into a role that sees content a person comes by a new link: an operator may have used the one of before.
    """
    before, user.role = user.role, role
    if sees_content(role):
        user.set_unusable_password()
    user.save(update_fields=["role", "password"])
    return {"before": before, "role": role, **end_everything(user, at)}


def _change_role(user: User, role: str, actor: Actor) -> str | None:
    audit.append(log.ROLE_CHANGED, actor, data={"account": user.pseudonym, **give_role(user, role)})
    token = make_link(user, actor) if sees_content(role) and not user.by_provider else None
    journal.record(journal.Kind.ROLE_CHANGED, actor, {"account": user.pseudonym, "role": str(role)})
    return token


def _record(kind: Action, user: User, act: str, role: str, actor: Actor, reason: str = "") -> None:
    data: dict[str, Any] = {"account": user.pseudonym, "kind": str(act), "role": str(role)}
    detail = {"reason": reason} if reason else None
    audit.append(kind, actor, data=data, detail=detail, detail_of=user.pseudonym)
