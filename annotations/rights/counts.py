"""How many access requests, erasures and decisions of a second officer wait, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.middleware import actor_of
from annotations.rights.retention.selectors import waiting_for_second_officer
from annotations.rights.selectors import unfinished_erasures, waiting_requests


@counts("rights:access_requests")
def _requests(request: HttpRequest) -> int:
    return waiting_requests()


@counts("rights:consents")
def _desk(request: HttpRequest) -> int:
    return unfinished_erasures() + waiting_for_second_officer(actor_of(request).pseudonym)
