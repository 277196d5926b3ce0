"""Writing accounts."""

import datetime
from typing import Any

from django.db import transaction

from annotations.accounts import keys, log, refusals
from annotations.accounts.models import ApiKey, User
from annotations.accounts.selectors import why_refused
from annotations.audit import journal, services as audit
from annotations.audit.actors import ANONYMOUS, Actor
from annotations.audit.registry import Action
from annotations.core import clock


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
def create_key(actor: Actor, user: User, days: int = 365) -> str:
    """Makes an API key for `user` and returns it; it cannot be shown again."""
    key, prefix, digest = keys.generate()
    expires = clock.now() + datetime.timedelta(days=days)
    ApiKey.objects.create(user=user, prefix=prefix, digest=digest, expires_at=expires)
    audit.append(log.KEY_CREATED, actor, data={"prefix": prefix, "account": user.pseudonym})
    return key


@transaction.atomic
def revoke_key(actor: Actor, prefix: str) -> None:
    """Takes an API key out of use for good.

    Raises ApiKey.DoesNotExist when none of this prefix is in use, and JournalUnreachable.
    """
    key = ApiKey.objects.select_for_update().get(prefix=prefix, revoked_at=None)
    key.revoked_at = clock.now()
    key.save(update_fields=["revoked_at"])
    audit.append(log.KEY_REVOKED, actor, data={"prefix": prefix, "account": key.user.pseudonym})
    journal.record(journal.Kind.KEY_REVOKED, actor, {"prefix": prefix})


@transaction.atomic
def repeat_closing(account: str, actor: Actor) -> bool:
    """Closes the account of this pseudonym again, with its keys, in a database that was set back; False when it is not
    open there."""
    user = User.objects.select_for_update().filter(pseudonym=account, is_active=True).first()
    if user is None:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    for prefix in user.api_keys.filter(revoked_at=None).values_list("prefix", flat=True):
        revoke_key(actor, prefix)
    audit.append(log.CLOSED_AGAIN, actor, data={"account": account})
    return True


@transaction.atomic
def record_sign_in(user: User) -> None:
    audit.append(log.SIGNED_IN, user.actor)


@transaction.atomic
def record_sign_out(user: User) -> None:
    audit.append(log.SIGNED_OUT, user.actor)


@transaction.atomic
def record_failure(username: str, *, locked: bool = False) -> None:
    """A failed sign-in. The log names the account by its pseudonym; what was typed for no account is not kept."""
    # PostgreSQL takes no NUL, not even to compare with; no account has one in its name.
    user = None if "\0" in username else User.objects.filter(username=username).first()
    account = user.pseudonym if user else "unknown"
    audit.append(log.SIGN_IN_FAILED, ANONYMOUS, data={"account": account})
    if locked:
        audit.append(log.LOCKED_OUT, ANONYMOUS, data={"account": account})


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
    """A call that the matrix allows was turned away: `kind` is CSRF_REFUSED, TOO_OFTEN or NOT_FOUND."""
    if times := refusals.counted(actor.pseudonym, f"{kind.code}:{route}"):
        audit.append(kind, actor, data=_call(method, route) | {"times": times})


def _call(method: str, route: str) -> dict[str, Any]:
    return {"method": method if method in log.METHODS else "OTHER", "route": route}


@transaction.atomic
def record_key_refusal(key: str) -> None:
    """Somebody sent an API key that lets nobody in; the log names the account that it belongs to, never the key."""
    owner, reason = why_refused(key)
    account = owner.pseudonym if owner else "unknown"
    if times := refusals.counted(account, f"key-{reason}"):
        audit.append(
            log.KEY_REFUSED, ANONYMOUS, data={"account": account, "reason": str(reason), "times": times}
        )
