"""What people change about their own accounts."""

import uuid

from django.db import transaction

from annotations.accounts import log
from annotations.accounts.models import Session, User
from annotations.accounts.rules import STATEMENT
from annotations.accounts.services.support import end_sessions, locked, today
from annotations.accounts.zones import is_zone
from annotations.audit import services as audit
from annotations.core.errors import Conflict, Invalid, Missing


@transaction.atomic
def change_password(user: User, password: str, session_key: str) -> User:
    """The person chooses another password, which was checked; all their sessions but this one end.

    Gives the account as it is now. Raises Conflict `changed_meanwhile` when the session has ended, or the account has
    got another password or role, or was closed, while the old password was checked.
    """
    before, user = user, locked(user.pk)
    same = (user.password, user.role, user.is_active) == (before.password, before.role, True)
    if not same or not Session.objects.filter(user=user, session_key=session_key).exists():
        raise Conflict("changed_meanwhile", "Your account was changed meanwhile. Sign in again.")
    user.set_password(password)
    user.password_required = False
    user.save(update_fields=["password", "password_required"])
    audit.append(log.PASSWORD_SET, user.actor, data={"account": user.pseudonym})
    _record_ended(user, end_sessions(user, but=session_key))
    return user


@transaction.atomic
def end_session(user: User, public_id: uuid.UUID) -> None:
    """Ends one of the person's sessions. Raises Missing `no_such_session`."""
    user = locked(user.pk)
    if not Session.objects.filter(user=user, public_id=public_id).delete()[0]:
        raise Missing("no_such_session", "You have no such session (any more).")
    _record_ended(user, 1)


@transaction.atomic
def end_other_sessions(user: User, session_key: str) -> int:
    """Ends all of the person's sessions but this one; how many."""
    user = locked(user.pk)
    ended = end_sessions(user, but=session_key)
    _record_ended(user, ended)
    return ended


@transaction.atomic
def accept_statement(user: User) -> None:
    """The person accepts the confidentiality statement; once a day is enough."""
    if user.statement_on == today():
        return
    user.statement_on = today()
    user.save(update_fields=["statement_on"])
    data = {"account": user.pseudonym, "version": STATEMENT}
    audit.append(log.STATEMENT_ACCEPTED, user.actor, data=data)


@transaction.atomic
def choose_time_zone(user: User, zone: str) -> None:
    """The zone in which the person reads times. Raises Invalid `unknown_time_zone`."""
    if not is_zone(zone):
        raise Invalid("unknown_time_zone", "Choose one of the time zones.")
    if user.time_zone == zone:
        return
    user.time_zone = zone
    user.save(update_fields=["time_zone"])
    audit.append(log.TIME_ZONE_CHOSEN, user.actor, data={"account": user.pseudonym, "zone": zone})


def _record_ended(user: User, count: int) -> None:
    if count:
        audit.append(log.SESSIONS_ENDED, user.actor, data={"account": user.pseudonym, "sessions": count})
