"""What the log is searched by."""

import datetime
import uuid
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from annotations.accounts.people import UNKNOWN, called_like, pseudonym_of
from annotations.accounts.roles import role_choices
from annotations.accounts.zones import Choices, is_zone
from annotations.audit.registry import by_area, codes_of
from annotations.audit.search import Filters, at
from annotations.clips.enums import Purpose
from annotations.clips.selectors import clip_ids, owner_pseudonym
from annotations.core import clock

_LOCAL = {"type": "datetime-local"}


def _actions() -> Choices:
    return [
        ("", str(_("Any"))),
        *(
            (
                area,
                [
                    (f"{area.lower()}.*", _("%(area)s: anything") % {"area": area}),
                    *((action.code, action.title) for action in actions),
                ],
            )
            for area, actions in by_area().items()
        ),
    ]


def _any_of(choices: list[tuple[str, Any]]) -> list[tuple[str, str]]:
    return [("", str(_("Any"))), *((code, str(label)) for code, label in choices)]


def _bounds() -> list[MinValueValidator | MaxValueValidator]:
    """So that an instant can be moved into any time zone."""
    first, last = (
        datetime.datetime.combine(day, datetime.time(), datetime.UTC)
        for day in (clock.EARLIEST, clock.LATEST)
    )
    return [
        MinValueValidator(first, _("Choose a day after the year 1999.")),
        MaxValueValidator(last, _("Choose a day before the year 2200.")),
    ]


class ActionField(forms.ChoiceField):
    """A kind of entry. A code that it had before, from an old link or saved search, stands for today's."""

    def to_python(self, value: Any) -> str:
        code = str(super().to_python(value))
        kinds = codes_of(code)
        return kinds[0] if len(kinds) > 1 and not code.endswith(".*") else code


class LongSelect(forms.Select):
    """The same options without a template for each: a hundred of them would take longer than the search."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        groups = (
            format_html('<optgroup label="{}">{}</optgroup>', label, self._options(label_or_group, value))
            if isinstance(label_or_group, list)
            else self._options([(str(label), str(label_or_group))], value)
            for label, label_or_group in self.choices
        )
        flat = flatatt(self.build_attrs(self.attrs, {"name": name, **(attrs or {})}))
        return format_html("<select{}>{}</select>", flat, format_html_join("", "{}", ((g,) for g in groups)))

    def _options(self, choices: list[tuple[str, str]], value: Any) -> SafeString:
        return format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((code, " selected" if code == (value or "") else "", label) for code, label in choices),
        )


class LogForm(forms.Form):
    """What the log is searched by. Nothing filled in: everything."""

    person = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"size": 14, "placeholder": _("name or p-…")}),
    )
    clip = forms.CharField(label=_("Clip"), required=False, max_length=64)
    owner = forms.CharField(
        label=_("Owner"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"size": 14, "placeholder": "o-…"}),
    )
    action = ActionField(label=_("Action"), required=False, choices=_actions, widget=LongSelect)
    purpose = forms.ChoiceField(label=_("Purpose"), required=False, choices=lambda: _any_of(Purpose.choices))
    role = forms.ChoiceField(label=_("Role"), required=False, choices=lambda: _any_of(role_choices()))
    request = forms.UUIDField(label=_("Request"), required=False, widget=forms.TextInput(attrs={"size": 14}))
    since = forms.DateTimeField(
        label=_("From"),
        required=False,
        validators=_bounds(),
        widget=forms.DateTimeInput(attrs=_LOCAL, format="%Y-%m-%dT%H:%M:%S"),
    )
    until = forms.DateTimeField(
        label=_("Before"),
        required=False,
        validators=_bounds(),
        widget=forms.DateTimeInput(attrs=_LOCAL, format="%Y-%m-%dT%H:%M:%S"),
    )
    zone = forms.CharField(
        label=_("Time zone"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    at = forms.DateTimeField(
        label=_("Go to"),
        required=False,
        validators=_bounds(),
        widget=forms.DateTimeInput(attrs={**_LOCAL, "form": "go"}, format="%Y-%m-%dT%H:%M:%S"),
    )

    def clean_person(self) -> str:
        """As it was typed, or the only one whose name holds that; of several the names are told, to choose one."""
        typed: str = self.cleaned_data["person"]
        alike = called_like(typed) if typed and pseudonym_of(typed) == UNKNOWN else []
        if len(alike) > 1:
            names = ", ".join(person.username for person in alike[:5]) + (", …" if len(alike) > 5 else "")
            raise forms.ValidationError(
                _("Several people are called like this: %(names)s.") % {"names": names}
            )
        return alike[0].pseudonym if alike else typed

    def clean_clip(self) -> uuid.UUID | None:
        if not (typed := self.cleaned_data["clip"]):
            return None
        found = clip_ids(typed)
        if len(found) > 1:
            raise forms.ValidationError(_("Several clips begin like this. Type more of the id."))
        if not found:
            raise forms.ValidationError(_("No clip has this id. Type at least its first six digits."))
        return found[0]

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"] or "UTC"
        if not is_zone(zone):
            raise forms.ValidationError(
                _("This is not a valid choice. Type a region and a city, for instance Europe/Berlin.")
            )
        return zone

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since >= until:
            self.add_error("until", _("This is not after the beginning."))
        return data

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.cleaned_data["zone"])

    @property
    def filters(self) -> Filters:
        """The filters, with the pseudonym of a user name and the instants of the local times.

        Where a clock was put back a time stands for two instants: then the range is the longer one.
        """
        data = self.cleaned_data
        return Filters(
            actor=pseudonym_of(data["person"]) if data["person"] else "",
            clip=data["clip"],
            subject=owner_pseudonym(data["owner"]) if data["owner"] else "",
            action=data["action"],
            purpose=data["purpose"],
            role=data["role"],
            request=str(data["request"] or ""),
            since=data["since"] and data["since"].replace(tzinfo=self.tz, fold=0),
            until=data["until"] and data["until"].replace(tzinfo=self.tz, fold=1),
        )

    @property
    def place(self) -> str:
        """The cursor of the time to go to."""
        moment = self.cleaned_data["at"]
        return at(moment.replace(tzinfo=self.tz, fold=1)) if moment else ""

    @property
    def lasting(self) -> dict[str, str]:
        """The filters as an address has them, with nothing in them that was typed: for links and saved searches."""
        data, found = self.cleaned_data, self.filters
        values = {
            "person": found.actor,
            "clip": str(found.clip or ""),
            "owner": found.subject,
            "action": found.action,
            "purpose": found.purpose,
            "role": found.role,
            "request": found.request,
            "since": data["since"].isoformat() if data["since"] else "",
            "until": data["until"].isoformat() if data["until"] else "",
        }
        kept = {name: value for name, value in values.items() if value}
        # A time says nothing without its zone; the zone alone is a matter of the reader.
        return {**kept, "zone": self.tz.key} if "since" in kept or "until" in kept else kept
