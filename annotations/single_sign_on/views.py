"""Signing in by the provider: there, back, and a moment's wait for its answer. And its word that a session ended.

By the same way somebody who has no factor of their own here confirms that it is them.
"""

import datetime
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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts import pending, selectors, services as accounts, sessions, throttle
from annotations.accounts.addresses import here_or
from annotations.accounts.doors import turned_away
from annotations.accounts.enums import Proof
from annotations.accounts.middleware import signed_in
from annotations.accounts.models import User
from annotations.accounts.networks import network_of
from annotations.accounts.proof_forms import kept_fields
from annotations.accounts.views.sign_in import completed
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.single_sign_on import exchanges, kept_forms, rules, services, tokens
from annotations.single_sign_on.enums import SignInRefusal
from annotations.single_sign_on.models import Exchange, Identity, ProviderDocument
from annotations.single_sign_on.signals import SESSION

_BEGUN, _UNDER_WAY = "single_sign_on", "single_sign_on_exchange"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def begin(request: HttpRequest) -> HttpResponse:
    """Leads to the provider whoever presses the button for it; a link alone leads to the page that has it.

    So no page elsewhere begins a session here for somebody who is signed in at the provider.
    """
    document = _document()
    if request.method != "POST" or isinstance(request.user, User):
        query = {"next": request.GET.get("next", "") or request.POST.get("next", "")}
        return redirect(
            f"{reverse('accounts:sign_in')}?{urlencode(query)}" if query["next"] else "accounts:sign_in"
        )
    within = datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return _lead(request, document, within, {"next": request.POST.get("next", "")})


@require_POST
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Leads somebody who is signed in, and has no factor of their own here, to the provider, which asks them anew.

    What they had sent goes with them, sealed (`kept_forms`).
    """
    document, user = _document(), signed_in(request)
    target = here_or(request.POST.get("step_up_next", ""), reverse("home"))
    identity = Identity.objects.filter(user=user, issuer=settings.OIDC_ISSUER).first()
    if identity is None or selectors.factors_of(user).exists():
        return redirect(f"{reverse('accounts:step_up')}?{urlencode({'next': target})}")
    form = kept_forms.KeptForm(target, "step_up_sends" in request.POST, kept_fields(request))
    begun = rules.begin()
    halves = kept_forms.seal(form, begun.state)
    kept = {"identity": str(identity.pk), "sealed": halves.sealed, "state": begun.state}
    answer = _lead(request, document, datetime.timedelta(), {"next": "", "confirms": kept}, begun)
    kept_forms.give_key(answer, halves.key)
    return answer


@require_safe
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """Takes the provider's code, once, from the browser that was sent there. It leaves the address bar at once."""
    _document()
    begun: dict[str, Any] = request.session.get(_BEGUN, {})
    state, expected = request.GET.get("state", ""), str(begun.get("state", ""))
    late = not begun or begun["at"] < (clock.now() - rules.SIGN_IN_LASTS).timestamp()
    if late or not hmac.compare_digest(state.encode(), expected.encode()):
        # Nobody ends a sign-in by leading the browser here with a state of their own.
        return _refused(request, SignInRefusal.OVER)
    del request.session[_BEGUN]
    # Another provider's answer, mixed in (RFC 9207).
    if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
        return _refused(request, SignInRefusal.NOT_VERIFIED)
    code = request.GET.get("code", "")
    if "error" in request.GET or not 0 < len(code) <= 2000 or "\0" in code:
        return _refused(request, SignInRefusal.PROVIDER)
    sent = {"code": code, "verifier": begun["verifier"], "redirect_uri": _redirect_uri(request)}
    try:
        exchange = exchanges.begin_exchange(sent, network_of(throttle.address(request), (32, 64)))
    except DomainError as error:
        return render(request, "single_sign_on/refused.html", {"message": error.message}, status=error.status)
    kept = {name: begun[name] for name in ("nonce", "next", "at", "confirms") if name in begun}
    request.session[_UNDER_WAY] = {"id": str(exchange.pk), **kept}
    return redirect("single_sign_on:wait")


@require_safe
@never_cache
def wait(request: HttpRequest) -> HttpResponse:
    """Signs in when the provider's token is there and verified; until then the page asks again each second."""
    document = _document()
    under_way: dict[str, Any] = request.session.get(_UNDER_WAY, {})
    exchange = Exchange.objects.filter(pk=under_way.get("id") or uuid.UUID(int=0)).first()
    if exchange is None or exchange.made_at < clock.now() - rules.EXCHANGE_LASTS:
        return _ended(request, SignInRefusal.OVER)
    if exchange.failure:
        return _ended(request, SignInRefusal(exchange.failure))
    if not exchange.token or document is None:
        if exchange.asked_at is None:
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
    if not rules.is_of_class(claims, settings.OIDC_ACR_VALUES):
        services.record_refused(None, SignInRefusal.TOO_WEAK)
        return _ended(request, SignInRefusal.TOO_WEAK)
    _forget(request)
    if "confirms" in under_way:
        return _confirmed(request, claims, under_way)
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
    except tokens.NotVerified as error:
        if isinstance(error, tokens.UnknownKey):
            exchanges.wake_fetching()  # the next one may come with the same key
        return JsonResponse({"error": "invalid_request"}, status=400, headers={"Cache-Control": "no-store"})
    return HttpResponse(headers={"Cache-Control": "no-store"})


def _lead(
    request: HttpRequest,
    document: ProviderDocument | None,
    seen_within: datetime.timedelta,
    kept: dict[str, Any],
    begun: rules.Begun | None = None,
) -> HttpResponse:
    """A page that leads to the provider at once. No redirect does: pages may send forms to this site only."""
    if document is None:
        exchanges.wake_fetching()
        return _refused(request, SignInRefusal.UNREACHABLE)
    begun = begun or rules.begin()
    request.session[_BEGUN] = {**asdict(begun), "at": clock.now().timestamp(), **kept}
    wanted = rules.Wanted(
        settings.OIDC_CLIENT_ID,
        _redirect_uri(request),
        settings.OIDC_SCOPES,
        seen_within,
        settings.OIDC_ACR_VALUES,
    )
    endpoint = document.configuration["authorization_endpoint"]
    address = rules.authorization_address(endpoint, wanted, begun)
    return render(request, "single_sign_on/leading.html", {"address": address})


def _sign_in(request: HttpRequest, claims: dict[str, Any], onward: str) -> HttpResponse:
    """Signs in whom the provider's word lets in. It is fresh from when the provider asked them who they are."""
    seen_at = rules.seen_at(claims, clock.now())
    earliest = clock.now() - datetime.timedelta(seconds=settings.SESSION_COOKIE_AGE) - rules.CLOCKS_APART
    if rules.LONG_AGO < seen_at < earliest:
        services.record_refused(None, SignInRefusal.NOT_ANEW)
        return _refused(request, SignInRefusal.NOT_ANEW)
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
    return completed(request, user, Proof.PROVIDER, target, seen_at)


def _confirmed(request: HttpRequest, claims: dict[str, Any], under_way: dict[str, Any]) -> HttpResponse:
    """Somebody goes on with what they were doing, if the provider has just asked the same person who they are."""
    kept = under_way["confirms"]
    identity = Identity.objects.select_related("user").filter(pk=kept["identity"]).first()
    if identity is None or request.user != identity.user:
        return _refused(request, SignInRefusal.OVER)
    if claims["sub"] != identity.subject:
        services.record_refused(identity, SignInRefusal.ANOTHER)
        return _refused(request, SignInRefusal.ANOTHER)
    begun_at = datetime.datetime.fromtimestamp(under_way["at"], datetime.UTC)
    if rules.seen_at(claims, clock.now()) < begun_at - rules.CLOCKS_APART:
        services.record_refused(identity, SignInRefusal.NOT_ANEW)
        return _refused(request, SignInRefusal.NOT_ANEW)
    admission = services.admit(claims)
    if not request.session.exists(request.session.session_key or ""):
        request.session.flush()  # another role, or none: their sessions have ended
        return redirect("accounts:sign_in")
    if admission.identity is None:
        return _refused(request, admission.refused or SignInRefusal.PROVIDER)
    form = kept_forms.unseal(kept_forms.Halves(kept_forms.key_of(request), kept["sealed"]), kept["state"])
    if form is None:
        return _refused(request, SignInRefusal.OVER)
    sessions.prove(request.session, Proof.PROVIDER)
    exchanges.remember_session(identity, sessions.public_id(request.session), str(claims.get("sid") or ""))
    accounts.record_step_up(identity.user, Proof.PROVIDER)
    answer = (
        render(request, "single_sign_on/confirmed.html", {"form": form})
        if form.sends
        else redirect(form.target)
    )
    kept_forms.take_key(answer)
    return answer


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
