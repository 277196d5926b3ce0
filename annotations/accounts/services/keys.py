"""API keys: made, rotated, revoked, used."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from annotations.accounts import keys, log
from annotations.accounts.models import ApiKey, User
from annotations.accounts.networks import checked_networks, network_of
from annotations.accounts.roles import signs_in
from annotations.accounts.rules import (
    KEY_LASTS,
    KEY_LASTS_AT_MOST,
    KEY_OVERLAPS,
    KEY_OVERLAPS_AT_MOST,
    MOST_KEYS,
    MOST_KEYS_A_DAY,
    OPERATOR,
)
from annotations.accounts.scopes import scopes
from annotations.accounts.services.support import locked
from annotations.audit import journal, services as audit
from annotations.audit.actors import COMMAND_LINE, WORKER, Actor
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing, NotAllowed, TooMany

USED_EVERY = datetime.timedelta(minutes=1)
"""When a key was used is written down this often at most."""

LONGEST_NAME = 64


@dataclass(frozen=True)
class KeyTerms:
    """What a key is for: its name, the codes of its scopes (None: all that the role may), how long it lasts, and the
    networks that it is bound to, as they were typed.
    """

    name: str = ""
    scopes: Sequence[str] | None = None
    lasts: datetime.timedelta = KEY_LASTS
    networks: str = ""

    def checked(self, role: str) -> dict[str, str]:
        """The fields of the key of somebody in this role.

        Raises Invalid `name_too_long`, `no_scope`, `scope_of_others`, `lasts_too_long`, `invalid_network`,
        `too_many_networks`.
        """
        name, possible = self.name.strip(), scopes().of_role(role)
        chosen = possible if self.scopes is None else [scope for scope in possible if scope in self.scopes]
        if len(name) > LONGEST_NAME:
            raise Invalid("name_too_long", f"Shorten the name to {LONGEST_NAME} characters.")
        if self.scopes is not None and not self.scopes:
            raise Invalid("no_scope", "Choose at least one thing that the key opens.")
        if self.scopes is not None and set(self.scopes) - set(chosen):
            raise Invalid("scope_of_others", "A key opens only what the role of its account may do.")
        if not datetime.timedelta(0) < self.lasts <= KEY_LASTS_AT_MOST:
            raise Invalid("lasts_too_long", f"A key lasts from 1 to {KEY_LASTS_AT_MOST.days} days.")
        return {"name": name, "scopes": ", ".join(chosen), "networks": checked_networks(self.networks)}


@transaction.atomic
def create_key(actor: Actor, user: User, terms: KeyTerms | None = None) -> str:
    """Makes an API key for `user` and returns it; it cannot be shown again.

    People make their own; an operator makes those of programs, which cannot sign in. Raises Invalid as
    `KeyTerms.checked` does; NotAllowed `key_of_a_person`; Missing `no_such_account`; Conflict `account_closed`,
    `too_many_keys`; TooMany `too_many_keys_a_day`.
    """
    user = locked(user.pk)
    _check_whose(actor, user)
    terms = terms or KeyTerms()
    return _make(actor, user, terms.lasts, terms.checked(user.role))[0]


@transaction.atomic
def rotate_key(actor: Actor, prefix: str, overlap: datetime.timedelta = KEY_OVERLAPS) -> str:
    """Makes a key that opens the same, as long as the old one was made for, and returns it; it cannot be shown again.

    The old one goes on for the overlap, or until its own end if that is earlier. Raises Invalid `overlap_too_long`;
    NotAllowed `key_of_a_person`; Missing `no_such_key`; Conflict `key_rotated`, `account_closed`, `too_many_keys`;
    TooMany `too_many_keys_a_day`; JournalUnreachable.
    """
    if not datetime.timedelta(0) <= overlap <= KEY_OVERLAPS_AT_MOST:
        raise Invalid("overlap_too_long", f"A key goes on for {KEY_OVERLAPS_AT_MOST.days} days at most.")
    found = ApiKey.objects.filter(prefix=prefix).first()
    if found is None:
        raise _no_such_key()
    user = locked(found.user_id)
    _check_whose(actor, user)
    old = ApiKey.objects.select_for_update().get(pk=found.pk)
    if old.revoked_at:
        raise _no_such_key()
    if old.replaced_by_id:
        raise Conflict(
            "key_rotated", "This key has a successor already. Rotate that one, or revoke this one."
        )
    fields = {"name": old.name, "scopes": old.scopes, "networks": old.networks}
    lasts = min(old.expires_at - old.created_at, KEY_LASTS_AT_MOST)
    key, made = _make(actor, user, lasts, fields)
    old.replaced_by = made
    old.expires_at = min(old.expires_at, clock.now() + overlap)
    old.save(update_fields=["replaced_by", "expires_at"])
    ends = {"prefix": prefix, "until": old.expires_at.isoformat()}
    data = {**ends, "account": user.pseudonym, "successor": made.prefix}
    audit.append(log.KEY_ROTATED, actor, data=data)
    journal.record(journal.Kind.KEY_ROTATED, actor, ends)
    return key


@transaction.atomic
def revoke_key(actor: Actor, prefix: str, *, at: datetime.datetime | None = None) -> None:
    """Takes an API key out of use for good. `at` is when it was, if not now.

    Raises ApiKey.DoesNotExist when none of this prefix is in use, and JournalUnreachable.
    """
    key = ApiKey.objects.select_for_update().get(prefix=prefix, revoked_at=None)
    key.revoked_at = at or clock.now()
    key.save(update_fields=["revoked_at"])
    audit.append(log.KEY_REVOKED, actor, data={"prefix": prefix, "account": key.user.pseudonym})
    journal.record(journal.Kind.KEY_REVOKED, actor, {"prefix": prefix})


@transaction.atomic
def repeat_rotation(prefix: str, until: datetime.datetime, actor: Actor) -> bool:
    """Ends a key as its rotation did, in a database that was restored; False when it ends by then or is not there."""
    key = (
        ApiKey.objects.select_for_update()
        .filter(prefix=prefix, revoked_at=None, expires_at__gt=until)
        .first()
    )
    if key is None:
        return False
    key.expires_at = until
    key.save(update_fields=["expires_at"])
    data = {"prefix": prefix, "account": key.user.pseudonym, "until": until.isoformat()}
    audit.append(log.KEY_ENDED_AGAIN, actor, data=data)
    return True


def record_key_used(key: ApiKey, address: str) -> None:
    """When and from which network the key was used last, to the minute. What was done with it has its own entries."""
    now = clock.now()
    if key.used_at is None or key.used_at < now - USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(used_at=now, used_from=network_of(address))


def _check_whose(actor: Actor, user: User) -> None:
    """Whoever holds somebody's key acts as that person, so nobody makes one for a person but they themselves."""
    if actor in {COMMAND_LINE, WORKER} or actor.pseudonym == user.pseudonym:
        return
    OPERATOR.check(actor)
    if signs_in(user.role):
        raise NotAllowed(
            "key_of_a_person", "People make their keys themselves, on the page of their account."
        )


def _make(actor: Actor, user: User, lasts: datetime.timedelta, fields: dict[str, str]) -> tuple[str, ApiKey]:
    """A key of a locked account, and its row."""
    if not user.is_active:
        raise Conflict("account_closed", "This account is closed.")
    now, all_keys = clock.now(), ApiKey.objects.filter(user=user)
    if all_keys.filter(revoked_at=None, expires_at__gt=now).count() >= MOST_KEYS:
        raise Conflict(
            "too_many_keys", f"{MOST_KEYS} keys are in force. Revoke one that is not needed any more."
        )
    if all_keys.filter(created_at__gt=now - datetime.timedelta(days=1)).count() >= MOST_KEYS_A_DAY:
        raise TooMany(
            "too_many_keys_a_day",
            f"{MOST_KEYS_A_DAY} keys were made within a day. Make another one tomorrow.",
        )
    key, prefix, digest = keys.generate()
    made = ApiKey.objects.create(user=user, prefix=prefix, digest=digest, expires_at=now + lasts, **fields)
    data = {
        "prefix": prefix,
        "account": user.pseudonym,
        "scopes": [code for code in made.scope_codes if code],
        "until": made.expires_at.isoformat(),
        "networks": len(fields["networks"].split()),
    }
    audit.append(log.KEY_CREATED, actor, data=data)
    return key, made


def _no_such_key() -> Missing:
    return Missing("no_such_key", "There is no such key (any more).")
