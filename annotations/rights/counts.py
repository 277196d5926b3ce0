"""How many access requests wait, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.rights.selectors import waiting_requests


@counts("rights:access_requests")
def _requests(request: HttpRequest) -> int:
    return waiting_requests()
