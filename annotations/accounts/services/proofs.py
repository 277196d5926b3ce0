"""Who is there: codes and passkeys that people show, at sign-in and when they confirm an act."""

import datetime

from django.db import transaction

from annotations.accounts import log, refusals
from annotations.accounts.enums import FactorKind, Proof
from annotations.accounts.factors import guessing, passkeys, recovery_codes, totp
from annotations.accounts.models import Factor, RecoveryCode, User
from annotations.audit import repeats, sealed, services as audit
from annotations.audit.actors import ANONYMOUS
from annotations.core import clock


@transaction.atomic
def check_code(user: User, typed: str) -> Proof | None:
    """By what the person has shown that it is them: a code of one of their apps, or a recovery code, which is used up.

    None for a wrong code, one that was taken before, and every code of an app while codes are slowed
    (`User.codes_from`). Recovery codes are not slowed: nobody guesses them, and whoever knows the password could keep
    the person out. Raises Unreachable.
    """
    now = clock.now()
    user = _locked_row(user)
    slowed = user.codes_from is not None and user.codes_from > now
    proof = _recovery_code(user, typed, now)
    if proof is None and not slowed:
        proof = _code_of_an_app(user, typed, now)
    if proof is not None:
        _used(user, proof)
    elif not slowed:
        user.wrong_codes += 1
        user.codes_from = now + guessing.wait_after(user.wrong_codes)
        user.save(update_fields=["wrong_codes", "codes_from"])
        _refused(user)
    return proof


@transaction.atomic
def check_passkey(user: User, answer: passkeys.Answer) -> Proof | None:
    """Whether one of the person's passkeys has signed the question; None when not, or when it is a copy."""
    user = _locked_row(user)
    found = Factor.objects.select_for_update().filter(user=user, kind=FactorKind.PASSKEY)
    by_id = {bytes(factor.credential_id or b""): factor for factor in found}
    signed = passkeys.answered(answer, [bytes(factor.credential or b"") for factor in by_id.values()])
    if signed is None or passkeys.copied(by_id[signed.credential_id].signatures, signed.signatures):
        _refused(user)
        return None
    factor = by_id[signed.credential_id]
    factor.signatures, factor.used_at = signed.signatures, clock.now()
    factor.save(update_fields=["signatures", "used_at"])
    _used(user, Proof.PASSKEY)
    return Proof.PASSKEY


@transaction.atomic
def record_step_up(user: User, proof: Proof) -> None:
    """The person confirmed anew that they are there."""
    repeats.tell(log.STEPPED_UP, user.actor, data={"proof": str(proof)})


def _locked_row(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


def _code_of_an_app(user: User, typed: str, now: datetime.datetime) -> Proof | None:
    for factor in Factor.objects.select_for_update().filter(user=user, kind=FactorKind.APP):
        (secret,) = sealed.unseal_bytes_of_each([sealed.Sealed(user.pseudonym, bytes(factor.sealed or b""))])
        step = totp.matching_step(secret, typed, now, after=factor.last_step) if secret else None
        if step is not None:
            factor.last_step, factor.used_at = step, now
            factor.save(update_fields=["last_step", "used_at"])
            return Proof.APP
    return None


def _recovery_code(user: User, typed: str, now: datetime.datetime) -> Proof | None:
    if recovery_codes.normal(typed) is None:
        return None
    left = RecoveryCode.objects.filter(user=user, digest=recovery_codes.digest(typed), used_at=None)
    return Proof.RECOVERY_CODE if left.update(used_at=now) else None


def _used(user: User, proof: Proof) -> None:
    if user.wrong_codes:
        user.wrong_codes, user.codes_from = 0, None
        user.save(update_fields=["wrong_codes", "codes_from"])
    repeats.tell(log.FACTOR_USED, user.actor, data={"account": user.pseudonym, "proof": str(proof)})


def _refused(user: User) -> None:
    """Many of the same are told of together: an attempt with a passkey is not slowed."""
    if times := refusals.counted(user.pseudonym, "second-factor"):
        audit.append(log.FACTOR_REFUSED, ANONYMOUS, data={"account": user.pseudonym, "times": times})
