"""A code becomes an ID token: the site writes the code down, the program that may call out exchanges it.

Rows of a minute, by which two programs hand over a protocol's messages. What comes of them is on the log.
"""

import uuid
from collections.abc import Mapping

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import transaction

from annotations.core import clock
from annotations.core.errors import Unavailable
from annotations.single_sign_on import provider_client
from annotations.single_sign_on.enums import SignInRefusal
from annotations.single_sign_on.models import (
    Exchange,
    Identity,
    ProviderDocument,
    ProviderSession,
    SpentLogoutToken,
)
from annotations.single_sign_on.rules import EXCHANGE_LASTS

EXCHANGE_TASK = "single_sign_on.exchange"
FETCH_TASK = "single_sign_on.fetch_document"

MOST_AT_ONCE = 200
"""Exchanges under way: more than this are not people who sign in."""


MOST_OF_A_NETWORK = 50
"""Of them from one network, so that nobody keeps everybody else outside."""

_FETCHED_EVERY = 10
"""Seconds after which somebody who asks has the provider's document fetched anew."""


@transaction.atomic
def begin_exchange(sent: Mapping[str, str], network: str) -> Exchange:
    """Writes down what is to be exchanged (`code`, `verifier`, `redirect_uri`), and wakes whoever does it.

    Raises Unavailable `too_many_sign_ins`, when there are too many from this network or from everywhere.
    """
    under_way = Exchange.objects.filter(made_at__gt=clock.now() - EXCHANGE_LASTS)
    if _counted(network) > MOST_OF_A_NETWORK or under_way.count() >= MOST_AT_ONCE:
        raise Unavailable("too_many_sign_ins", "Too many people sign in now. Try again in a minute.")
    exchange = Exchange.objects.create(**sent)
    transaction.on_commit(lambda: wake(exchange.pk), robust=True)
    return exchange


def wake(exchange: uuid.UUID) -> None:
    """Asks the program that may call out for the exchange; again does no harm."""
    current_app.send_task(EXCHANGE_TASK, [str(exchange)])


def wake_fetching() -> None:
    """Asks the program that may call out for the provider's document; now and then, however often it is wanted."""
    if cache.add(f"single-sign-on-fetching:{settings.OIDC_ISSUER}", 1, _FETCHED_EVERY):
        current_app.send_task(FETCH_TASK)


def ask_provider(exchange_id: uuid.UUID | str) -> None:
    """Exchanges the code, once: a provider gives no second token for it. Nothing of the answer is believed here."""
    waiting = Exchange.objects.filter(pk=exchange_id, asked_at=None)
    if not waiting.filter(made_at__gt=clock.now() - EXCHANGE_LASTS).update(asked_at=clock.now()):
        return
    exchange = Exchange.objects.get(pk=exchange_id)
    document = ProviderDocument.objects.filter(issuer=settings.OIDC_ISSUER).first() or fetch_document()
    asked = Exchange.objects.filter(pk=exchange_id)
    try:
        if document is None:
            raise provider_client.Unreachable("the provider's document was never had")
        sent = {
            "code": exchange.code,
            "code_verifier": exchange.verifier,
            "redirect_uri": exchange.redirect_uri,
        }
        endpoint = document.configuration["token_endpoint"]
        token = provider_client.id_token(endpoint, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET, sent)
    except provider_client.NotGiven:
        asked.update(failure=SignInRefusal.NOT_VERIFIED, code="", verifier="")
    except provider_client.Unreachable:
        asked.update(failure=SignInRefusal.UNREACHABLE, code="", verifier="")
    else:
        asked.update(token=token, code="", verifier="")


def end_exchange(exchange_id: uuid.UUID) -> None:
    """Forgets the exchange, with all that was secret in it."""
    Exchange.objects.filter(pk=exchange_id).delete()


def remember_session(identity: Identity, session: uuid.UUID, sid: str) -> None:
    """Notes that this session began at the provider's session `sid`, so that it can end with it."""
    ProviderSession.objects.update_or_create(pk=session, defaults={"identity": identity, "sid": sid[:255]})


def fetch_document() -> ProviderDocument | None:
    """Fetches what the provider publishes, and keeps it; None when it does not answer: what was had before stays."""
    try:
        configuration = provider_client.configuration(settings.OIDC_ISSUER)
        keys = provider_client.keys(configuration["jwks_uri"])
    except (provider_client.Unreachable, provider_client.NotGiven):
        return None
    kept, _ = ProviderDocument.objects.update_or_create(
        issuer=settings.OIDC_ISSUER,
        defaults={"configuration": configuration, "keys": keys, "fetched_at": clock.now()},
    )
    return kept


def prune() -> None:
    """Forgets exchanges that nobody came back for, sessions of the provider that are over, and spent tokens."""
    Exchange.objects.filter(made_at__lt=clock.now() - 2 * EXCHANGE_LASTS).delete()
    SpentLogoutToken.objects.filter(until__lt=clock.now()).delete()
    ProviderSession.objects.filter(began_at__lt=clock.now() - ProviderSession.KEPT).delete()


def _counted(network: str) -> int:
    """One more sign-in from the network; how many within a minute. Counted in Django's cache."""
    key = f"single-sign-on-network:{network}"
    cache.add(key, 0, int(EXCHANGE_LASTS.total_seconds()))
    try:
        return cache.incr(key)
    except ValueError:  # the minute ended in between
        return 1
