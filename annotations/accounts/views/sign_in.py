"""Signing in and out."""

import datetime
import math
from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from annotations.accounts import services, throttle
from annotations.accounts.doors import turned_away
from annotations.accounts.selectors import slowed_down


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("User name or password is wrong."),
    }


class SignIn(views.LoginView):
    authentication_form = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Failures are logged; tries that have to wait are not, as they are not looked at either."""
        response = super().post(request, *args, **kwargs)
        if hasattr(request, "has_to_wait"):
            return has_to_wait(request)
        if not request.user.is_authenticated and response.status_code == 200:
            username = request.POST.get("username", "")
            services.record_failure(username, slowed=slowed_down(throttle.counts(request, username)))
        return response

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Who does not come in from here is told so once the password was right: nobody else learns of a role."""
        user = form.get_user()
        return turned_away(self.request, user) or super().form_valid(form)


class SignOut(views.LogoutView):
    pass


def has_to_wait(request: HttpRequest) -> HttpResponse:
    """The answer to a try that was not looked at, after too many that failed."""
    wait: datetime.timedelta = request.has_to_wait  # type: ignore[attr-defined]
    seconds = math.ceil(wait.total_seconds())
    context = {"seconds": seconds, "minutes": math.ceil(seconds / 60)}
    answer = render(request, "errors/429.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
