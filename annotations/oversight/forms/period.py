"""Which days are shown."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.core import clock

# Days that are shown when none are asked for, and at most.
USUAL, MOST = 7, 92
_DAY = {"type": "date"}


class PeriodForm(forms.Form):
    """Days, both included."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs=_DAY))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs=_DAY))

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        for name in ("since", "until"):
            day = data.get(name)
            if day and not clock.EARLIEST <= day <= clock.LATEST:
                self.add_error(name, _("Choose a day after the year 1999 and before the year 2200."))
        since, until = data.get("since"), data.get("until")
        if since and until and not since <= until < since + datetime.timedelta(days=MOST):
            self.add_error("until", _("Choose a day from the first one on, at most 92 days."))
        return data

    def days(self, last: datetime.date) -> tuple[datetime.date, datetime.date]:
        """The days asked for; without any, those up to `last`."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        usual = datetime.timedelta(days=USUAL - 1)
        if since and not until:
            return since, since + usual
        until = until or last
        return since or until - usual, until


def instants(
    since: datetime.date, until: datetime.date, zone: ZoneInfo
) -> tuple[datetime.datetime, datetime.datetime]:
    """When these days begin, and when they have ended, in this time zone."""
    midnight = datetime.time()
    return (
        datetime.datetime.combine(since, midnight, zone),
        datetime.datetime.combine(until + datetime.timedelta(days=1), midnight, zone),
    )
