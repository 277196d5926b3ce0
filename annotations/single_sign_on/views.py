"""Signing in by the provider: there, back, and a moment's wait for its answer. And its word that a session ended."""

import hmac
import uuid
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts import pending, selectors
from annotations.accounts.addresses import here_or
from annotations.accounts.doors import turned_away
from annotations.accounts.enums import Proof
from annotations.accounts.views.sign_in import completed
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.single_sign_on import exchanges, rules, services, tokens
from annotations.single_sign_on.enums import SignInRefusal
from annotations.single_sign_on.models import Exchange, Identity, ProviderDocument
from annotations.single_sign_on.signals import SESSION

_BEGUN, _UNDER_WAY = "single_sign_on", "single_sign_on_exchange"


@require_safe
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Sends the browser to the provider."""
    document = _document()
    if document is None:
        exchanges.wake_fetching()
        return _refused(request, SignInRefusal.UNREACHABLE)
    begun = rules.begin()
    request.session[_BEGUN] = {
        **asdict(begun),
        "at": clock.now().timestamp(),
        "next": request.GET.get("next", ""),
    }
    return redirect(
        rules.authorization_address(
            document.configuration["authorization_endpoint"],
            settings.OIDC_CLIENT_ID,
            _redirect_uri(request),
            settings.OIDC_SCOPES,
            begun,
        )
    )


@require_safe
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Takes the provider's code, once, from the browser that was sent there. It leaves the address bar at once."""
    _document()
    begun: dict[str, Any] = request.session.pop(_BEGUN, {})
    state, sent = request.GET.get("state", ""), str(begun.get("state", ""))
    late = not begun or begun["at"] < (clock.now() - rules.SIGN_IN_LASTS).timestamp()
    if late or not hmac.compare_digest(state.encode(), sent.encode()):
        return _refused(request, SignInRefusal.OVER)
    # Another provider's answer, mixed in (RFC 9207).
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        return _refused(request, SignInRefusal.NOT_VERIFIED)
    code = request.GET.get("code", "")
    if "error" in request.GET or not 0 < len(code) <= 2000 or "\0" in code:
        return _refused(request, SignInRefusal.PROVIDER)
    try:
        exchange = exchanges.begin_exchange(code, begun["verifier"], _redirect_uri(request))
    except DomainError as error:
        return render(request, "single_sign_on/refused.html", {"message": error.message}, status=error.status)
    request.session[_UNDER_WAY] = {"id": str(exchange.pk), "nonce": begun["nonce"], "next": begun["next"]}
    return redirect("single_sign_on:wait")


@require_safe
@never_cache
def wait(request: HttpRequest) -> HttpResponse:
    """Signs in when the provider's token is there and verified; until then the page asks again each second."""
    document = _document()
    under_way: dict[str, str] = request.session.get(_UNDER_WAY, {})
    exchange = Exchange.objects.filter(pk=under_way.get("id") or uuid.UUID(int=0)).first()
    if exchange is None or exchange.made_at < clock.now() - rules.EXCHANGE_LASTS:
        return _ended(request, SignInRefusal.OVER)
    if exchange.failure:
        return _ended(request, SignInRefusal(exchange.failure))
    if not exchange.token or document is None:
        exchanges.wake(exchange.pk)
        return render(request, "single_sign_on/waiting.html")
    trusted = tokens.Trusted(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, document.keys)
    try:
        claims = tokens.id_token_claims(exchange.token, trusted, under_way["nonce"], clock.now())
    except tokens.UnknownKey:
        exchanges.wake_fetching()  # the provider may have new keys
        return render(request, "single_sign_on/waiting.html")
    except tokens.NotVerified:
        services.record_refused(None, SignInRefusal.NOT_VERIFIED)
        return _ended(request, SignInRefusal.NOT_VERIFIED)
    return _sign_in(request, claims, under_way["next"])


@csrf_exempt
@require_POST
def ended(request: HttpRequest) -> HttpResponse:
    """The provider says that a session of its own has ended (OpenID Connect Back-Channel Logout 1.0)."""
    document = _document()
    trusted = tokens.Trusted(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, document.keys if document else {})
    try:
        claims = tokens.logout_claims(request.POST.get("logout_token", ""), trusted, clock.now())
        services.end_at_provider(claims)
    except tokens.NotVerified:
        return JsonResponse({"error": "invalid_request"}, status=400, headers={"Cache-Control": "no-store"})
    return HttpResponse(headers={"Cache-Control": "no-store"})


def _sign_in(request: HttpRequest, claims: dict[str, Any], onward: str) -> HttpResponse:
    _forget(request)
    admission = services.admit(claims)
    if admission.identity is None:
        return _refused(request, admission.refused or SignInRefusal.PROVIDER)
    user = admission.identity.user
    if answer := turned_away(request, user):
        return answer
    target = here_or(onward, settings.LOGIN_REDIRECT_URL)
    if selectors.factors_of(user).exists():
        pending.begin(request, user)
        _remember_provider(request, admission.identity, claims)
        return redirect(f"{reverse('accounts:second_factor')}?{urlencode({'next': target})}")
    _remember_provider(request, admission.identity, claims)
    return completed(request, user, Proof.PROVIDER, target)


def _remember_provider(request: HttpRequest, identity: Identity, claims: dict[str, Any]) -> None:
    """For the moment in which the person is signed in (`signals`), maybe after a second factor."""
    request.session[SESSION] = {"identity": str(identity.pk), "sid": str(claims.get("sid") or "")}


def _ended(request: HttpRequest, reason: SignInRefusal) -> HttpResponse:
    _forget(request)
    return _refused(request, reason)


def _forget(request: HttpRequest) -> None:
    if under_way := request.session.pop(_UNDER_WAY, None):
        exchanges.end_exchange(uuid.UUID(under_way["id"]))


def _refused(request: HttpRequest, reason: SignInRefusal) -> HttpResponse:
    status = 503 if reason == SignInRefusal.UNREACHABLE else 409
    return render(request, "single_sign_on/refused.html", {"message": reason.label}, status=status)


def _document() -> ProviderDocument | None:
    """The provider's document. No such page where no provider is set up."""
    if not settings.OIDC_ISSUER:
        raise Http404
    return ProviderDocument.objects.filter(issuer=settings.OIDC_ISSUER).first()


def _redirect_uri(request: HttpRequest) -> str:
    return request.build_absolute_uri(reverse("single_sign_on:come_back"))
