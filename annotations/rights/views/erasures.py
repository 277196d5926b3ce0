"""The desk for erasures: what would go, that it is confirmed, how far it is, and the certificate."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.audit import selectors as audit
from annotations.audit.actors import Actor
from annotations.audit.export.log_export import prove
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.clips.models import Clip
from annotations.core.errors import Conflict, DomainError
from annotations.core.models import RunState
from annotations.datasets import selectors as datasets
from annotations.rights import certificates, inventory, services
from annotations.rights.enums import Effect, ErasureCause
from annotations.rights.forms import PlanForm, ScopeForm, confirmation
from annotations.rights.models import Erasure
from annotations.rights.plans import Plan, plan
from annotations.rights.scopes import find, reach

PAGE = 25


@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """Looking up what is to be erased, and the erasures that there are."""
    found = Paginator(Erasure.objects.order_by("-created_at", "-pk"), PAGE)
    context = {"form": ScopeForm(), "found": found.get_page(request.GET.get("page"))}
    return render(request, "rights/erasures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def plan_erasure(request: HttpRequest) -> HttpResponse:
    """Says what an erasure would take from every store, asks for the reason, shows both again, and begins."""
    lookup = ScopeForm(request.GET)
    context: dict[str, Any] = {"lookup": lookup}
    if not lookup.is_valid() or not lookup.cleaned_data["q"]:
        return render(request, "rights/erasure_plan.html", context, status=400)
    query = lookup.cleaned_data["q"]
    found = find(query)
    if not found and audit.names(query.lower()):
        return redirect(f"{reverse('rights:erase')}?q={query.lower()}")
    if len(found) != 1:
        return render(request, "rights/erasure_plan.html", context | {"several": bool(found)}, status=404)
    planned = plan(found[0], reach(found[0]))
    form = PlanForm(request.POST or None, initial={"shown": planned.digest})
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["shown"] != planned.digest:
            form = PlanForm(initial={"reason": form.cleaned_data["reason"], "shown": planned.digest})
            changed = _("What would be erased has changed since you looked. Look at it again, then go on.")
            return _plan_page(request, context | {"changed": changed}, planned, form, status=409)
        if not form.cleaned_data["confirmed"]:
            again = confirmation(form.cleaned_data["reason"], planned.digest)
            context |= {"confirm": again, "reason": form.cleaned_data["reason"]}
            return _plan_page(request, context, planned, form)
        return _begin(request, context, planned, form)
    return _plan_page(request, context, planned, form, status=400 if form.errors else 200)


def _begin(request: HttpRequest, context: dict[str, Any], planned: Plan, form: PlanForm) -> HttpResponse:
    try:
        erasure = services.request_erasure(
            planned.scope,
            actor_of(request),
            ErasureCause.OFFICER,
            form.cleaned_data["reason"],
            shown=form.cleaned_data["shown"],
        )
    except DomainError as error:
        form.add_error(None, error.message)
        return _plan_page(request, context, planned, form, status=error.status)
    return redirect("rights:erasure_run", erasure.pk)


def _plan_page(
    request: HttpRequest, context: dict[str, Any], planned: Plan, form: PlanForm, status: int = 200
) -> HttpResponse:
    services.record_erasure_planned(planned, actor_of(request))
    context |= {"plan": planned, "form": form, **_recipients(planned.reach.clips)}
    return render(request, "rights/erasure_plan.html", context, status=status)


def _recipients(clips: Iterable[Clip]) -> dict[str, Any]:
    """Who fetched copies of the clips, for the page."""
    found = [each for clip in clips for each in datasets.recipients(clip)]
    return {"recipients": found, "people": people_by_pseudonym({each.person for each in found})}


@require_safe
def erasure_run(request: HttpRequest, erasure_id: uuid.UUID) -> HttpResponse:
    """How far an erasure is, and what the check afterwards found; for htmx the part that moves."""
    erasure = _found(erasure_id)
    htmx = request.htmx  # type: ignore[attr-defined]
    people = people_by_pseudonym({erasure.asked_by})
    under_way = erasure.state in (RunState.QUEUED, RunState.RUNNING)
    stores = stores_of(erasure)
    context = {
        "erasure": erasure,
        "stores": [each for each in stores if each["planned"] or each["done"]],
        "nothing_there": [each for each in stores if not (each["planned"] or each["done"])],
        "asked_by": people[erasure.asked_by],
        "under_way": under_way,
        **({} if under_way else _recipients(Clip.objects.filter(public_id__in=erasure.clips))),
    }
    return render(request, "rights/_erasure_run.html" if htmx else "rights/erasure_run.html", context)


@require_POST
def continue_erasure(request: HttpRequest, erasure_id: uuid.UUID) -> HttpResponse:
    """Goes on with one that has failed, or looks again whether anything of one that is done was left."""
    erasure = _found(erasure_id)
    try:
        if erasure.state == RunState.DONE:
            services.check_again(erasure.pk, actor_of(request))
        else:
            services.resume_erasure(erasure.pk, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("rights:erasure_run", erasure.pk)


@require_safe
def erasure_certificate(request: HttpRequest, erasure_id: uuid.UUID) -> HttpResponse:
    """The certificate as a page to be read or printed."""
    erasure = _found(erasure_id)
    return certificate_page(request, erasure, actor_of(request), {"desk": True})


@require_safe
def erasure_certificate_file(request: HttpRequest, erasure_id: uuid.UUID) -> HttpResponse:
    """The certificate with its proof, for whoever verifies it offline."""
    erasure = _found(erasure_id)
    try:
        return certificate_file(erasure, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("rights:erasure_run", erasure.pk)


def certificate_page(
    request: HttpRequest, erasure: Erasure, actor: Actor, context: dict[str, Any]
) -> HttpResponse:
    """The certificate that there is; 404 while there is none."""
    if erasure.certificate is None:
        raise Http404
    services.record_certificate_served(erasure, "page", actor)
    effects = {effect.value: effect.label for effect in Effect}
    context |= {
        "erasure": erasure,
        "certificate": erasure.certificate,
        "stores": [
            (each, effects[each["outcome"]])
            for each in sorted(erasure.certificate["stores"], key=lambda each: not each["there"])
        ],
        "digest": certificates.digest(erasure.certificate),
    }
    return render(request, "rights/erasure_certificate.html", context)


def certificate_file(erasure: Erasure, actor: Actor) -> HttpResponse:
    """Raises Conflict `no_certificate`, and as `log_export.prove`."""
    if erasure.certificate is None or erasure.certified_by is None:
        raise Conflict("no_certificate", _("There is no certificate yet."))
    await_checkpoint(services.record_certificate_served(erasure, "json", actor))
    content = certificates.as_file(erasure.certificate, prove(erasure.certified_by, actor))
    return HttpResponse(
        content,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="erasure-{erasure.pk}.json"'},
    )


def stores_of(erasure: Erasure) -> list[dict[str, Any]]:
    """Each store that is emptied: what was planned, and what was there so far."""
    done = erasure.done.get("stores", {})
    return [
        {
            "store": store,
            "planned": erasure.plan.get(store.code, 0),
            "done": erasure.held(store.code) if store.code in done else None,
        }
        for store in inventory.STORES
        if store.effect_of(erasure.kind) != Effect.STAYS
    ]


def _found(erasure_id: uuid.UUID) -> Erasure:
    if (found := Erasure.objects.filter(pk=erasure_id).first()) is None:
        raise Http404
    return found
