from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from annotations.audit.registry import codes
from annotations.audit.selectors import Filters

from .selectors import pseudonym_of

_LOCAL = {"type": "datetime-local"}


def _zones() -> list[tuple[str, str]]:
    named = sorted(
        zone
        for zone in available_timezones()
        if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


def _actions() -> list[tuple[str, str]]:
    return [("", str(_("Any"))), *((code, code) for code in codes())]


class LogForm(forms.Form):
    """What the log is searched by. Nothing filled in: everything."""

    person = forms.CharField(
        label=_("Person"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"size": 14, "placeholder": _("name or p-…")}),
    )
    clip = forms.UUIDField(label=_("Clip"), required=False)
    owner = forms.CharField(
        label=_("Owner"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"size": 14, "placeholder": "o-…"}),
    )
    action = forms.ChoiceField(label=_("Action"), required=False, choices=_actions)
    since = forms.DateTimeField(
        label=_("From"), required=False, widget=forms.DateTimeInput(attrs=_LOCAL, format="%Y-%m-%dT%H:%M:%S")
    )
    until = forms.DateTimeField(
        label=_("Before"),
        required=False,
        widget=forms.DateTimeInput(attrs=_LOCAL, format="%Y-%m-%dT%H:%M:%S"),
    )
    zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=_zones)

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since >= until:
            self.add_error("until", _("This is not after the beginning."))
        return data

    @property
    def filters(self) -> Filters:
        """The filters, with the pseudonym of a user name and the instants of the local times."""
        data = self.cleaned_data
        zone = ZoneInfo(data["zone"] or "UTC")
        return Filters(
            actor=pseudonym_of(data["person"].strip()) if data["person"].strip() else "",
            clip=data["clip"],
            subject=data["owner"].strip(),
            action=data["action"],
            since=data["since"] and data["since"].replace(tzinfo=zone),
            until=data["until"] and data["until"].replace(tzinfo=zone),
        )


class WithdrawalForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For instance who asked for it, and how. It is kept on the log."),
    )
