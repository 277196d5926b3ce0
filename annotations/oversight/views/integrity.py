"""The page on which the log shows that it is whole."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.may import may
from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.audit.export import log_export
from annotations.audit.integrity.status import Integrity, integrity as integrity_now
from annotations.audit.keys.policy import log_keys
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.audit.tree.signed_notes import PublicKey
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.oversight import services
from annotations.oversight.log_status import log_status
from annotations.oversight.models import LogRun
from annotations.oversight.selectors import integrity as integrity_selectors

_UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


class ProofForm(forms.Form):
    entry = forms.UUIDField(
        label=gettext_lazy("Entry"),
        widget=forms.TextInput(attrs={"size": 38, "autocomplete": "off"}),
        help_text=gettext_lazy("The id of an entry, as its exact bytes show it"),
    )


@require_safe
def integrity(request: HttpRequest) -> HttpResponse:
    """The page, or for htmx the part of it that moves while work is under way."""
    return _page(request, ProofForm())


@require_POST
def work_on_log(request: HttpRequest) -> HttpResponse:
    """Asks for a verification, an export, or to show the log to its witnesses."""
    try:
        services.request_log_work(request.POST.get("work", ""), actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("oversight:integrity")


@require_POST
def prove_entry(request: HttpRequest) -> HttpResponse:
    """A file that proves to anybody that an entry is on the log."""
    form = ProofForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    entry: uuid.UUID = form.cleaned_data["entry"]
    try:
        proof = log_export.prove(entry, actor_of(request))
    except DomainError as error:
        form.add_error("entry", error.message)
        return _page(request, form, status=error.status)
    return HttpResponse(
        proof,
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{entry}.tlog-proof"'},
    )


@require_safe
def download_log(request: HttpRequest, run_id: uuid.UUID) -> HttpResponseBase:
    """The last export. That it is taken out is sealed before the first byte leaves."""
    run = integrity_selectors.exported()
    if run is None or run.pk != run_id:
        raise Http404
    try:
        await_checkpoint(services.record_export_served(run, actor_of(request)))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("oversight:integrity")
    file = storages["exports"].open(run.name)
    return FileResponse(
        file, as_attachment=True, filename=f"log-{run.size}.tar", content_type="application/x-tar"
    )


def _page(request: HttpRequest, form: ProofForm, status: int = 200) -> HttpResponse:
    now = integrity_now()
    runs = integrity_selectors.last_runs()
    keys = [(key, PublicKey.parse(key.vkey)) for key in log_keys()]
    context: dict[str, Any] = {
        "integrity": now,
        "log_status": log_status(now, may_work=may(request, "oversight:work_on_log", "POST")),
        "form": form,
        "runs": list(runs.values()),
        "under_way": any(run.state in _UNFINISHED for run in runs.values()),
        "exported": integrity_selectors.exported(),
        "keys": [(key, public.key_id.hex()) for key, public in keys],
        "origin": settings.AUDIT_ORIGIN,
        "expected_witnesses": len(settings.AUDIT_WITNESSES),
        "people": people_by_pseudonym(_named(now, runs)),
        "works": _works(runs),
    }
    htmx = request.htmx  # type: ignore[attr-defined]
    return render(
        request, "oversight/_integrity.html" if htmx else "oversight/integrity.html", context, status=status
    )


def _works(runs: dict[str, LogRun]) -> list[tuple[str, str, bool]]:
    """Kind, button and whether it is under way."""
    buttons = [("verify", _("Verify now")), ("export", _("Make an export"))]
    if settings.AUDIT_WITNESSES:
        buttons.append(("anchor", _("Show it to the witnesses")))
    return [(kind, label, kind in runs and runs[kind].state in _UNFINISHED) for kind, label in buttons]


def _named(now: Integrity, runs: dict[str, LogRun]) -> set[str]:
    named = {run.requested_by for run in runs.values()}
    named |= {person for epoch in now.epochs for person in (epoch.declared_by, epoch.agreed_by)}
    return named | ({now.verification.by} if now.verification else set())
