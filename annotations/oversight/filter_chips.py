"""The filters in words, each with the address that is left without it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.roles import role_name
from annotations.audit.registry import lookup
from annotations.core.dates import time_in_words
from annotations.oversight.forms import LogForm


@dataclass(frozen=True)
class Chip:
    label: str
    value: str
    without: str


def chips(form: LogForm) -> list[Chip]:
    """One for each filter of a valid form."""
    filters, lasting = form.filters, form.lasting
    values = {
        "person": (_("Person"), _person(filters.actor)),
        "clip": (_("Clip"), str(filters.clip)[:8]),
        "owner": (_("Owner"), filters.subject),
        "action": (_("Action"), _action(filters.action)),
        "purpose": (_("Purpose"), filters.purpose),
        "role": (_("Role"), role_name(filters.role)),
        "request": (_("Request"), filters.request[:8]),
        "since": (_("From"), filters.since and time_in_words(filters.since, form.tz, seconds=True)),
        "until": (_("Before"), filters.until and time_in_words(filters.until, form.tz, seconds=True)),
    }
    return [
        Chip(label, str(value), urlencode({key: text for key, text in lasting.items() if key != name}))
        for name, (label, value) in values.items()
        if name in lasting
    ]


def _person(pseudonym: str) -> str:
    return people_by_pseudonym({pseudonym})[pseudonym].username or pseudonym


def _action(code: str) -> str:
    if code.endswith(".*"):
        return _("%(area)s: anything") % {"area": code[:-2].capitalize()}
    return lookup(code).title if code else ""
