"""One's own second factors: adding, renaming and removing them, and recovery codes."""

import uuid
from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts import selectors, services, sessions
from annotations.accounts.enums import Proof
from annotations.accounts.factors import passkeys, totp
from annotations.accounts.forms import NewAppForm, NewPasskeyForm
from annotations.accounts.middleware import signed_in
from annotations.accounts.models import User
from annotations.accounts.proof_forms import answer_of, keep_question, place_of
from annotations.core.errors import DomainError, Missing

OFFER_LASTS = 15 * 60
"""Seconds for which the page that shows an app's secret can be sent."""


@require_safe
def add_factor(request: HttpRequest) -> HttpResponse:
    """What somebody can add; the page to which whoever needs a second factor and has none is led."""
    user = signed_in(request)
    context = {
        "person": user,
        "first": not selectors.factors_of(user).exists(),
        "needed": user.role in settings.SECOND_FACTOR_REQUIRED,
        "passkeys": place_of(request).has_passkeys,
    }
    return render(request, "accounts/add_factor.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_app(request: HttpRequest) -> HttpResponse:
    """Shows a secret as a picture and as text, and takes it once the app shows its code.

    Until then it is nowhere but in the page, signed for this person and session.
    """
    user = signed_in(request)
    if request.method != "POST":
        return _app_page(request, user, totp.new_secret(), NewAppForm())
    form = NewAppForm(request.POST)
    try:
        secret = _offered(request, user, form.data.get("offer", ""))
    except signing.BadSignature:
        messages.error(request, _("The page was too old. Here is a new picture."))
        return redirect("accounts:add_app")
    if not form.is_valid():
        return _app_page(request, user, secret, form)
    data = form.cleaned_data
    app = services.NewApp(secret, data["code"], data["name"])
    try:
        codes = services.add_app(user, app, request.session.session_key or "")
    except DomainError as error:
        form.add_error("code", error.message)
        return _app_page(request, user, secret, form)
    return _added(request, user, Proof.APP, codes)


@require_http_methods(["GET", "HEAD", "POST"])
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Lets the browser make a passkey, and takes what it sends."""
    user, form = signed_in(request), NewPasskeyForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _passkey_page(request, user, form)
    data = form.cleaned_data
    answer = answer_of(request, data["passkey"])
    try:
        codes = services.add_passkey(user, answer, data["name"], request.session.session_key or "")
    except DomainError as error:
        form.add_error("name", error.message)
        return _passkey_page(request, user, form)
    return _added(request, user, Proof.PASSKEY, codes)


@require_POST
def rename_factor(request: HttpRequest, factor_id: uuid.UUID) -> HttpResponse:
    name = request.POST.get("name", "")
    return _done(request, lambda: services.rename_factor(signed_in(request), factor_id, name), _("Renamed."))


@require_POST
def remove_factor(request: HttpRequest, factor_id: uuid.UUID) -> HttpResponse:
    return _done(request, lambda: services.remove_factor(signed_in(request), factor_id), _("Removed."))


@require_POST
def renew_recovery_codes(request: HttpRequest) -> HttpResponse:
    """Shows new recovery codes, this once."""
    user = signed_in(request)
    try:
        codes = services.renew_recovery_codes(user)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("accounts:account")
    return _codes_page(request, user, codes)


def _done(request: HttpRequest, act: Callable[[], None], said: str) -> HttpResponse:
    try:
        act()
    except Missing as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("accounts:account")


def _added(request: HttpRequest, user: User, proof: Proof, codes: list[str]) -> HttpResponse:
    """With the first factor, recovery codes; the session has shown the factor now."""
    sessions.prove(request.session, proof)
    if codes:
        return _codes_page(request, user, codes)
    messages.success(request, _("Added."))
    return redirect("accounts:account")


def _codes_page(request: HttpRequest, user: User, codes: list[str]) -> HttpResponse:
    text = "\n".join([f"{_('Recovery codes')}: {request.get_host()}, {user.username}", "", *codes, ""])
    context = {"person": user, "codes": codes, "file": f"data:text/plain;charset=utf-8,{quote(text)}"}
    return render(request, "accounts/recovery_codes.html", context)


def _app_page(request: HttpRequest, user: User, secret: bytes, form: NewAppForm) -> HttpResponse:
    context = {
        "form": form,
        "offer": _signer(request, user).sign(totp.as_text(secret)),
        "secret": totp.as_text(secret),
        "picture": totp.picture(totp.address(secret, user.username, passkeys.NAME)),
    }
    return render(request, "accounts/add_app.html", context)


def _passkey_page(request: HttpRequest, user: User, form: NewPasskeyForm) -> HttpResponse:
    place = place_of(request)
    context = {"form": form, "possible": place.has_passkeys, "question": ""}
    if place.has_passkeys:
        known = selectors.credentials_of(user)
        context["question"], state = passkeys.ask_to_make(place, user.pk.bytes, user.username, known)
        keep_question(request, state)
    return render(request, "accounts/add_passkey.html", context)


def _signer(request: HttpRequest, user: User) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=f"accounts.add_app:{user.pk}:{request.session.session_key}")


def _offered(request: HttpRequest, user: User, offer: str) -> bytes:
    """The secret that the page showed. Raises BadSignature for one of another session, or of too long ago."""
    return totp.from_text(_signer(request, user).unsign(offer, max_age=OFFER_LASTS))
