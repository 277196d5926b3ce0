"""Who came in, who did not, and what was refused."""

from typing import Any

from django.db import transaction

from annotations.accounts import log, refusals
from annotations.accounts.enums import KeyRefusal
from annotations.accounts.models import User
from annotations.audit import services as audit
from annotations.audit.actors import ANONYMOUS, Actor
from annotations.audit.registry import Action


@transaction.atomic
def record_sign_in(user: User) -> None:
    audit.append(log.SIGNED_IN, user.actor)


@transaction.atomic
def record_sign_out(user: User) -> None:
    audit.append(log.SIGNED_OUT, user.actor)


@transaction.atomic
def record_failure(username: str, *, slowed: bool = False) -> None:
    """A failed sign-in; `slowed` when the next one has to wait as long as it gets.

    The log names the account by its pseudonym; what was typed for no account is not kept.
    """
    # PostgreSQL takes no NUL, not even to compare with; no account has one in its name.
    user = None if "\0" in username else User.objects.filter(username=username).first()
    account = user.pseudonym if user else "unknown"
    audit.append(log.SIGN_IN_FAILED, ANONYMOUS, data={"account": account})
    if slowed:
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
    """A call that the matrix allows was turned away: `kind` is one of those with `times`."""
    if times := refusals.counted(actor.pseudonym, f"{kind.code}:{route}"):
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
