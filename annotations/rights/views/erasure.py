"""Erasing what the log tells in somebody's words about a subject, and the certificate of it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.audit import erasures, selectors as audit, services as audit_services
from annotations.core.errors import DomainError
from annotations.rights import services
from annotations.rights.forms import ErasureForm, SubjectForm
from annotations.rights.scopes import find


@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Finds a person, says what erasing them destroys and what stays, and does it. Owners are erased at the desk."""
    lookup = SubjectForm(request.GET)
    context: dict[str, Any] = {"lookup": lookup}
    if not lookup.is_valid():
        return render(request, "rights/erase.html", context, status=400)
    subject = lookup.cleaned_data["q"]
    if not subject or not audit.names(subject):
        context["unknown"] = bool(subject)
        return render(request, "rights/erase.html", context, status=404 if subject else 200)
    if find(subject):
        return redirect(f"{reverse('rights:plan_erasure')}?q={subject}")
    form = ErasureForm(request.POST or None, subject=subject)
    if request.method == "POST" and form.is_valid():
        try:
            entry = audit_services.erase_subject(subject, actor_of(request), form.cleaned_data["reason"])
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request, _("It is erased. This page is the certificate; print it or keep its address.")
            )
            return redirect("rights:erasure", entry.pk)
    details = erasures.details_of(subject)
    services.record_erasure_prepared(actor_of(request), subject, details)
    context |= {
        "form": form,
        "subject": subject,
        "details": details,
        "last": erasures.last_erasure(subject),
    }
    return render(request, "rights/erase.html", context, status=400 if form.errors else 200)


@require_safe
def erasure(request: HttpRequest, entry_id: uuid.UUID) -> HttpResponse:
    """The certificate: what was destroyed, when, by whom, and the entry that proves it."""
    found = erasures.erasure(entry_id)
    if found is None:
        raise Http404
    services.record_certificate_shown(actor_of(request), found.entry.subject, found.entry.pk)
    (line,) = audit.present([found.entry])
    people = people_by_pseudonym({found.entry.actor})
    context = {"erasure": found, "entry": found.entry, "line": line, "person": people[found.entry.actor]}
    return render(request, "rights/erasure.html", context)
