"""What is typed about subject access requests."""

import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.accounts.people import UNKNOWN
from annotations.clips.models import Clip
from annotations.clips.selectors import clip_ids, owner_pseudonym
from annotations.core import clock
from annotations.core.forms import ReasonField


class RequestForm(forms.Form):
    """Whose request it is, and when it came."""

    q = forms.CharField(
        label=_("Owner or clip"),
        max_length=64,
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off"}),
        help_text=_("The pseudonym of the owner (o-…), or the id of one of their clips or its first digits"),
    )
    received = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("The answer is due a month later (GDPR, Art. 12(3))."),
    )
    how = ReasonField(
        label=_("How it came, and how you know that it comes from the owner"),
        help_text=_("It is on the log, and is erased with the owner."),
    )

    def clean_q(self) -> str:
        """The owner's pseudonym."""
        typed = str(self.cleaned_data["q"]).strip()
        found = clip_ids(typed)
        if len(found) > 1:
            raise forms.ValidationError(_("Several clips begin like this. Type more of the id."))
        if found:
            return str(Clip.objects.values_list("owner__pseudonym", flat=True).get(public_id=found[0]))
        if (pseudonym := owner_pseudonym(typed)) == UNKNOWN:
            raise forms.ValidationError(_("No owner has this pseudonym, and no clip this id."))
        return pseudonym

    def clean_received(self) -> datetime.datetime:
        day: datetime.date = self.cleaned_data["received"]
        if not clock.EARLIEST <= day <= clock.now().date():
            raise forms.ValidationError(_("Choose a day up to today, after the year 1999."))
        return datetime.datetime.combine(day, datetime.time(), datetime.UTC)


class StepForm(forms.Form):
    """The words that go with a step."""

    reason = ReasonField(
        label=_("In your words"),
        required=False,
        help_text=_("How the answer went out, or why it is refused or takes longer. It is on the log."),
    )
