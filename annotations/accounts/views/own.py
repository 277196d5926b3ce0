"""One's own account: password, sessions, time zone, the confidentiality statement."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts import selectors, services, throttle
from annotations.accounts.forms import ChangePasswordForm, TimeZoneForm
from annotations.accounts.middleware import signed_in
from annotations.accounts.rules import lacks
from annotations.accounts.views.sign_in import emptying_the_browser, has_to_wait
from annotations.accounts.zones import zone_of
from annotations.core.errors import DomainError


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """All that people see and change of their own accounts."""
    user = signed_in(request)
    context = {
        "person": user,
        "lacks": [lack.value for lack in lacks(user)],
        "sessions": selectors.open_sessions_of(user),
        "here": request.session.session_key,
        "keys": list(selectors.keys_of(user)),
        "in_person": selectors.done_in_person(user),
        "factors": selectors.factors_of(user),
        "codes_left": selectors.codes_left(user),
        "needs_factor": user.role in settings.SECOND_FACTOR_REQUIRED,
        "languages": settings.LANGUAGES,
        "time_zone": TimeZoneForm(initial={"zone": user.time_zone}),
        "zone": zone_of(request),
    }
    return render(request, "accounts/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def change_password(request: HttpRequest) -> HttpResponse:
    """Asks for the old password, as often as a sign-in may be tried; all other sessions end."""
    user = signed_in(request)
    form = ChangePasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _password_page(request, form)
    if authenticate(request, username=user.username, password=form.cleaned_data["old"]) is None:
        if hasattr(request, "has_to_wait"):
            return has_to_wait(request)
        slowed = selectors.slowed_down(throttle.counts(request, user.username))
        services.record_failure(user.username, slowed=slowed)
        form.add_error("old", _("This is not your password."))
        return _password_page(request, form)
    try:
        user = services.change_password(
            user, form.cleaned_data["password"], request.session.session_key or ""
        )
    except DomainError as error:
        request.session.flush()
        messages.error(request, error.message)
        return redirect(settings.LOGIN_URL)
    update_session_auth_hash(request, user)
    messages.success(request, _("Your password is changed, and all your other sessions have ended."))
    return redirect("accounts:account")


@require_POST
def end_session(request: HttpRequest, session_id: uuid.UUID) -> HttpResponse:
    """Ends one session; ending the one of this request signs out."""
    try:
        services.end_session(signed_in(request), session_id)
    except DomainError as error:
        raise Http404 from error
    if not request.session.exists(request.session.session_key or ""):
        request.session.flush()
        return emptying_the_browser(redirect(settings.LOGIN_URL))
    messages.success(request, _("The session has ended."))
    return redirect("accounts:account")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Ends all sessions but this one."""
    services.end_other_sessions(signed_in(request), request.session.session_key or "")
    messages.success(request, _("All your other sessions have ended."))
    return redirect("accounts:account")


@require_POST
def choose_time_zone(request: HttpRequest) -> HttpResponse:
    """The zone of times on pages, from now on."""
    try:
        services.choose_time_zone(signed_in(request), request.POST.get("zone", ""))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        request.session.pop("zone", None)
        messages.success(request, _("Times are shown in this zone from now on."))
    return redirect("accounts:account")


@require_POST
def accept_statement(request: HttpRequest) -> HttpResponse:
    """Accepts the confidentiality statement that the page shows."""
    services.accept_statement(signed_in(request))
    messages.success(request, _("Thank you. It is recorded that you accepted the statement."))
    return redirect("accounts:account")


def _password_page(request: HttpRequest, form: ChangePasswordForm) -> HttpResponse:
    return render(request, "accounts/password.html", {"form": form}, status=400 if form.errors else 200)
