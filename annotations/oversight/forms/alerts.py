"""What officers type about alerts and their rules."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.accounts.people import UNKNOWN, pseudonym_of
from annotations.accounts.zones import is_zone, zones
from annotations.core.forms import ReasonField
from annotations.oversight.alerting import RULES
from annotations.oversight.alerting.off_hours import EVERY_DAY
from annotations.oversight.enums import AlertKind

# As many as an entry of the log can name.
MOST_PEOPLE = 200

_WEEKDAYS = (
    ("0", _("Monday")),
    ("1", _("Tuesday")),
    ("2", _("Wednesday")),
    ("3", _("Thursday")),
    ("4", _("Friday")),
    ("5", _("Saturday")),
    ("6", _("Sunday")),
)


class AlertFilterForm(forms.Form):
    """Which alerts of the queue."""

    kind = forms.ChoiceField(label=_("Rule"), required=False, choices=[("", _("Any")), *AlertKind.choices])
    person = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"size": 14, "placeholder": _("name or p-…")}),
    )

    def clean_person(self) -> str:
        typed = str(self.cleaned_data["person"]).strip()
        return pseudonym_of(typed) if typed else ""


class ResolveForm(forms.Form):
    reason = ReasonField(
        help_text=_("What you found, and whom you asked. It is on the log, and is erased with the person."),
    )


class RuleForm(forms.Form):
    """What every rule has; the values themselves come from the forms below."""

    enabled = forms.BooleanField(label=_("On"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    @property
    def values(self) -> dict[str, Any]:
        """The rule's values."""
        return {
            name: value for name, value in self.cleaned_data.items() if name not in {"enabled", "version"}
        }


def _number(label: Any, least: int, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"size": 6}),
    )


class VolumeForm(RuleForm):
    views_an_hour = _number(_("Views within an hour, more than"), 1, 100_000)
    views_a_day = _number(_("Views in 24 hours, more than"), 1, 100_000)
    downloads_a_day = _number(
        _("Downloads (training sets, entries of the log) in 24 hours, more than"), 0, 100_000
    )
    times_usual = _number(
        _("Or so many times the person's usual day"),
        2,
        100,
        _("The usual is the middle one of their days with views in four weeks, once there are five."),
    )
    usual_from = _number(_("The usual counts from so many views a day"), 1, 100_000)


class OffHoursForm(RuleForm):
    begin = forms.TimeField(
        label=_("Work begins"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    end = forms.TimeField(
        label=_("Work ends"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Before the beginning: over midnight. The same time: the whole day."),
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=zones)
    weekdays = forms.MultipleChoiceField(
        label=_("Days"), choices=_WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )
    people = forms.CharField(
        label=_("People with hours of their own"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "name 22:00 06:00 Asia/Manila"}),
        help_text=_(
            "One person a line: user name or pseudonym, beginning, end, time zone. They hold every day."
        ),
    )
    views = _number(_("Views outside of these hours within 24 hours, at least"), 1, 100_000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if initial := kwargs.get("initial"):
            lines = "\n".join(" ".join(person) for person in initial["people"])
            days = [str(day) for day in initial["weekdays"]]
            kwargs["initial"] = {**initial, "people": lines, "weekdays": days}
        super().__init__(*args, **kwargs)

    def clean_begin(self) -> str:
        return f"{self.cleaned_data['begin']:%H:%M}"

    def clean_end(self) -> str:
        return f"{self.cleaned_data['end']:%H:%M}"

    def clean_weekdays(self) -> tuple[int, ...]:
        return tuple(sorted(int(day) for day in self.cleaned_data["weekdays"])) or EVERY_DAY

    def clean_people(self) -> tuple[tuple[str, str, str, str], ...]:
        lines = [line.split() for line in self.cleaned_data["people"].splitlines() if line.strip()]
        if len(lines) > MOST_PEOPLE:
            raise forms.ValidationError(_("At most 200 people have hours of their own."))
        return tuple(_person_hours(line) for line in lines)


def _person_hours(words: list[str]) -> tuple[str, str, str, str]:
    try:
        name, begin, end, zone = words
        times = [f"{datetime.time.fromisoformat(each):%H:%M}" for each in (begin, end)]
    except ValueError:
        raise forms.ValidationError(
            _("“%(line)s”: write a name, two times like 22:00, and a time zone."),
            params={"line": " ".join(words)},
        ) from None
    if not is_zone(zone):
        raise forms.ValidationError(_("“%(zone)s” is no time zone."), params={"zone": zone})
    if (pseudonym := pseudonym_of(name)) == UNKNOWN:
        raise forms.ValidationError(_("“%(name)s” is nobody here."), params={"name": name})
    return pseudonym, times[0], times[1], zone


class HouseholdForm(RuleForm):
    days = _number(_("Days that are looked at together"), 1, 90)
    clips = _number(_("Different clips of one household, at least"), 2, 100_000)
    share = _number(
        _("And so many per cent of what the household sent, at least"),
        0,
        100,
        _("0: the number alone decides."),
    )


class RevealsForm(RuleForm):
    minutes = _number(_("Minutes in which a decision or a label must follow"), 1, 10_080)


class LogReadingForm(RuleForm):
    tries = _number(_("Pages read or refused in 24 hours, at least"), 1, 100_000)


class RefusalsForm(RuleForm):
    refusals = _number(_("Refused requests of one person in an hour, at least"), 1, 100_000)
    sign_ins = _number(_("Failed sign-ins of one account in an hour, at least"), 1, 100_000)


class BreakGlassForm(RuleForm):
    views = _number(_("Views of one approval, at least"), 1, 1000, _("1: every use."))


class FlagsForm(RuleForm):
    flags = _number(_("Flags of one person in an hour, at least"), 2, 100_000)


class ShorterRulesForm(RuleForm):
    rules = _number(_("Shorter rules by one person in 24 hours, at least"), 1, 1000, _("1: every one."))


class InPersonForm(RuleForm):
    acts = _number(_("Acts in one person's name in 24 hours, at least"), 1, 1000, _("1: every one."))


_FORMS: dict[str, type[RuleForm]] = {
    AlertKind.VOLUME: VolumeForm,
    AlertKind.OFF_HOURS: OffHoursForm,
    AlertKind.HOUSEHOLD: HouseholdForm,
    AlertKind.REVEALS: RevealsForm,
    AlertKind.LOG_READING: LogReadingForm,
    AlertKind.REFUSALS: RefusalsForm,
    AlertKind.BREAK_GLASS: BreakGlassForm,
    AlertKind.FLAGS: FlagsForm,
    AlertKind.SHORTER_RULES: ShorterRulesForm,
    AlertKind.IN_PERSON: InPersonForm,
}


def rule_form(kind: str) -> type[RuleForm]:
    """The form of a rule's values: a field for each."""
    return _FORMS[RULES[kind].kind]
