"""Reading accounts."""

import hmac

from annotations.core import clock

from . import keys
from .models import ApiKey, User


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
