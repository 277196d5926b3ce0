"""How many break-glass accesses wait for whoever asks, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.may import may
from annotations.accounts.middleware import actor_of
from annotations.break_glass.selectors import waiting_for


@counts("break_glass:index")
def _accesses(request: HttpRequest) -> int:
    """For those who decide, and nobody decides on what they asked for."""
    return waiting_for(actor_of(request)) if may(request, "break_glass:decide", "POST") else 0
