"""What is asked when retention is changed or stopped."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core import clock
from annotations.core.forms import ReasonField
from annotations.rights.retention.enums import KeptState, LegalHoldState, Part
from annotations.rights.retention.rules import LONGEST_DAYS, Days
from annotations.rights.scopes import Scope, find

_EACH = [("", _("All"))]


class EndingForm(forms.Form):
    """Filters of what ends next."""

    state = forms.ChoiceField(label=_("Because of"), required=False, choices=_EACH + KeptState.choices)
    part = forms.ChoiceField(label=_("What ends"), required=False, choices=_EACH + Part.choices)


class _DaysField(forms.IntegerField):
    """How many days something is kept, within the bounds of the rules."""

    def __init__(self, **kwargs: Any) -> None:
        outside = _("Choose 0 to %(days)s days.") % {"days": LONGEST_DAYS}
        super().__init__(
            min_value=0,
            max_value=LONGEST_DAYS,
            error_messages={"min_value": outside, "max_value": outside, "invalid": outside},
            **kwargs,
        )


class RuleForm(forms.Form):
    """How long clips of one state are kept. `version` is the one that was shown, `shown` the days of which was shown
    what they would end."""

    original = _DaysField(
        label=_("Days of the original"),
        help_text=_("With its key. At most %(days)s.") % {"days": LONGEST_DAYS},
    )
    rest = _DaysField(
        label=_("Days of everything"),
        help_text=_("At most %(days)s. Longer than the default takes another privacy officer, who agrees.")
        % {"days": LONGEST_DAYS},
    )
    reason = ReasonField(help_text=_("It is on the register, for everybody to read: name nobody in it."))
    version = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)

    def days(self) -> Days:
        return Days(self.cleaned_data["original"], self.cleaned_data["rest"])


class DecisionForm(forms.Form):
    """Why a second officer agrees, or does not."""

    reason = ReasonField(rows=2, help_text=_("It is on the log."))
    version = forms.IntegerField(widget=forms.HiddenInput)


class LegalHoldFilterForm(forms.Form):
    """Filters of the legal holds."""

    q = forms.CharField(
        label=_("Clip, camera or owner"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "size": 40, "autocomplete": "off"}),
        help_text=_(
            "The id of a clip or its first digits, or the pseudonym of a camera (d-…) or an owner (o-…)"
        ),
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=_EACH + LegalHoldState.choices)


class _UntilField(forms.DateField):
    """A day; its end in UTC is meant."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}), **kwargs)

    def clean(self, value: object) -> datetime.datetime | None:
        day = super().clean(value)
        if day is None:
            return None
        if not clock.EARLIEST <= day <= clock.LATEST:
            raise forms.ValidationError(_("Choose a day after 1999 and before 2200."))
        return datetime.datetime.combine(day, datetime.time(23, 59, 59), datetime.UTC)


class LegalHoldForm(forms.Form):
    """What is to be kept, until when, and why."""

    q = forms.CharField(
        label=_("Clip, camera or owner"),
        max_length=300,
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off"}),
        help_text=_(
            "The id of a clip or its first digits, or the pseudonym of a camera (d-…) or an owner (o-…). Clips that "
            "come later from the camera or the owner are kept, too."
        ),
    )
    until = _UntilField(help_text=_("It releases itself on that day, unless it is extended. A year at most."))
    reason = ReasonField(
        help_text=_(
            "Who ordered it, and by which law. It is on the log, and is erased with what it is about."
        )
    )

    def clean_q(self) -> Scope:
        found = find(str(self.cleaned_data["q"]))
        if len(found) > 1:
            raise forms.ValidationError(_("Several clips begin like this. Type more of the id."))
        if not found:
            raise forms.ValidationError(_("No clip, camera or owner is called like this."))
        return found[0]


class LegalHoldStepForm(forms.Form):
    """The words that go with a step, and the day of an extension."""

    until = _UntilField(required=False, help_text=_("For an extension."))
    reason = ReasonField(rows=2, help_text=_("It is on the log, and is erased with what it is about."))
