"""The officer's page of the log."""

import uuid
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.accounts.zones import COMMON_ZONES, zone_of
from annotations.audit.search import FIRST_SECONDS, FURTHER_SECONDS, Filters, is_cursor, search
from annotations.audit.selectors import Line
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.oversight import entry_export as exporting, selectors, services
from annotations.oversight.filter_chips import chips
from annotations.oversight.forms import LogForm
from annotations.oversight.text_search import search_words

PAGE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The audit log. Each page that is shown is an entry itself, written before the page is read."""
    form = _form(request, request.GET)
    cursor = request.GET.get("cursor", "")
    if not form.is_valid():
        return render(request, "oversight/log.html", _refused(request, form), status=400)
    if cursor and not is_cursor(cursor):
        messages.error(request, _("That page is not there any more. This is the first one."))
        cursor = ""
    cursor = cursor or form.place
    filters = form.filters
    services.record_log_searched(actor_of(request), named(filters), "next" if cursor else "first")
    context = {**_context(request, form), "cursor": cursor}
    try:
        page = search(
            filters,
            cursor=cursor,
            newer="newer" in request.GET,
            size=PAGE,
            seconds=FURTHER_SECONDS if "on" in request.GET else FIRST_SECONDS,
        )
    except DomainError as error:
        return render(request, "oversight/log.html", {**context, "error": error.message}, status=400)
    context |= {"page": page, **_rows(page.lines)}
    return render(request, "oversight/log.html", context)


@require_POST
def search_text(request: HttpRequest) -> HttpResponse:
    """Entries in whose details these words stand. By POST: an address, which others may read, holds no words."""
    form = _form(request, request.POST)
    if not form.is_valid():
        return render(request, "oversight/log.html", _refused(request, form), status=400)
    typed = request.POST.get("words", "")[:200]
    context = {**_context(request, form), "words": typed}
    try:
        found = search_words(form.filters, typed)
    except DomainError as error:
        return render(request, "oversight/log.html", {**context, "error": error.message}, status=400)
    services.record_text_searched(actor_of(request), named(form.filters), found.searched, len(found.lines))
    return render(request, "oversight/log.html", {**context, "found": found, **_rows(found.lines)})


@require_POST
def export(request: HttpRequest) -> HttpResponseBase:
    """The filtered log as a file. Its entry is committed and sealed under a checkpoint before the first byte leaves."""
    form = _form(request, request.POST)
    chosen = request.POST.get("format", "")
    if not form.is_valid() or chosen not in exporting.LogFormat.values:
        messages.error(request, _("Choose the filters and the format again."))
        return redirect("oversight:log")
    noted = services.record_entries_exported(actor_of(request), named(form.filters), chosen)
    try:
        await_checkpoint(noted)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("oversight:log")
    kind = exporting.LogFormat(chosen)
    response = StreamingHttpResponse(
        exporting.write(form.filters, kind), content_type=exporting.MEDIA_TYPES[kind]
    )
    name = f"log-{clock.now():%Y-%m-%dT%H%M%SZ}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
def save_search(request: HttpRequest) -> HttpResponse:
    form = _form(request, request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose the filters again."))
        return redirect("oversight:log")
    shared = request.POST.get("shared") == "on"
    try:
        services.save_search(actor_of(request), request.POST.get("name", ""), form.lasting, shared=shared)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("The search is saved."))
    address = QueryDict(mutable=True)
    address.update(form.lasting)
    return redirect(f"{request.path.rsplit('searches', 1)[0]}?{address.urlencode()}")


@require_POST
def change_search(request: HttpRequest, search_id: uuid.UUID) -> HttpResponse:
    """Renames a saved search of one's own, or deletes it."""
    try:
        if "delete" in request.POST:
            services.delete_saved_search(search_id, actor_of(request))
        else:
            services.rename_saved_search(search_id, actor_of(request), request.POST.get("name", ""))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("oversight:log")


def named(filters: Filters) -> list[str]:
    """The filters as the log keeps them: `name=value`, pseudonyms only."""
    return [f"{name}={value}" for name, value in asdict(filters).items() if value]


def _form(request: HttpRequest, data: QueryDict) -> LogForm:
    """The form with the officer's time zone: the one they chose last, unless they choose another one now."""
    data = data.copy()
    if not data.get("zone"):
        data["zone"] = zone_of(request).key
    form = LogForm(data)
    if form.is_valid() and form.tz.key != zone_of(request).key:
        request.session["zone"] = form.tz.key
    return form


def _refused(request: HttpRequest, form: LogForm) -> dict[str, Any]:
    return {"form": form, "searches": _searches(request), "common_zones": COMMON_ZONES}


def _context(request: HttpRequest, form: LogForm) -> dict[str, Any]:
    return {
        "form": form,
        "common_zones": COMMON_ZONES,
        "zone": form.tz,
        "lasting": form.lasting,
        "chips": chips(form),
        "filtered": bool(form.lasting),
        "formats": exporting.LogFormat.choices,
        "searches": _searches(request),
    }


def _rows(lines: list[Line]) -> dict[str, Any]:
    return {"lines": lines, "people": people_by_pseudonym({line.entry.actor for line in lines})}


def _searches(request: HttpRequest) -> list[selectors.NamedSearch]:
    return selectors.saved_searches(actor_of(request).pseudonym)
