"""The questions by which somebody shows that it is them, and what they answered."""

from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from annotations.accounts import selectors, services, throttle
from annotations.accounts.enums import Proof
from annotations.accounts.factors import passkeys
from annotations.accounts.models import User
from annotations.core import clock

_QUESTION = "passkey_question"


class CodeForm(forms.Form):
    """A code of an app, or a recovery code. The names are such as no other form has: others travel beside them."""

    step_up_code = forms.CharField(
        label=_("Code"),
        required=False,
        max_length=64,
        help_text=_("Six digits that your app shows now, or one of your recovery codes"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "spellcheck": "false",
                "autocapitalize": "none",
            }
        ),
    )
    step_up_passkey = forms.CharField(
        required=False, max_length=passkeys.LONGEST_ANSWER, widget=forms.HiddenInput
    )


class PasswordForm(forms.Form):
    """For whoever has no second factor."""

    step_up_password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )


def place_of(request: HttpRequest) -> passkeys.Place:
    """Where the caller opened the site."""
    host = request.get_host()
    name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
    return passkeys.Place(f"{request.scheme}://{host}", name)


def keep_question(request: HttpRequest, state: passkeys.State) -> None:
    """Keeps in the session what the next answer of a passkey has to fit."""
    request.session[_QUESTION] = state


def answer_of(request: HttpRequest, sent: str) -> passkeys.Answer:
    """What the browser answered to the question that was kept, which answers nothing a second time."""
    return passkeys.Answer(place_of(request), request.session.pop(_QUESTION, {}), sent)


def questions(request: HttpRequest, user: User, form: forms.Form) -> dict[str, Any]:
    """What `accounts/_proof.html` shows: the form, and the question for passkeys of those who have some here."""
    place, known = place_of(request), selectors.credentials_of(user)
    context: dict[str, Any] = {"form": form, "slowed": None, "passkey": ""}
    if known and place.has_passkeys:
        context["passkey"], state = passkeys.ask(place, known)
        keep_question(request, state)
    if user.codes_from and user.codes_from > clock.now():
        context["slowed"] = user.codes_from
    return context


def shown_factor(request: HttpRequest, user: User, form: CodeForm) -> Proof | None:
    """By which second factor the sender of a valid form has shown that they are this person; None for none."""
    if sent := form.cleaned_data["step_up_passkey"]:
        return services.check_passkey(user, answer_of(request, sent))
    return services.check_code(user, form.cleaned_data["step_up_code"])


def shown_password(request: HttpRequest, user: User, form: PasswordForm) -> Proof | None:
    """As `shown_factor`, by the password; as often as a sign-in may be tried."""
    if (
        authenticate(request, username=user.username, password=form.cleaned_data["step_up_password"])
        is not None
    ):
        return Proof.PASSWORD
    if not hasattr(request, "has_to_wait"):
        slowed = selectors.slowed_down(throttle.counts(request, user.username))
        services.record_failure(user.username, slowed=slowed)
    return None


def kept_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form sent, field by field, without what is about the question itself."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken" and not name.startswith("step_up_")
        for value in values
        if isinstance(value, str)
    ]
