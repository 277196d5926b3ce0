"""The end of sessions that began at the provider."""

import hashlib
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from annotations.accounts.models import Session
from annotations.audit import services as audit
from annotations.audit.actors import WORKER
from annotations.core import clock
from annotations.single_sign_on import log
from annotations.single_sign_on.models import Identity, ProviderSession, SpentLogoutToken
from annotations.single_sign_on.tokens import LOGOUT_LASTS, NotVerified


@transaction.atomic
def end_at_provider(claims: dict[str, Any]) -> int:
    """Ends the sessions that a verified logout token names: the provider's session, or all of the person's; how many.

    Raises NotVerified for a token that was used before.
    """
    digest = hashlib.sha256(str(claims["jti"]).encode()).hexdigest()
    try:
        with transaction.atomic():
            SpentLogoutToken.objects.create(digest=digest, until=clock.now() + 2 * LOGOUT_LASTS)
    except IntegrityError:
        raise NotVerified("it was used before") from None
    found = ProviderSession.objects.filter(identity__issuer=settings.OIDC_ISSUER)
    if subject := claims.get("sub"):
        found = found.filter(identity__subject=subject)
    if sid := claims.get("sid"):
        found = found.filter(sid=sid)
    ended = 0
    for identity in Identity.objects.select_related("user").filter(sessions__in=found).distinct():
        named = found.filter(identity=identity).values_list("session", flat=True)
        count = Session.objects.filter(user=identity.user, public_id__in=list(named)).delete()[0]
        if count:
            audit.append(log.ENDED, WORKER, data={"account": identity.user.pseudonym, "sessions": count})
        ended += count
    found.delete()
    return ended
