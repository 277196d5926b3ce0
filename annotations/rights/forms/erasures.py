"""What is asked before something is erased."""

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core.forms import ReasonField


class ScopeForm(forms.Form):
    """What it is about."""

    q = forms.CharField(
        label=_("Clip, camera, owner or person"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"type": "search", "size": 40, "autocomplete": "off"}),
        help_text=_(
            "The id of a clip or its first digits, the link to a receipt, or a pseudonym: of an owner (o-…), a camera "
            "(d-…), or of a person with an account (p-…, r-…)"
        ),
    )

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"]).strip()


class PlanForm(forms.Form):
    """The reason, with the digest of the plan that was read. `confirmed` comes from the page that shows both again."""

    reason = ReasonField(
        help_text=_("Who asked for it, and how. It stays on the log, as words of yours: name nobody in it."),
    )
    shown = forms.CharField(max_length=64, widget=forms.HiddenInput)
    confirmed = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def hide_reason(self) -> None:
        """On the page that asks again the reason is shown, and not typed."""
        self.fields["reason"].widget = forms.HiddenInput()


def confirmation(reason: str, shown: str) -> PlanForm:
    """The form that says what was typed, to be sent once more."""
    form = PlanForm(initial={"reason": reason, "shown": shown, "confirmed": True})
    form.hide_reason()
    return form
