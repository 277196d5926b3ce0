"""API keys."""

import datetime

from django.db import transaction

from annotations.accounts import keys, log
from annotations.accounts.models import ApiKey, User
from annotations.audit import journal, services as audit
from annotations.audit.actors import Actor
from annotations.core import clock

USED_EVERY = datetime.timedelta(minutes=1)
"""When a key was used is written down this often at most."""


@transaction.atomic
def create_key(actor: Actor, user: User, days: int = 365) -> str:
    """Makes an API key for `user` and returns it; it cannot be shown again."""
    key, prefix, digest = keys.generate()
    expires = clock.now() + datetime.timedelta(days=days)
    ApiKey.objects.create(user=user, prefix=prefix, digest=digest, expires_at=expires)
    audit.append(log.KEY_CREATED, actor, data={"prefix": prefix, "account": user.pseudonym})
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


def record_key_used(key: ApiKey) -> None:
    """When the key was used last, to the minute. What was done with it has entries of its own."""
    now = clock.now()
    if key.used_at is None or key.used_at < now - USED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(used_at=now)
