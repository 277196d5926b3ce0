"""Reading accounts."""

import datetime
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Exists, OuterRef, Q, QuerySet

from annotations.accounts import keys, log
from annotations.accounts.enums import FactorKind, KeyRefusal, ProposalKind, ProposalState, Standing
from annotations.accounts.matrix import matrix
from annotations.accounts.models import (
    AccountProposal,
    ApiKey,
    Factor,
    RecoveryCode,
    Session,
    SignInLink,
    ThrottleCount,
    User,
)
from annotations.accounts.networks import network, within
from annotations.accounts.roles import sees_content, signing_in
from annotations.accounts.rules import KEY_ENDS_SOON, KEY_ENDS_TOLD
from annotations.accounts.sessions import limits_of
from annotations.accounts.throttle import Count
from annotations.audit.actors import Actor
from annotations.audit.models import LogEntry
from annotations.core import clock
from annotations.outgoing import reminders


def key_sent(key: str, address: str) -> tuple[ApiKey | None, KeyRefusal | None]:
    """The key that was sent from this address, with its account, and why it lets nobody in, or None when it does."""
    prefix, secret = keys.parse(key) or ("", "")
    found = ApiKey.objects.select_related("user").filter(prefix=prefix).first()
    if found is None:
        return None, KeyRefusal.UNKNOWN
    if not hmac.compare_digest(found.digest, keys.digest(secret)):
        return found, KeyRefusal.WRONG
    return found, _over(found, address)


def _over(key: ApiKey, address: str) -> KeyRefusal | None:
    """Why a key does not let in even those who hold it."""
    if key.revoked_at:
        return KeyRefusal.REVOKED
    if not key.user.is_active:
        return KeyRefusal.INACTIVE
    if key.expired:
        return KeyRefusal.EXPIRED
    bound = [network(each) for each in key.networks.split(", ") if each]
    return KeyRefusal.NETWORK if bound and not within(address, bound) else None


def slowed_down(counts: Sequence[Count]) -> bool:
    """Whether the last try that failed has made the account's wait as long as it gets."""
    failures = dict(
        ThrottleCount.objects.filter(key__in=[c.key for c in counts]).values_list("key", "failures")
    )
    return any(count.of_account and count.slowest(failures.get(count.key, 0)) for count in counts)


@dataclass(frozen=True)
class DoneInPerson:
    """Somebody gave their password on the command line: when, and for which command."""

    at: datetime.datetime
    command: str


def done_in_person(user: User, most: int = 20) -> list[DoneInPerson]:
    """What was lately done on the command line in the person's name, the last first."""
    entries = LogEntry.objects.filter(actor=user.pseudonym, action=log.IN_PERSON.code)
    return [
        DoneInPerson(
            entry.occurred_at, json.loads(bytes(entry.canonical))["data"]["command"].replace("_", " ")
        )
        for entry in entries.order_by("-occurred_at", "-id")[:most]
    ]


def is_open(actor: Actor) -> bool:
    """Whether the person's account is still open, in the role in which they began."""
    return User.objects.filter(pseudonym=actor.pseudonym, role=actor.role, is_active=True).exists()


def is_over(actor: Actor) -> bool:
    """Whether the person was closed, or got another role, since they began; never for whoever has no account."""
    return User.objects.filter(pseudonym=actor.pseudonym).exclude(role=actor.role, is_active=True).exists()


def link_of(token: str) -> SignInLink | None:
    """The sign-in link that can be used with this token now."""
    found = SignInLink.objects.select_related("user").filter(digest=keys.digest(token), ended_at=None)
    return found.filter(expires_at__gt=clock.now(), user__is_active=True).first()


def people(typed: str = "", role: str = "", standing: str = "") -> QuerySet[User]:
    """Accounts by name: those whose user name, name or pseudonym holds what was typed, in this role, as they stand."""
    found = User.objects.annotate(
        proposed=Exists(AccountProposal.objects.filter(user=OuterRef("pk"), state=ProposalState.WAITING))
    )
    if typed:
        found = found.filter(
            Q(username__icontains=typed) | Q(display_name__icontains=typed) | Q(pseudonym__iexact=typed)
        )
    if role:
        found = found.filter(role=role)
    if standing:
        found = found.filter(is_active=standing != Standing.CLOSED)
    if standing == Standing.NEVER:
        found = found.filter(last_login=None, role__in=[code for code, _ in signing_in()])
    return found.order_by("username")


def waiting_proposals() -> QuerySet[AccountProposal]:
    """What waits for a second person, longest first."""
    waiting = AccountProposal.objects.select_related("user").filter(state=ProposalState.WAITING)
    return waiting.order_by("asked_at", "pk")


def waits_for_officer(user: User) -> bool:
    """Whether something was asked for the account on which a privacy officer has not decided."""
    return AccountProposal.objects.filter(user=user, state=ProposalState.WAITING).exists()


def waiting_for(actor: Actor) -> int:
    """The proposals on which this person may decide: not on those about themselves, nor what they asked for."""
    others = waiting_proposals().exclude(user__pseudonym=actor.pseudonym).exclude(asked_by=actor.pseudonym)
    if not matrix().rule("accounts:decide_proposal", "POST").allows(actor.role):
        others = others.filter(kind=ProposalKind.TAKE_FACTORS)
    return others.count()


def second_people(route: str, asked_by: str, *, about: str = "") -> list[User]:
    """Who may decide by this route on what somebody asked for: not who asked, nor whom it is about (pseudonyms)."""
    roles = matrix().rule(route, "POST").roles
    others = User.objects.filter(is_active=True, role__in=roles).exclude(pseudonym__in={asked_by, about})
    return list(others.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).order_by("username"))


def officers_for_loss(user: User, asked_by: str) -> list[User]:
    """The privacy officers of whom one has to agree that lost second factors are taken from whoever sees content.

    Nobody where another operator may agree as well. An operator opens further accounts of operators alone, so that two
    of them can be one person, who has a password from elsewhere.
    """
    if not sees_content(user.role):
        return []
    return second_people("accounts:decide_proposal", asked_by, about=user.pseudonym)


def who_agrees_to_loss(user: User, asked_by: str) -> list[User]:
    """Who may agree that somebody's lost second factors are taken away."""
    others = second_people("accounts:decide_loss", asked_by, about=user.pseudonym)
    return officers_for_loss(user, asked_by) or others


def factors_of(user: User) -> QuerySet[Factor]:
    """The person's second factors, the oldest first."""
    return Factor.objects.filter(user=user).order_by("made_at", "pk")


def credentials_of(user: User) -> list[bytes]:
    """The person's passkeys, as their browser is asked for them."""
    found = factors_of(user).filter(kind=FactorKind.PASSKEY).values_list("credential", flat=True)
    return [bytes(credential or b"") for credential in found]


def codes_left(user: User) -> int:
    """How many recovery codes of the person can still be used."""
    return RecoveryCode.objects.filter(user=user, used_at=None).count()


def sessions_of(user: User) -> QuerySet[Session]:
    """The person's sessions that have not run out, the last used first."""
    return Session.objects.filter(user=user, expire_date__gt=clock.now()).order_by("-seen_at", "pk")


def open_sessions_of(user: User) -> QuerySet[Session]:
    """Those in which somebody was there lately: any other ends when somebody comes back to it."""
    return sessions_of(user).filter(seen_at__gt=clock.now() - limits_of(user.role).idle)


def keys_of(user: User) -> QuerySet[ApiKey]:
    """The person's API keys that are not revoked, the newest first."""
    return (
        ApiKey.objects.select_related("replaced_by")
        .filter(user=user, revoked_at=None)
        .order_by("-created_at", "pk")
    )


def keys_to_tell_of() -> QuerySet[ApiKey]:
    """The keys in force whose end comes closer than was told, as no other key has taken their place."""
    found = ApiKey.objects.select_related("user").filter(revoked_at=None, replaced_by=None)
    return found.filter(reminders.due("expires_at", "told_days", KEY_ENDS_TOLD)).order_by("expires_at", "pk")


def keys_ending_soon() -> QuerySet[ApiKey]:
    """The keys whose programs stop working within two weeks, as no other key has taken their place; soonest first."""
    now = clock.now()
    found = ApiKey.objects.select_related("user").filter(revoked_at=None, replaced_by=None)
    return found.filter(expires_at__gt=now, expires_at__lte=now + KEY_ENDS_SOON).order_by("expires_at", "pk")
