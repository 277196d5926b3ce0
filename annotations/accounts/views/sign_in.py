"""Signing in and out."""

from typing import Any

from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from annotations.accounts import services, throttle


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
        """Failures are logged until the lock; tries on a locked account are not: they could grow the log for ever."""
        username = request.POST.get("username", "")
        if throttle.locked(request, username):
            return locked_out(request)
        response = super().post(request, *args, **kwargs)
        if not request.user.is_authenticated:
            services.record_failure(username, locked=throttle.locked(request, username))
        return response


class SignOut(views.LogoutView):
    pass


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer while an account is locked after too many failures from one address."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"code": "locked_out", "message": "Too many failed attempts. Wait 15 minutes."}, status=429
        )
    return render(request, "errors/429.html", status=429)
