"""From which networks a role comes in (`settings.ALLOWED_NETWORKS`)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from annotations.accounts import log, services, throttle
from annotations.accounts.models import User
from annotations.accounts.networks import within


def comes_in(role: str, address: str) -> bool:
    """Whether somebody in this role comes in from this address: from everywhere, unless the setting names the role."""
    networks = settings.ALLOWED_NETWORKS.get(role)
    return networks is None or within(address, networks)


def turned_away(request: HttpRequest, user: User) -> HttpResponse | None:
    """The answer to who does not come in from here, which is logged; None for who does."""
    if comes_in(user.role, throttle.address(request)):
        return None
    route = request.resolver_match.view_name if request.resolver_match else ""
    services.record_turned_away(log.NETWORK_REFUSED, user.actor, request.method or "", route)
    request.refusal_noted = True  # type: ignore[attr-defined]
    if request.path.startswith("/api/") or getattr(request, "api_key", None):
        message = (
            "Your role does not come in from this network. Use the network of your workplace, or its VPN."
        )
        return JsonResponse({"code": "network_not_allowed", "message": message}, status=403)
    return render(request, "errors/network.html", {"person": user}, status=403)
