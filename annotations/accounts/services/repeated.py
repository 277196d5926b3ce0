"""What was done to accounts after a backup, done again in the database that was restored from it."""

import datetime
import uuid

from django.db import transaction

from annotations.accounts import log
from annotations.accounts.enums import Role
from annotations.accounts.models import Factor, RecoveryCode, User
from annotations.accounts.services.closing import close
from annotations.accounts.services.factors import take_factors
from annotations.accounts.services.proposals import give_role
from annotations.accounts.services.support import end_sessions, locked
from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core.errors import Invalid


@transaction.atomic
def repeat_closing(account: str, actor: Actor, at: datetime.datetime) -> bool:
    """Closes the account of this pseudonym, whoever is left, as of then; False when it is not open."""
    found = User.objects.filter(pseudonym=account, is_active=True).first()
    if found is None:
        return False
    ended = close(locked(found.pk), at)
    audit.append(log.CLOSED_AGAIN, actor, data={"account": account, **ended})
    return True


@transaction.atomic
def repeat_role(account: str, role: str, actor: Actor, at: datetime.datetime) -> bool:
    """Gives the account this role, which was agreed to then; False when it has it. Who comes into a role that sees
    content needs a new sign-in link. Raises Invalid `unknown_role`.
    """
    if role not in Role.values:
        raise Invalid("unknown_role", f"This version of the site knows no role {role}.")
    found = User.objects.filter(pseudonym=account).exclude(role=role).first()
    if found is None:
        return False
    changed = give_role(locked(found.pk), role, at)
    audit.append(log.ROLE_CHANGED_AGAIN, actor, data={"account": account, **changed})
    return True


@transaction.atomic
def repeat_password_required(account: str, actor: Actor) -> bool:
    """Demands a new password of the account; False when one is demanded already, or there is no such account."""
    found = User.objects.filter(pseudonym=account, password_required=False).first()
    if found is None:
        return False
    user = locked(found.pk)
    user.password_required = True
    user.save(update_fields=["password_required"])
    data = {"account": account, "sessions": end_sessions(user)}
    audit.append(log.PASSWORD_REQUIRED_AGAIN, actor, data=data)
    return True


@transaction.atomic
def repeat_factor_removed(factor_id: uuid.UUID, actor: Actor) -> bool:
    """Removes a second factor that its person had removed; False when it is not there."""
    found = Factor.objects.select_related("user").filter(pk=factor_id).first()
    if found is None:
        return False
    found.delete()
    data = {"account": found.user.pseudonym, "factor": found.kind}
    audit.append(log.FACTOR_REMOVED_AGAIN, actor, data=data)
    return True


@transaction.atomic
def repeat_factors_taken(account: str, at: datetime.datetime, actor: Actor) -> bool:
    """Takes away the second factors that two people had taken away then; False when none of that time is there."""
    found = User.objects.filter(pseudonym=account, factors__made_at__lte=at).first()
    if found is None:
        return False
    audit.append(log.FACTORS_TAKEN_AGAIN, actor, data={"account": account, **take_factors(locked(found.pk))})
    return True


@transaction.atomic
def repeat_recovery_codes_made(account: str, at: datetime.datetime, actor: Actor) -> bool:
    """Ends recovery codes that others had taken the place of; False when there are none. New ones are made by hand."""
    ended = RecoveryCode.objects.filter(user__pseudonym=account, made_at__lt=at).delete()[0]
    if ended:
        audit.append(log.RECOVERY_CODES_ENDED_AGAIN, actor, data={"account": account, "codes": ended})
    return ended > 0
