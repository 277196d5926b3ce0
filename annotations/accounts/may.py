"""What the caller of a request may do, by the permission matrix: for views, context processors and templates."""

from django.http import HttpRequest

from annotations.accounts.matrix import matrix
from annotations.accounts.middleware import role_of


def may(request: HttpRequest, route: str, method: str = "GET") -> bool:
    """Whether the caller's role may call the route. Raises LookupError for a route that the matrix does not list."""
    return matrix().rule(route, method).allows(role_of(request))


def only_own(request: HttpRequest) -> bool:
    """Whether the route of this request shows the caller only what is their own (`own` in the matrix)."""
    match = request.resolver_match
    if match is None:
        raise LookupError("Only a request that was resolved has a line in the permission matrix.")
    method = "GET" if request.method == "HEAD" else request.method or ""
    return role_of(request) in matrix().rule(match.view_name, method).own
