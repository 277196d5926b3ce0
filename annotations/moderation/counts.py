"""How many clips that were not verified wait for a lead, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.redaction.selectors import unverified


@counts("moderation:unverified")
def _unverified(request: HttpRequest) -> int:
    return unverified().count()
