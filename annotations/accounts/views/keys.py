"""API keys: one's own, and those of programs, which an operator makes."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts import selectors, services
from annotations.accounts.forms import KeyForm, RotateForm
from annotations.accounts.middleware import actor_of, signed_in
from annotations.accounts.models import ApiKey, User
from annotations.accounts.roles import signs_in
from annotations.accounts.rules import KEY_ENDS_SOON
from annotations.accounts.scopes import scopes
from annotations.accounts.zones import zone_of
from annotations.core.errors import DomainError


@dataclass(frozen=True)
class Whose:
    """The account whose keys are changed, and the page that lists them."""

    user: User
    back: str


@require_safe
def own_keys(request: HttpRequest) -> HttpResponse:
    """The person's API keys, and what there is to know of them."""
    user = signed_in(request)
    keys = list(selectors.keys_of(user))
    context = {
        "keys": keys,
        "ending": [key for key in keys if key.ends_soon],
        "days": KEY_ENDS_SOON.days,
        "zone": zone_of(request),
    }
    return render(request, "accounts/keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def make_own_key(request: HttpRequest) -> HttpResponse:
    """Makes a key of one's own, and shows it once."""
    return _make(request, _own(request))


@require_http_methods(["GET", "HEAD", "POST"])
def rotate_own_key(request: HttpRequest, prefix: str) -> HttpResponse:
    """Makes a key in the place of one of one's own."""
    return _rotate(request, _own(request), prefix)


@require_POST
def revoke_own_key(request: HttpRequest, prefix: str) -> HttpResponse:
    """Takes an API key of one's own out of use."""
    return _revoke(request, _own(request), prefix)


@require_http_methods(["GET", "HEAD", "POST"])
def make_key(request: HttpRequest, user_id: uuid.UUID) -> HttpResponse:
    """An operator makes a key of a program, and is shown it once."""
    return _make(request, _of_a_program(user_id))


@require_http_methods(["GET", "HEAD", "POST"])
def rotate_key(request: HttpRequest, user_id: uuid.UUID, prefix: str) -> HttpResponse:
    """An operator makes a key in the place of one of a program."""
    return _rotate(request, _of_a_program(user_id), prefix)


@require_POST
def revoke_key(request: HttpRequest, user_id: uuid.UUID, prefix: str) -> HttpResponse:
    """An operator takes any API key of an account out of use."""
    return _revoke(request, _of(user_id), prefix)


def _make(request: HttpRequest, whose: Whose) -> HttpResponse:
    form = KeyForm(scopes().of_role(whose.user.role), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            key = services.create_key(actor_of(request), whose.user, form.terms())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return _shown(request, whose, key)
    status = 400 if form.errors else 200
    return render(request, "accounts/key_new.html", {"form": form, **vars(whose)}, status=status)


def _rotate(request: HttpRequest, whose: Whose, prefix: str) -> HttpResponse:
    old = _key(whose, prefix)
    form = RotateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            key = services.rotate_key(actor_of(request), prefix, form.overlap())
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            old.refresh_from_db()
            return _shown(request, whose, key, old=old)
    context = {"form": form, "key": old, "zone": zone_of(request), **vars(whose)}
    return render(request, "accounts/key_rotate.html", context, status=400 if form.errors else 200)


def _revoke(request: HttpRequest, whose: Whose, prefix: str) -> HttpResponse:
    _key(whose, prefix)
    try:
        services.revoke_key(actor_of(request), prefix)
    except ApiKey.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The key is revoked."))
    return redirect(whose.back)


def _shown(request: HttpRequest, whose: Whose, key: str, **more: Any) -> HttpResponse:
    """The one page that shows a new key."""
    made = selectors.keys_of(whose.user).get(prefix=key.split("_")[1])
    context = {"key": key, "made": made, "zone": zone_of(request), **vars(whose), **more}
    return render(request, "accounts/key_made.html", context)


def _own(request: HttpRequest) -> Whose:
    return Whose(signed_in(request), reverse("accounts:own_keys"))


def _of(user_id: uuid.UUID) -> Whose:
    if (user := User.objects.filter(pk=user_id).first()) is None:
        raise Http404
    return Whose(user, reverse("accounts:person", args=[user_id]))


def _of_a_program(user_id: uuid.UUID) -> Whose:
    """People make their keys themselves."""
    if signs_in((whose := _of(user_id)).user.role):
        raise Http404
    return whose


def _key(whose: Whose, prefix: str) -> ApiKey:
    if (found := selectors.keys_of(whose.user).filter(prefix=prefix).first()) is None:
        raise Http404
    return found
