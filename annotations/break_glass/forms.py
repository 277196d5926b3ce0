"""What is typed about originals without redaction."""

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.break_glass.enums import BreakGlassPurpose
from annotations.core.forms import ReasonField


class AskForm(forms.Form):
    purpose = forms.ChoiceField(label=_("What for"), choices=[("", _("Choose")), *BreakGlassPurpose.choices])
    reason = ReasonField(
        label=_("Why nothing less will do"),
        help_text=_("The privacy officer who decides reads it. It is on the log."),
    )


class DecideForm(forms.Form):
    """A decision; `holds` are the open ones that may be named, with their labels."""

    passes = forms.MultipleChoiceField(
        label=_("Holds that this approval passes"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Without a mark, the hold keeps the clip closed to this person, too."),
    )
    reason = ReasonField(help_text=_("It is on the log."))

    def __init__(self, holds: list[tuple[str, str]], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        if holds:
            self.fields["passes"].choices = holds  # type: ignore[attr-defined]
        else:
            del self.fields["passes"]
