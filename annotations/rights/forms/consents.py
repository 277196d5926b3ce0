"""What is asked at the privacy desk."""

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core.forms import ReasonField


class LookupForm(forms.Form):
    """Clips at the desk."""

    q = forms.CharField(
        label=_("Clip or owner"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "size": 40, "autocomplete": "off"}),
        help_text=_("The id of a clip or its first digits, or the pseudonym of an owner (o-…)"),
    )


class WithdrawalForm(forms.Form):
    reason = ReasonField(help_text=_("For instance who asked for it, and how. It is kept on the log."))
