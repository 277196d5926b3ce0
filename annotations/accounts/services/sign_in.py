"""Who came in, who did not, and what was refused."""

import datetime
from typing import Any

from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest

from annotations.accounts import log, refusals, sessions
from annotations.accounts.enums import KeyRefusal, Proof, SessionEnd
from annotations.accounts.models import Session, User
from annotations.audit import repeats, services as audit
from annotations.audit.actors import ANONYMOUS, Actor
from annotations.audit.registry import Action
from annotations.core.errors import Conflict

BACKEND = "django.contrib.auth.backends.ModelBackend"


@transaction.atomic
def complete_sign_in(
    request: HttpRequest, user: User, proof: Proof, shown_at: datetime.datetime | None = None
) -> None:
    """The person is signed in, in a session with a new key: the one way in, whatever they have shown.

    `proof` is the strongest of what they have shown, `shown_at` when, if that was not just now. Who needs a second
    factor and came without one reaches nothing but the pages where they set one up (`middleware.PermissionMiddleware`).

    Raises Conflict `changed_meanwhile` when the account was closed, or has got another password, role or its first
    second factor, while the answer was checked.
    """
    now = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    same = (now.password, now.role, now.is_active) == (user.password, user.role, True)
    if not same or (proof not in sessions.SECOND_FACTORS and now.factors.exists()):
        raise Conflict("changed_meanwhile", "Your account was changed meanwhile. Sign in again.")
    login(request, user, backend=BACKEND)
    sessions.prove(request.session, proof, shown_at)


@transaction.atomic
def end_over_session(user: User, session_key: str, why: SessionEnd) -> None:
    """Ends a session whose time is over."""
    if Session.objects.filter(user=user, session_key=session_key).delete()[0]:
        data = {"account": user.pseudonym, "why": str(why)}
        repeats.tell(log.SESSION_RAN_OUT, user.actor, data=data)


@transaction.atomic
def record_password_given(user: User) -> None:
    """Somebody gave the right password and is asked for a second factor: if none follows, others know it."""
    repeats.tell(log.PASSWORD_GIVEN, ANONYMOUS, data={"account": user.pseudonym})


@transaction.atomic
def record_sign_in(user: User) -> None:
    repeats.tell(log.SIGNED_IN, user.actor)


@transaction.atomic
def record_sign_out(user: User) -> None:
    repeats.tell(log.SIGNED_OUT, user.actor)


@transaction.atomic
def record_in_person(user: User, command: str) -> None:
    """Somebody gave their password on the command line, for what `command` does in their name."""
    audit.append(log.IN_PERSON, user.actor, data={"command": command})


@transaction.atomic
def record_failure(username: str, *, slowed: bool = False) -> None:
    """A failed sign-in; `slowed` when the next one has to wait as long as it gets.

    The log names the account by its pseudonym; what was typed for no account is not kept.
    """
    # PostgreSQL takes no NUL, not even to compare with; no account has one in its name.
    user = None if "\0" in username else User.objects.filter(username=username).first()
    account = user.pseudonym if user else "unknown"
    repeats.tell(log.SIGN_IN_FAILED, ANONYMOUS, data={"account": account})
    if slowed:
        repeats.tell(log.LOCKED_OUT, ANONYMOUS, data={"account": account})


@transaction.atomic
def record_refusal(actor: Actor, method: str, route: str) -> None:
    """The matrix refused a call. Many of the same are told of together (`refusals`)."""
    times, data = refusals.counted(actor.pseudonym, route), _call(method, route)
    if times == 1:
        audit.append(log.REFUSED, actor, data=data)
    elif times:
        audit.append(log.REFUSED_AGAIN, actor, data=data | {"times": times})


@transaction.atomic
def record_turned_away(kind: Action, actor: Actor, method: str, route: str) -> None:
    """A call that the matrix allows was turned away: `kind` is one of those with `times`."""
    if times := refusals.counted(actor.pseudonym, route, kind.code):
        audit.append(kind, actor, data=_call(method, route) | {"times": times})


def _call(method: str, route: str) -> dict[str, Any]:
    return {"method": method if method in log.METHODS else "OTHER", "route": route}


@transaction.atomic
def record_key_refusal(owner: User | None, reason: KeyRefusal) -> None:
    """Somebody sent an API key that lets nobody in; the log names the account that it belongs to, never the key."""
    account = owner.pseudonym if owner else "unknown"
    if times := refusals.counted(account, f"key-{reason}"):
        audit.append(
            log.KEY_REFUSED, ANONYMOUS, data={"account": account, "reason": str(reason), "times": times}
        )
