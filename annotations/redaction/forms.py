from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core.forms import ReasonField


class ReasonForm(forms.Form):
    """Why a region is to be shown again, or why not."""

    reason = ReasonField()


class AskForm(ReasonForm):
    number = forms.IntegerField(min_value=0, error_messages={"required": _("Choose a region.")})
