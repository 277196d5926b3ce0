"""Signing in and out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from annotations.accounts import pending, selectors, services, throttle
from annotations.accounts.addresses import here_or
from annotations.accounts.enums import Proof
from annotations.accounts.models import User
from annotations.accounts.proof_forms import CodeForm, questions, shown_factor


class SignInForm(AuthenticationForm):
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": gettext_lazy("User name or password is wrong."),
    }


class SignIn(views.LoginView):
    authentication_form = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Failures are logged until the lock; tries on a locked account are not: they could grow the log for ever."""
        if throttle.locked(request, request.POST.get("username", "")):
            return locked_out(request)
        return super().post(request, *args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Whoever has a second factor is asked for it; nobody is signed in before."""
        user = form.get_user()
        if not selectors.factors_of(user).exists():
            services.complete_sign_in(self.request, user, Proof.PASSWORD)
            return redirect(self.get_success_url())
        pending.begin(self.request, user)
        target = self.get_redirect_url()
        query = f"?{urlencode({'next': target})}" if target else ""
        return redirect(reverse("accounts:second_factor") + query)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        username = self.request.POST.get("username", "")
        services.record_failure(username, locked=throttle.locked(self.request, username))
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
            services.complete_sign_in(request, user, proof)
            return redirect(_next(request))
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
        response = super().post(request, *args, **kwargs)
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """The answer while an account is locked after too many failures from one address."""
    if request.path.startswith("/api/"):
        return JsonResponse(
            {"code": "locked_out", "message": "Too many failed attempts. Wait 15 minutes."}, status=429
        )
    return render(request, "errors/429.html", status=429)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to go."""
    return here_or(request.POST.get("next") or request.GET.get("next", ""), reverse("home"))
