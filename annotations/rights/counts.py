"""How many access requests and erasures wait, and decisions of a second officer, for the top bar."""

from django.http import HttpRequest

from annotations.accounts.context import counts
from annotations.accounts.middleware import actor_of
from annotations.rights.retention.selectors import waiting_holds, waiting_rules
from annotations.rights.selectors import unfinished_erasures, waiting_requests


@counts("rights:access_requests")
def _requests(request: HttpRequest) -> int:
    return waiting_requests()


@counts("rights:erasures")
def _erasures(request: HttpRequest) -> int:
    return unfinished_erasures()


@counts("rights:retention_register")
def _rules(request: HttpRequest) -> int:
    return waiting_rules(actor_of(request).pseudonym)


@counts("rights:legal_holds")
def _legal_holds(request: HttpRequest) -> int:
    return waiting_holds(actor_of(request).pseudonym)
