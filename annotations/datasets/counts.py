"""How many requests to delete something wait for whoever asks, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.may import may
from annotations.accounts.middleware import actor_of
from annotations.datasets.selectors import open_deletions


@counts("datasets:deletions")
def _deletions(request: HttpRequest) -> int:
    if not may(request, "datasets:confirm_deletions", "POST"):
        return 0
    return open_deletions(actor_of(request).pseudonym).count()
