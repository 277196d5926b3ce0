"""Somebody who is signed in confirms that it is them, and goes on with what they were doing."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from annotations.accounts import selectors, services, sessions
from annotations.accounts.addresses import here_or
from annotations.accounts.enums import Proof
from annotations.accounts.middleware import signed_in
from annotations.accounts.models import User
from annotations.accounts.proof_forms import (
    CodeForm,
    PasswordForm,
    kept_fields,
    questions,
    shown_factor,
    shown_password,
)
from annotations.accounts.views.sign_in import has_to_wait


class SentAgain(HttpResponseRedirect):
    """The browser sends the same form to the other address, with its method (RFC 9110, section 15.4.8)."""

    status_code = 307


def ask(request: HttpRequest) -> HttpResponse:
    """The answer to a request that needs a step-up: the question, with what a form sent kept in its own form.

    The form is at another address than the page, which is why a page is not asked for by its own address.
    """
    if request.method != "POST":
        return redirect(f"{reverse('accounts:step_up')}?{urlencode({'next': request.get_full_path()})}")
    user = signed_in(request)
    return _page(request, user, _form(user), request.get_full_path(), sends=True)


@require_http_methods(["GET", "HEAD", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Asks; with the right answer the session's key changes, and the person goes on."""
    user = signed_in(request)
    if request.method != "POST":
        return _page(request, user, _form(user), request.GET.get("next", ""), sends=False)
    form, target = _form(user, request.POST), request.POST.get("step_up_next", "")
    sends = "step_up_sends" in request.POST
    if _by_provider(user, form):
        return _page(request, user, form, target, sends=sends)
    proof = _shown(request, user, form)
    if hasattr(request, "has_to_wait"):
        return has_to_wait(request)
    if proof is None:
        user.refresh_from_db()
        return _page(request, user, form, target, sends=sends)
    sessions.prove(request.session, proof)
    services.record_step_up(user, proof)
    return SentAgain(_safe(target)) if sends else redirect(_safe(target))


def _form(user: User, sent: object = None) -> CodeForm | PasswordForm:
    return CodeForm(sent) if selectors.factors_of(user).exists() else PasswordForm(sent)  # type: ignore[arg-type]


def _by_provider(user: User, form: CodeForm | PasswordForm) -> bool:
    """Whether nobody but the sign-in provider can say who is there: no factor, and no password, is kept here."""
    return user.by_provider and isinstance(form, PasswordForm)


def _shown(request: HttpRequest, user: User, form: CodeForm | PasswordForm) -> Proof | None:
    if not form.is_valid():
        return None
    if isinstance(form, PasswordForm):
        proof = shown_password(request, user, form)
        if proof is None:
            form.add_error("step_up_password", _("This is not your password."))
        return proof
    proof = shown_factor(request, user, form)
    if proof is None:
        form.add_error("step_up_code", _("This was not right. Wait for the next code, and try again."))
    return proof


def _page(
    request: HttpRequest, user: User, form: CodeForm | PasswordForm, target: str, *, sends: bool
) -> HttpResponse:
    context = {
        **questions(request, user, form),
        "target": _safe(target),
        "kept": kept_fields(request),
        "sends": sends,
        "by_password": isinstance(form, PasswordForm),
        "by_provider": _by_provider(user, form),
    }
    return render(request, "accounts/step_up.html", context)


def _safe(target: str) -> str:
    return here_or(target, reverse("home"))
