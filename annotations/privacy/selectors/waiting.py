"""How many things wait for somebody, page by page."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.enums import Role
from annotations.accounts.middleware import actor_of, role_of
from annotations.privacy.selectors.alerts import open_alerts
from annotations.privacy.selectors.break_glass import waiting_glasses
from annotations.privacy.selectors.requests import waiting_requests


@counts("privacy:alerts")
def _alerts(request: HttpRequest) -> int:
    return open_alerts()


@counts("privacy:access_requests")
def _requests(request: HttpRequest) -> int:
    return waiting_requests()


@counts("privacy:break_glasses")
def _break_glass(request: HttpRequest) -> int:
    """Only officers decide, and nobody on what they asked for."""
    return waiting_glasses(actor_of(request)) if role_of(request) == Role.PRIVACY_OFFICER else 0
