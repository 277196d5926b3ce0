import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from annotations.core import clock
from annotations.core.forms import ReasonField
from annotations.moderation.enums import FlagCategory
from annotations.moderation.services import Description


class DecisionForm(forms.Form):
    reason = ReasonField()


class HashListForm(forms.Form):
    """A list of known content, with what somebody must answer for."""

    file = forms.FileField(
        label=_("File of hashes"),
        help_text=format_lazy(
            _(
                "Text or CSV: one PDQ hash of 64 hexadecimal digits a line, then perhaps its quality. "
                "At most {hashes} hashes and {megabytes} MB."
            ),
            hashes=f"{settings.KNOWN_LIST_MAX_HASHES:,}",
            megabytes=settings.KNOWN_LIST_MAX_BYTES // 1_000_000,
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".txt,.csv"}),
    )
    name = forms.CharField(label=_("Name"), max_length=64, help_text=_("A match names the list."))
    source = forms.CharField(
        label=_("Source"), max_length=200, help_text=_("Who made it, and how it came here.")
    )
    purpose = forms.CharField(
        label=_("Purpose"), min_length=10, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    category = forms.ChoiceField(label=_("A match is flagged as"), choices=FlagCategory.choices)
    kept_until = forms.DateField(
        label=_("Kept until"),
        help_text=_("The hashes are deleted at the end of this day (UTC)."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def description(self) -> Description:
        data: dict[str, Any] = self.cleaned_data
        end = datetime.datetime.combine(data["kept_until"], datetime.time.max, tzinfo=clock.now().tzinfo)
        fields = ("name", "source", "purpose", "category")
        return Description(**{name: data[name] for name in fields}, kept_until=end)
