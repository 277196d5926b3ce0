"""Second factors: what people add, rename and remove of their own, and what is taken away when they are lost."""

import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from annotations.accounts import log
from annotations.accounts.enums import FactorKind
from annotations.accounts.factors import passkeys, recovery_codes, totp
from annotations.accounts.models import Factor, RecoveryCode, User
from annotations.accounts.rules import MOST_FACTORS, checked_factor_name
from annotations.accounts.services.own import end_other_sessions
from annotations.accounts.services.support import end_sessions, locked
from annotations.audit import journal, sealed, services as audit
from annotations.core import clock
from annotations.core.errors import Conflict, Invalid, Missing


@dataclass(frozen=True)
class NewApp:
    """The secret that an app was given, the code that it shows for it, and what its owner calls it."""

    secret: bytes
    typed: str
    name: str


@transaction.atomic
def add_app(user: User, app: NewApp, session_key: str | None) -> list[str]:
    """The person adds an app that shows codes. Gives new recovery codes with the first factor, and else nothing.

    With the first factor all other sessions of the person end: they were opened without one. `session_key` is the
    session's in which it is added; None for a caller without one.

    Raises Invalid `wrong_code`, `invalid_name`; Conflict `too_many_factors`, `account_closed`, `app_known`,
    `changed_meanwhile` when the session has ended; Missing; Unreachable; JournalUnreachable.
    """
    name = checked_factor_name(app.name)
    step = totp.matching_step(app.secret, app.typed, clock.now())
    if step is None:
        raise Invalid(
            "wrong_code", "This is not the code that the app shows now. Is the clock of the device right?"
        )
    user = _adding(user, session_key)
    if app.secret in _secrets_of(user):
        raise Conflict("app_known", "This app is among your second factors already.")
    Factor.objects.create(
        user=user,
        kind=FactorKind.APP,
        name=name,
        sealed=sealed.seal_bytes(user.pseudonym, app.secret),
        last_step=step,
    )
    return _added(user, FactorKind.APP, session_key)


@transaction.atomic
def add_passkey(user: User, answer: passkeys.Answer, name: str, session_key: str | None) -> list[str]:
    """The person adds a passkey that their browser has just made. As `add_app`.

    Raises Invalid `wrong_passkey`, `invalid_name`; Conflict `too_many_factors`, `account_closed`,
    `changed_meanwhile`; Missing; JournalUnreachable.
    """
    name = checked_factor_name(name)
    passkey = passkeys.made(answer)
    user = _adding(user, session_key)
    if passkey is None or Factor.objects.filter(credential_id=passkey.credential_id).exists():
        raise Invalid("wrong_passkey", "The passkey could not be added. Try again.")
    Factor.objects.create(
        user=user,
        kind=FactorKind.PASSKEY,
        name=name,
        credential_id=passkey.credential_id,
        credential=passkey.credential,
        signatures=passkey.signatures,
    )
    return _added(user, FactorKind.PASSKEY, session_key)


@transaction.atomic
def rename_factor(user: User, factor_id: uuid.UUID, name: str) -> None:
    """Raises Invalid `invalid_name`, Missing `no_such_factor`."""
    factor = _own(user, factor_id)
    before, factor.name = factor.name, checked_factor_name(name)
    if factor.name == before:
        return
    factor.save(update_fields=["name"])
    audit.append(log.FACTOR_RENAMED, user.actor, data={"account": user.pseudonym, "factor": factor.kind})


@transaction.atomic
def remove_factor(user: User, factor_id: uuid.UUID) -> None:
    """The person removes one of their factors; with the last one their recovery codes go, too.

    Raises Missing `no_such_factor`; Conflict `last_factor` where their role needs one; JournalUnreachable.
    """
    user = locked(user.pk)
    factor = _own(user, factor_id)
    last = not user.factors.exclude(pk=factor.pk).exists()
    if last and user.role in settings.SECOND_FACTOR_REQUIRED:
        raise Conflict(
            "last_factor", "Your role needs a second factor. Add another one before you remove this one."
        )
    factor.delete()
    if last:
        RecoveryCode.objects.filter(user=user).delete()
    audit.append(log.FACTOR_REMOVED, user.actor, data={"account": user.pseudonym, "factor": factor.kind})
    journal.record(journal.Kind.FACTOR_REMOVED, user.actor, {"factor": str(factor_id)})


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New recovery codes, to be shown this once; the former ones work no more.

    Raises Conflict `no_factors` for whoever has no factor that they could replace, and JournalUnreachable.
    """
    user = locked(user.pk)
    if not user.factors.exists():
        raise Conflict("no_factors", "Add a second factor first: recovery codes stand in for it.")
    return _new_codes(user)


def take_factors(user: User) -> dict[str, int]:
    """Takes all factors and recovery codes from a locked account, whose sessions end; how many of each."""
    codes = RecoveryCode.objects.filter(user=user, used_at=None).count()
    RecoveryCode.objects.filter(user=user).delete()
    factors = Factor.objects.filter(user=user).delete()[0]
    user.factors_taken_at, user.wrong_codes, user.codes_from = clock.now(), 0, None
    user.save(update_fields=["factors_taken_at", "wrong_codes", "codes_from"])
    return {"factors": factors, "codes": codes, "sessions": end_sessions(user)}


def _own(user: User, factor_id: uuid.UUID) -> Factor:
    found = Factor.objects.select_for_update().filter(user=user, pk=factor_id).first()
    if found is None:
        raise Missing("no_such_factor", "You have no such second factor (any more).")
    return found


def _secrets_of(user: User) -> list[bytes | None]:
    """The secrets of the person's apps: the same one twice would take each of its codes twice."""
    apps = user.factors.filter(kind=FactorKind.APP).values_list("sealed", flat=True)
    return sealed.unseal_bytes_of_each([sealed.Sealed(user.pseudonym, bytes(each or b"")) for each in apps])


def _adding(user: User, session_key: str | None) -> User:
    user = locked(user.pk)
    if not user.is_active:
        raise Conflict("account_closed", "This account is closed.")
    if session_key is not None and not user.sessions.filter(session_key=session_key).exists():
        raise Conflict("changed_meanwhile", "Your account was changed meanwhile. Sign in again.")
    if user.factors.count() >= MOST_FACTORS:
        raise Conflict(
            "too_many_factors", f"You have {MOST_FACTORS} second factors already. Remove one first."
        )
    return user


def _added(user: User, kind: str, session_key: str | None) -> list[str]:
    audit.append(log.FACTOR_ADDED, user.actor, data={"account": user.pseudonym, "factor": str(kind)})
    if user.factors.count() > 1:
        return []
    end_other_sessions(user, session_key or "")
    return _new_codes(user)


def _new_codes(user: User) -> list[str]:
    RecoveryCode.objects.filter(user=user).delete()
    codes = recovery_codes.generate()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, digest=recovery_codes.digest(code)) for code in codes
    )
    audit.append(log.RECOVERY_CODES_MADE, user.actor, data={"account": user.pseudonym, "codes": len(codes)})
    journal.record(journal.Kind.RECOVERY_CODES_MADE, user.actor, {"account": user.pseudonym})
    return codes
