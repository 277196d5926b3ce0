"""Accounts of others: making, inviting and changing them."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from annotations.accounts import log
from annotations.accounts.enums import ProposalKind
from annotations.accounts.models import AccountProposal, User
from annotations.accounts.roles import signs_in
from annotations.accounts.rules import (
    OPERATOR,
    checked_country,
    checked_day,
    checked_languages,
    checked_name,
    checked_username,
)
from annotations.accounts.services.proposals import propose
from annotations.accounts.services.support import check_kept_here, end_sessions, locked, today
from annotations.audit import journal, services as audit
from annotations.audit.actors import Actor
from annotations.core import shown as pages
from annotations.core.errors import Conflict, Invalid
from annotations.core.reasons import checked_reason


@dataclass(frozen=True)
class Description:
    """What an operator writes down of a person."""

    name: str
    country: str
    languages: str

    def checked(self) -> dict[str, str]:
        """The fields of the account.

        Raises Invalid `name_too_long`, `name_not_plain`, `invalid_country`, `invalid_languages`.
        """
        return {
            "display_name": checked_name(self.name),
            "country": checked_country(self.country),
            "languages": checked_languages(self.languages),
        }


@transaction.atomic
def create_user(actor: Actor, username: str, password: str | None, role: str, **fields: Any) -> User:
    """Makes an account. Without a password nobody can sign in to it (service accounts)."""
    user = User.objects.create_user(username, password, role, **fields)
    audit.append(log.CREATED, actor, data={"account": user.pseudonym, "role": role})
    return user


@transaction.atomic
def set_password(actor: Actor, user: User, password: str) -> None:
    """Gives the account another password. Whoever is signed in with the old one is signed in no more."""
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.append(log.PASSWORD_SET, actor, data={"account": user.pseudonym})


@transaction.atomic
def invite(
    username: str, role: str, description: Description, reason: str, actor: Actor
) -> tuple[User, str | None]:
    """Makes an account for somebody, who chooses the password by a link: the account, and the link's token.

    The token is None while a privacy officer has to agree, as the role sees content.

    Raises Invalid `reason_too_short`, `reason_too_long`, `invalid_username`, `name_too_long`, `name_not_plain`,
    `invalid_country`, `invalid_languages`, `role_of_programs`; NotAllowed `not_allowed`; Conflict `username_taken`.
    """
    reason = checked_reason(reason)
    OPERATOR.check(actor)
    username, fields = checked_username(username), description.checked()
    if not signs_in(role):
        raise Invalid(
            "role_of_programs", "Choose a role of people. Accounts of programs are made by command."
        )
    taken = User.objects.filter(username__iexact=username)
    try:
        with transaction.atomic():
            if taken.exists():
                raise IntegrityError
            user = create_user(actor, username, None, role, is_active=False, **fields)
    except IntegrityError:
        raise Conflict("username_taken", "There is an account of this name already.") from None
    return user, propose(user.pk, ProposalKind.OPEN, role, reason, actor)


@transaction.atomic
def reopen(user_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None) -> str | None:
    """Opens a closed account again, whose person chooses a new password by the link with the token that this gives.

    None while a privacy officer has to agree. Raises as `propose` does, and Conflict `account_open`.
    """
    reason = checked_reason(reason)
    user = locked(user_id)
    return propose(user.pk, ProposalKind.OPEN, user.role, reason, actor, shown=shown)


@transaction.atomic
def renew_link(user_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None) -> str | None:
    """Makes a new sign-in link, which ends the former. None while a privacy officer has to agree.

    The old password holds until the link is used. Raises as `propose` does.
    """
    reason = checked_reason(reason)
    user = locked(user_id)
    return propose(user.pk, ProposalKind.NEW_LINK, user.role, reason, actor, shown=shown)


@transaction.atomic
def propose_loss(user_id: uuid.UUID, reason: str, actor: Actor, *, shown: str | None = None) -> None:
    """Asks to take away the second factors that somebody has lost; another operator or a privacy officer decides.

    Raises as `propose` does, and Conflict `no_factors`.
    """
    reason = checked_reason(reason)
    user = locked(user_id)
    propose(user.pk, ProposalKind.TAKE_FACTORS, user.role, reason, actor, shown=shown)


@transaction.atomic
def change_role(
    user_id: uuid.UUID, role: str, reason: str, actor: Actor, *, shown: str | None = None
) -> bool:
    """Gives the person another role, at once or when a privacy officer agrees; whether it was done.

    Their sessions, keys and work in hand end. Raises as `propose` does, and Conflict `same_role`.
    """
    propose(user_id, ProposalKind.CHANGE_ROLE, role, reason, actor, shown=shown)
    return not AccountProposal.objects.filter(user=user_id, decided_at=None).exists()


@transaction.atomic
def describe(user_id: uuid.UUID, description: Description, actor: Actor, *, shown: str | None = None) -> User:
    """Changes what is written down of a person. Raises Invalid as `invite` does, Missing `no_such_account`."""
    OPERATOR.check(actor)
    fields = description.checked()
    user = locked(user_id, by=actor)
    pages.check(shown, user)
    changed = [name for name, value in fields.items() if getattr(user, name) != value]
    if changed:
        for name in changed:
            setattr(user, name, fields[name])
        user.save(update_fields=changed)
        audit.append(log.CHANGED, actor, data={"account": user.pseudonym, "fields": changed})
    return user


@transaction.atomic
def record_training(
    user_id: uuid.UUID, day: datetime.date, actor: Actor, *, shown: str | None = None
) -> User:
    """Writes down that the person was trained on this day. Raises Invalid `day_to_come`, Missing `no_such_account`."""
    OPERATOR.check(actor)
    checked_day(day, today())
    user = locked(user_id, by=actor)
    pages.check(shown, user)
    if user.trained_on == day:
        return user
    user.trained_on = day
    user.save(update_fields=["trained_on"])
    audit.append(log.TRAINED, actor, data={"account": user.pseudonym, "day": day.isoformat()})
    return user


@transaction.atomic
def require_new_password(user_id: uuid.UUID, actor: Actor, *, shown: str | None = None) -> User:
    """Ends the person's sessions and lets them do nothing, when they sign in, before they choose another password.

    Raises NotAllowed `not_allowed`; Missing `no_such_account`; Conflict `account_closed`, `kept_by_provider`.
    """
    OPERATOR.check(actor)
    user = locked(user_id, by=actor)
    check_kept_here(user)
    pages.check(shown, user)
    if not user.is_active:
        raise Conflict("account_closed", "This account is closed.")
    ended = end_sessions(user)
    if user.password_required and not ended:
        return user
    user.password_required = True
    user.save(update_fields=["password_required"])
    data = {"account": user.pseudonym, "sessions": ended}
    audit.append(log.PASSWORD_REQUIRED, actor, data=data)
    journal.record(journal.Kind.PASSWORD_REQUIRED, actor, {"account": user.pseudonym})
    return user
