"""Accounts that a sign-in provider keeps: made, changed and closed as it says. What gives content still takes a person.

The site acts here, for whoever keeps the groups at the provider; a privacy officer decides on what would let somebody
see content, as for any other account.
"""

import uuid
from collections.abc import Callable, Iterable

from django.db import transaction

from annotations.accounts import log
from annotations.accounts.enums import ProposalKind
from annotations.accounts.models import User
from annotations.accounts.roles import sees_content
from annotations.accounts.rules import plain
from annotations.accounts.selectors import waits_for_officer
from annotations.accounts.services.closing import close
from annotations.accounts.services.proposals import ask
from annotations.accounts.services.support import check_replaced, end_sessions, locked
from annotations.audit import journal, services as audit
from annotations.audit.actors import WORKER
from annotations.core import named_locks


@transaction.atomic
def make_provided(choose_name: Callable[[Iterable[str]], str], display_name: str, role: str) -> User:
    """Makes an account without a password; of a role that sees content, closed until a privacy officer agrees.

    `choose_name` gives a user name, told those that are taken.
    """
    named_locks.hold("accounts", alone=True)
    username = choose_name(User.objects.values_list("username", flat=True))
    opened = not sees_content(role)
    user = User.objects.create_user(
        username, None, role, display_name=plain(display_name)[:100], by_provider=True, is_active=opened
    )
    audit.append(log.CREATED, WORKER, data={"account": user.pseudonym, "role": role})
    if not opened:
        ask(user, ProposalKind.OPEN, role, WORKER)
    return user


@transaction.atomic
def turn_provided(user_id: uuid.UUID, role: str) -> bool:
    """Opens the account again or gives it the role, at once or when a privacy officer agrees; whether it is done.

    While it waits nobody is signed in to the account. Raises Conflict `last_operator`, `last_privacy_officer`.
    """
    user = locked(user_id)
    if user.is_active and user.role == role:
        return True
    if waits_for_officer(user):
        return False
    if not user.is_active:
        user.role = role
        user.save(update_fields=["role"])
        ask(user, ProposalKind.OPEN, role, WORKER)
    else:
        ask(user, ProposalKind.CHANGE_ROLE, role, WORKER)
        end_sessions(user)
    return not sees_content(role)


@transaction.atomic
def drop_provided(user_id: uuid.UUID) -> None:
    """Closes the account, as the provider gives its person no role any more.

    Raises Conflict `last_operator`, `last_privacy_officer`.
    """
    user = locked(user_id)
    if not user.is_active:
        return
    check_replaced(user)
    audit.append(log.CLOSED, WORKER, data={"account": user.pseudonym, **close(user)})
    journal.record(journal.Kind.ACCOUNT_CLOSED, WORKER, {"account": user.pseudonym})
