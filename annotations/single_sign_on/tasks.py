from celery import shared_task
from django.conf import settings

from annotations.single_sign_on import exchanges


@shared_task(name="single_sign_on.exchange")
def exchange(exchange: str) -> None:
    exchanges.ask_provider(exchange)


@shared_task(name="single_sign_on.fetch_document")
def fetch_document() -> None:
    if settings.OIDC_ISSUER:
        exchanges.fetch_document()


@shared_task(name="single_sign_on.prune")
def prune() -> None:
    exchanges.prune()
