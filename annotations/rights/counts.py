"""How many access requests and erasures wait for an officer, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.rights.selectors import unfinished_erasures, waiting_requests


@counts("rights:access_requests")
def _requests(request: HttpRequest) -> int:
    return waiting_requests()


@counts("rights:consents")
def _erasures(request: HttpRequest) -> int:
    return unfinished_erasures()
