"""What is asked before somebody is erased from the log's details."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core.forms import ReasonField


class SubjectForm(forms.Form):
    """Whom it concerns. Pseudonyms only: nothing else that was typed ever reaches the log."""

    q = forms.CharField(
        label=_("Pseudonym"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "size": 24, "autocomplete": "off"}),
        help_text=_("Of a person with an account (p-…, r-…)"),
    )

    def clean_q(self) -> str:
        return str(self.cleaned_data["q"]).strip().lower()


class ErasureForm(forms.Form):
    """The reason, and the pseudonym typed once more: a slip of the mouse erases nobody."""

    reason = ReasonField(
        help_text=_("For instance who asked for it, and how. It is kept on the log, as words of yours."),
    )
    confirmation = forms.CharField(
        label=_("The pseudonym again"),
        max_length=64,
        widget=forms.TextInput(attrs={"size": 24, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.subject = subject

    def clean_confirmation(self) -> str:
        typed = str(self.cleaned_data["confirmation"]).strip().lower()
        if typed != self.subject:
            raise forms.ValidationError(_("This is not the pseudonym above. Nothing was erased."))
        return typed
