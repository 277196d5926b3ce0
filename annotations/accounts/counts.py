"""How many proposals wait for whoever asks, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.may import may
from annotations.accounts.middleware import actor_of
from annotations.accounts.selectors import waiting_for


@counts("accounts:people")
def _proposals(request: HttpRequest) -> int:
    """For those who decide, and nobody decides on what they asked for or on their own account."""
    return waiting_for(actor_of(request)) if may(request, "accounts:decide_loss", "POST") else 0
