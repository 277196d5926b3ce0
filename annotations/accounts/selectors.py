"""Reading accounts."""

import hmac

from annotations.accounts import keys
from annotations.accounts.enums import KeyRefusal
from annotations.accounts.models import ApiKey, User
from annotations.core import clock


def user_of_key(key: str) -> User | None:
    """The active owner of a key that is neither expired nor revoked."""
    if not (parsed := keys.parse(key)):
        return None
    prefix, secret = parsed
    found = (
        ApiKey.objects.select_related("user")
        .filter(prefix=prefix, revoked_at=None, expires_at__gt=clock.now(), user__is_active=True)
        .first()
    )
    return found.user if found and hmac.compare_digest(found.digest, keys.digest(secret)) else None


def why_refused(key: str) -> tuple[User | None, KeyRefusal]:
    """Why `user_of_key` knows nobody by this key, and whose key it is or begins like."""
    prefix, secret = keys.parse(key) or ("", "")
    found = ApiKey.objects.select_related("user").filter(prefix=prefix).first()
    if found is None:
        return None, KeyRefusal.UNKNOWN
    if not hmac.compare_digest(found.digest, keys.digest(secret)):
        return found.user, KeyRefusal.WRONG
    if found.revoked_at:
        return found.user, KeyRefusal.REVOKED
    return found.user, KeyRefusal.EXPIRED if found.user.is_active else KeyRefusal.INACTIVE
