"""What the use cases share: the locked account, who may act on it, what ends with it."""

import datetime
import uuid

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from annotations.accounts import closing
from annotations.accounts.matrix import matrix
from annotations.accounts.models import ApiKey, Session, SignInLink, User
from annotations.accounts.selectors import is_over
from annotations.audit.actors import Actor
from annotations.core import clock, named_locks
from annotations.core.errors import Conflict, Missing, NotAllowed

# Without somebody who may call these, nobody could invite anybody any more, or agree to it.
_KEPT = (
    (
        "accounts:invite",
        "last_operator",
        "This is the last open account of an operator. Let another one sign in first; the command create_account "
        "makes it.",
    ),
    (
        "accounts:decide_proposal",
        "last_privacy_officer",
        "This is the last open account of a privacy officer. Let another one sign in first; the command "
        "create_account makes it.",
    ),
)


def locked(user_id: uuid.UUID, *, by: Actor | None = None) -> User:
    """The account, locked. One such act at a time, so that two people cannot close each other.

    Raises NotAllowed `account_closed` when the person who acts, `by`, was closed or got another role meanwhile, and
    Missing `no_such_account`.
    """
    named_locks.hold("accounts", alone=True)
    if by is not None and is_over(by):
        raise NotAllowed("account_closed", "Your own account was closed, or got another role, meanwhile.")
    found = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if found is None:
        raise Missing("no_such_account", "There is no such account.")
    return found


def check_somebody_else(user: User, actor: Actor) -> None:
    """Raises NotAllowed `own_account` for the person themselves."""
    if user.pseudonym == actor.pseudonym:
        raise NotAllowed("own_account", "Somebody else has to do that to your account.")


def check_kept_here(user: User) -> None:
    """Raises Conflict `kept_by_provider` for an account whose role and sign-in are the sign-in provider's."""
    if user.by_provider:
        raise Conflict(
            "kept_by_provider",
            "The sign-in provider keeps this account: its groups decide on the role, and there is no password here.",
        )


def check_replaced(user: User) -> None:
    """Raises Conflict `last_operator` or `last_privacy_officer` when nobody would be left who can do their work."""
    others = User.objects.filter(is_active=True).exclude(pk=user.pk)
    others = others.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX)
    for route, code, message in _KEPT:
        roles = matrix().rule(route, "POST").roles
        if user.is_active and user.role in roles and not others.filter(role__in=roles).exists():
            raise Conflict(code, message)


def end_everything(user: User, at: datetime.datetime | None = None) -> dict[str, int]:
    """Ends sessions, API keys, sign-in links and all work in hand of a locked account; how many of the first three.

    `at` is when they ended, if not now.
    """
    closing.end_work(user)
    moment = at or clock.now()
    return {
        "sessions": end_sessions(user),
        "keys": ApiKey.objects.filter(user=user, revoked_at=None).update(revoked_at=moment),
        "links": end_links(user, moment),
    }


def end_sessions(user: User, *, but: str = "") -> int:
    """Ends the person's sessions, except the one of this key; how many. Addresses of media go with them."""
    return Session.objects.filter(user=user).exclude(session_key=but).delete()[0]


def end_links(user: User, at: datetime.datetime | None = None) -> int:
    """Ends the sign-in link that can still be used, now or `at` that moment; how many there were."""
    return SignInLink.objects.filter(user=user, ended_at=None).update(ended_at=at or clock.now())


def today() -> datetime.date:
    return clock.now().date()
