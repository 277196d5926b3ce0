"""How many break-glass accesses wait for whoever asks, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.enums import Role
from annotations.accounts.middleware import actor_of, role_of
from annotations.break_glass.selectors import waiting_for


@counts("break_glass:index")
def _accesses(request: HttpRequest) -> int:
    """Only officers decide, and nobody on what they asked for."""
    return waiting_for(actor_of(request)) if role_of(request) == Role.PRIVACY_OFFICER else 0
