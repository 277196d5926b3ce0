"""Whom the provider's word lets in, as whom."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from annotations.accounts import refusals, services as accounts
from annotations.accounts.models import User
from annotations.accounts.selectors import waits_for_officer
from annotations.audit import services as audit
from annotations.audit.actors import ANONYMOUS, WORKER
from annotations.core import clock, named_locks
from annotations.core.errors import Conflict
from annotations.single_sign_on import log
from annotations.single_sign_on.enums import SignInRefusal
from annotations.single_sign_on.models import Identity
from annotations.single_sign_on.rules import display_name_from, groups_of, role_for, username_from


@dataclass(frozen=True)
class Admission:
    """Who is let in, or why nobody is."""

    identity: Identity | None
    refused: SignInRefusal | None = None


@transaction.atomic
def admit(claims: dict[str, Any]) -> Admission:
    """The account of whom verified claims tell, with the role that the table gives their groups now.

    It is made for whoever comes for the first time, follows their groups, and is closed when they have none with a role
    any more. What would let somebody see content waits for a privacy officer; what an operator closed stays closed.
    """
    named_locks.hold("single sign-on", alone=True)
    subject = claims["sub"]
    role = role_for(groups_of(claims, settings.OIDC_GROUPS_CLAIM), settings.OIDC_ROLES)
    known = Identity.objects.select_related("user").filter(issuer=settings.OIDC_ISSUER, subject=subject)
    identity = known.first()
    refused: SignInRefusal | None
    if identity is None:
        if not role:
            return _refused(None, SignInRefusal.NO_GROUP)
        identity = _joined(claims, role)
        refused = None if identity.user.is_active else SignInRefusal.WAITS
    else:
        refused = _followed(identity, role)
    return _refused(identity, refused) if refused else Admission(identity)


@transaction.atomic
def record_refused(identity: Identity | None, reason: SignInRefusal) -> None:
    """Notes on the log that the provider's word let nobody in. Many of the same are told of together."""
    account = identity.user.pseudonym if identity else "unknown"
    if times := refusals.counted(account, f"single-sign-on-{reason}"):
        data = {"account": account, "reason": str(reason), "times": times}
        audit.append(log.REFUSED, ANONYMOUS, data=data)


def _joined(claims: dict[str, Any], role: str) -> Identity:
    user = accounts.make_provided(lambda taken: username_from(claims, taken), display_name_from(claims), role)
    audit.append(log.JOINED, WORKER, data={"account": user.pseudonym, "role": role})
    return Identity.objects.create(user=user, issuer=settings.OIDC_ISSUER, subject=claims["sub"])


def _followed(identity: Identity, role: str) -> SignInRefusal | None:
    """Lets the account follow the groups; why its person is not let in now, if they are not."""
    user: User = identity.user
    try:
        if not role:
            return _dropped(identity)
        if not user.is_active and not identity.dropped_at:
            return SignInRefusal.WAITS if waits_for_officer(user) else SignInRefusal.CLOSED
        done = accounts.turn_provided(user.pk, role)
    except Conflict:
        return SignInRefusal.LAST
    if identity.dropped_at:
        identity.dropped_at = None
        identity.save(update_fields=["dropped_at"])
    if not done:
        return SignInRefusal.WAITS
    user.refresh_from_db()
    return None


def _dropped(identity: Identity) -> SignInRefusal:
    if identity.user.is_active:
        accounts.drop_provided(identity.user_id)
        identity.dropped_at = clock.now()
        identity.save(update_fields=["dropped_at"])
    return SignInRefusal.NO_GROUP


def _refused(identity: Identity | None, reason: SignInRefusal) -> Admission:
    record_refused(identity, reason)
    return Admission(None, reason)
