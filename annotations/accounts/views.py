"""Signing in and out."""

from typing import Any

from django.contrib.auth import views
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render


class SignIn(views.LoginView):
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


class SignOut(views.LogoutView):
    pass


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer while an account is locked after too many failures from one address."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"code": "locked_out", "message": "Too many failed attempts. Wait 15 minutes."}, status=429
        )
    return render(request, "errors/429.html", status=429)
