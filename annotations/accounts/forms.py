"""What people type on the pages of accounts."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from annotations.accounts import services
from annotations.accounts.enums import Role, Scope, Standing
from annotations.accounts.factors.passkeys import LONGEST_ANSWER
from annotations.accounts.models import User
from annotations.accounts.networks import checked_networks
from annotations.accounts.roles import signing_in
from annotations.accounts.rules import KEY_LASTS, KEY_OVERLAPS
from annotations.accounts.services import Description
from annotations.accounts.zones import zones
from annotations.core.errors import Invalid
from annotations.core.forms import ReasonField

_EACH = [("", _("All"))]


class NewAppForm(forms.Form):
    """A code that an app shows for its new secret."""

    name = forms.CharField(
        label=_("Name"), max_length=50, initial=_("Phone"), help_text=_("As you call the device.")
    )
    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasskeyForm(forms.Form):
    """What a browser sends of a passkey that it has made."""

    name = forms.CharField(label=_("Name"), max_length=50, initial=_("This device"))
    passkey = forms.CharField(max_length=LONGEST_ANSWER, widget=forms.HiddenInput)


class PeopleForm(forms.Form):
    """Filters of the list of people."""

    q = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        help_text=_("A part of the user name or the name, or a pseudonym (p-…)"),
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[*_EACH, *Role.choices])
    standing = forms.ChoiceField(label=_("State"), required=False, choices=[*_EACH, *Standing.choices])


class DescriptionForm(forms.Form):
    """What is written down of a person."""

    name = forms.CharField(
        label=_("Name"), required=False, max_length=100, help_text=_("As they see it themselves.")
    )
    country = forms.CharField(
        label=_("Country"),
        required=False,
        max_length=2,
        help_text=_("Two letters, such as RO. Owners read it on their receipts."),
    )
    languages = forms.CharField(
        label=_("Languages"), required=False, max_length=100, help_text=_("Codes with commas: en, ro")
    )

    def description(self) -> Description:
        data = self.cleaned_data
        return Description(data["name"], data["country"], data["languages"])


class InviteForm(DescriptionForm):
    """Who is invited, in which role."""

    username = forms.CharField(
        label=_("User name"),
        max_length=64,
        help_text=_("They sign in with it. It cannot be changed."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Role"))
    reason = ReasonField(rows=2, help_text=_("What for, as far as the log is to tell it."))

    field_order = ["username", "role", "name", "country", "languages", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = signing_in()  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Another role for a person."""

    role = forms.ChoiceField(label=_("Role"))
    reason = ReasonField(rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = signing_in()  # type: ignore[attr-defined]


class StepForm(forms.Form):
    """Why something is done to an account."""

    reason = ReasonField(rows=2, help_text=_("It is on the log."))


class TrainingForm(forms.Form):
    """When a person was trained."""

    day = forms.DateField(label=_("Trained on"), widget=forms.DateInput(attrs={"type": "date"}))


class KeyForm(forms.Form):
    """What an API key is for. `possible` are the scopes of the account's role."""

    name = forms.CharField(
        label=_("Name"),
        max_length=services.LONGEST_NAME,
        help_text=_("What uses it and where, such as “nightly download on the build server”."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("Opens"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Choose as little as the program needs. It opens no page that people use."),
    )
    days = forms.TypedChoiceField(
        label=_("Lasts"),
        coerce=int,
        choices=[(days, ngettext_lazy("%d day", "%d days", days) % days) for days in (7, 30, 90, 180, 365)],
        initial=KEY_LASTS.days,
        help_text=_("Shorter is safer: a key that has leaked opens nothing after its end."),
    )
    networks = forms.CharField(
        label=_("Networks"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_(
            "From where it opens anything, such as 192.0.2.0/24 or 2001:db8::/32. Empty: from everywhere."
        ),
    )

    def __init__(self, possible: Sequence[Scope], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in possible]  # type: ignore[attr-defined]

    def clean_networks(self) -> str:
        try:
            return checked_networks(self.cleaned_data["networks"])
        except Invalid as error:
            raise ValidationError(error.message, error.code) from None

    def terms(self) -> services.KeyTerms:
        data = self.cleaned_data
        lasts = datetime.timedelta(days=data["days"])
        return services.KeyTerms(data["name"], data["scopes"], lasts, data["networks"])


class RotateForm(forms.Form):
    """How long a key goes on beside the one that takes its place."""

    hours = forms.TypedChoiceField(
        label=_("The old key goes on for"),
        coerce=int,
        required=False,
        choices=[
            (0, _("not at all: it ends at once")),
            (1, _("an hour")),
            (24, _("a day")),
            (7 * 24, _("a week")),
            (30 * 24, _("30 days")),
        ],
        initial=24,
        help_text=_(
            "As long as it takes to bring the new one to every program. It never lasts longer by that."
        ),
    )

    def overlap(self) -> datetime.timedelta:
        hours = self.cleaned_data["hours"]
        return KEY_OVERLAPS if hours == "" else datetime.timedelta(hours=hours)


class TimeZoneForm(forms.Form):
    """In which zone somebody reads times."""

    zone = forms.ChoiceField(label=_("Time zone"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones()  # type: ignore[attr-defined]


def _password_field(label: Any, **kwargs: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, max_length=4096, widget=widget, **kwargs)


class NewPasswordForm(forms.Form):
    """A password, typed twice."""

    password = _password_field(_("New password"), help_text=password_validators_help_text_html())
    again = _password_field(_("New password, again"))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if "password" in data and "again" in data and data["password"] != data["again"]:
            self.add_error("again", _("The two passwords differ."))
        return data


class ChangePasswordForm(NewPasswordForm):
    """The old password, and another one twice."""

    old = forms.CharField(
        label=_("Your password now"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    field_order = ["old", "password", "again"]

    def clean_password(self) -> str:
        password = super().clean_password()
        if self.user.check_password(password):
            raise ValidationError(_("Choose a password that you do not have now."), "password_same")
        return password


class LinkForm(NewPasswordForm):
    """What is asked when somebody uses a sign-in link; the statement of those who have not accepted it yet."""

    statement = forms.BooleanField(label=_("I have read the confidentiality statement and keep to it."))

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        if user.statement_on:
            del self.fields["statement"]


class MailLinkForm(forms.Form):
    """Where the mail with a sign-in link goes to. The address is kept until the mail has left, and no longer."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    address = forms.EmailField(label=_("Mail address"), max_length=254)
