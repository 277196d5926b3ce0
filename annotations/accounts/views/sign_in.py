"""Signing in and out."""

import datetime
import math
from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm, UsernameField
from django.forms import TextInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.accounts import pending, selectors, services, throttle
from annotations.accounts.addresses import here_or
from annotations.accounts.doors import turned_away
from annotations.accounts.enums import Proof
from annotations.accounts.models import User
from annotations.accounts.proof_forms import CodeForm, questions, shown_factor
from annotations.accounts.selectors import slowed_down
from annotations.core.errors import Conflict


class SignInForm(AuthenticationForm):
    username = UsernameField(
        label=gettext_lazy("User name"),
        widget=TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("User name or password is wrong."),
    }


class SignIn(views.LoginView):
    authentication_form = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Failures are logged; tries that have to wait are not, as they are not looked at either."""
        response = super().post(request, *args, **kwargs)
        return has_to_wait(request) if hasattr(request, "has_to_wait") else response

    def get_success_url(self) -> str:
        """Where the person wanted to go, unless that is this page."""
        target = super().get_success_url()
        return target if target != self.request.path else self.get_default_redirect_url()

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Whoever has a second factor is asked for it; nobody is signed in before.

        Who does not come in from here is told so once the password was right: nobody else learns of a role.
        """
        user = form.get_user()
        if answer := turned_away(self.request, user):
            return answer
        if not selectors.factors_of(user).exists():
            return completed(self.request, user, Proof.PASSWORD, self.get_success_url())
        services.record_password_given(user)
        pending.begin(self.request, user)
        target = self.get_redirect_url()
        query = f"?{urlencode({'next': target})}" if target else ""
        return redirect(reverse("accounts:second_factor") + query)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        looked_at = {"username", "password"} <= form.cleaned_data.keys()
        if looked_at and not hasattr(self.request, "has_to_wait"):
            username = form.cleaned_data["username"]  # as it was compared, in whatever spelling it was typed
            slowed = slowed_down(throttle.counts(self.request, username))
            services.record_failure(username, slowed=slowed)
        return super().form_invalid(form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Asks whoever has just given the right password for a second factor; the right answer signs in."""
    if isinstance(request.user, User):
        return redirect(_next(request))
    user = pending.person(request)
    if user is None:
        return render(request, "accounts/second_factor_late.html", {"next": request.GET.get("next", "")})
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        proof = shown_factor(request, user, form)
        if proof is not None:
            pending.end(request)
            return completed(request, user, proof, _next(request))
        if pending.count_wrong(request):
            messages.error(request, _("That was wrong too often. Begin again with your password."))
            return redirect("accounts:sign_in")
        form.add_error("step_up_code", _("This was not right. Wait for the next code, and try again."))
        user.refresh_from_db()
    context = {**questions(request, user, form), "person": user, "next": _next(request)}
    return render(request, "accounts/second_factor.html", context)


class SignOut(views.LogoutView):
    """Nothing of the person stays in a browser that others use, too: no draft, and no page in its cache."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return emptying_the_browser(super().post(request, *args, **kwargs))


def emptying_the_browser(response: HttpResponse) -> HttpResponse:
    """The answer to whoever has signed out."""
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def completed(
    request: HttpRequest, user: User, proof: Proof, target: str, shown_at: datetime.datetime | None = None
) -> HttpResponse:
    """The answer to whoever has shown enough: signed in, or to begin again, as the account was changed meanwhile."""
    try:
        services.complete_sign_in(request, user, proof, shown_at)
    except Conflict as error:
        messages.error(request, error.message)
        return redirect("accounts:sign_in")
    return redirect(target)


def has_to_wait(request: HttpRequest) -> HttpResponse:
    """The answer to a try that was not looked at, after too many that failed."""
    wait: datetime.timedelta = request.has_to_wait  # type: ignore[attr-defined]
    seconds = math.ceil(wait.total_seconds())
    context = {"seconds": seconds, "minutes": math.ceil(seconds / 60)}
    answer = render(request, "errors/429.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go."""
    return here_or(request.POST.get("next") or request.GET.get("next", ""), reverse("home"))
