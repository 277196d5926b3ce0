from django import forms
from django.utils.translation import gettext_lazy as _


class ReasonForm(forms.Form):
    """Why a region is to be shown again, or why not."""

    reason = forms.CharField(
        label=_("Reason"), min_length=5, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AskForm(ReasonForm):
    number = forms.IntegerField(min_value=0, error_messages={"required": _("Choose a region.")})
