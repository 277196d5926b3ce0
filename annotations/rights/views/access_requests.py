"""Subject access requests: the queue, one request, its answer."""

import uuid
from collections.abc import Callable
from typing import Any

import orjson
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.audit.actors import Actor
from annotations.audit.sequencing.awaiting import await_checkpoint
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.rights import selectors as request_selectors, services
from annotations.rights.forms import RequestForm, StepForm
from annotations.rights.models import AccessRequest

PAGE = 25

_SAID = {
    "compile": gettext_lazy("The answer is compiled. Read it, then mark it as reviewed."),
    "review": gettext_lazy("The answer is reviewed and may go out."),
    "extend": gettext_lazy("There are two months more. Tell the owner why."),
    "answer": gettext_lazy("The request is answered."),
    "refuse": gettext_lazy("The request is refused. Tell the owner why."),
}


@require_safe
def access_requests(request: HttpRequest) -> HttpResponse:
    """Requests with the days on which they are due."""
    closed = request.GET.get("state") == "closed"
    page = Paginator(request_selectors.requests(closed=closed), PAGE).get_page(request.GET.get("page"))
    return render(request, "rights/access_requests.html", {"page": page, "closed": closed})


@require_http_methods(["GET", "HEAD", "POST"])
def new_access_request(request: HttpRequest) -> HttpResponse:
    initial = {"q": request.GET.get("q", ""), "received": clock.now().date()}
    form = RequestForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            opened = services.open_request(data["q"], data["received"], data["how"], actor_of(request))
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, _("The request is open. Compile the answer next."))
            return redirect("rights:access_request", opened.pk)
    return render(
        request, "rights/access_request_new.html", {"form": form}, status=400 if form.errors else 200
    )


@require_safe
def access_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    return _page(request, _found(request_id), StepForm())


@require_POST
def step_access_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    step, form = request.POST.get("step", ""), StepForm(request.POST)
    if not form.is_valid():
        return _page(request, _found(request_id), form, 400)
    if step not in _SAID:
        messages.error(request, _("Choose one of the steps."))
        return redirect("rights:access_request", request_id)
    actor, words, read = actor_of(request), form.cleaned_data["reason"], request.POST.get("sha256", "")
    steps: dict[str, Callable[[], AccessRequest]] = {
        "compile": lambda: services.compile_request(request_id, actor),
        "review": lambda: services.review_request(request_id, read, actor),
        "extend": lambda: services.extend_request(request_id, words, actor),
        "answer": lambda: services.answer_request(request_id, words, read, actor),
        "refuse": lambda: services.refuse_request(request_id, words, actor),
    }
    try:
        steps[step]()
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, _found(request_id), form, error.status)
    messages.success(request, str(_SAID[step]))
    return redirect("rights:access_request", request_id)


@require_safe
def access_answer(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The answer as a page to be read, printed or saved as PDF."""
    found = _found(request_id)
    try:
        answer = _taken_out(found, "html", actor_of(request))
    except DomainError as error:
        return _not_served(request, found, error)
    return render(request, "rights/access_answer.html", {"found": found, "answer": answer})


@require_safe
def access_answer_file(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """The answer as JSON, to be taken elsewhere (Art. 20)."""
    found = _found(request_id)
    try:
        answer = _taken_out(found, "json", actor_of(request))
    except DomainError as error:
        return _not_served(request, found, error)
    return HttpResponse(
        orjson.dumps(answer, option=orjson.OPT_INDENT_2),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="answer-{found.subject}.json"'},
    )


def _page(request: HttpRequest, found: AccessRequest, form: StepForm, status: int = 200) -> HttpResponse:
    services.record_request_opened(found, actor_of(request))
    lines = request_selectors.steps(found)
    context = {
        "found": found,
        "form": form,
        "rows": [(line, bytes(line.entry.canonical).decode()) for line in lines],
        "people": people_by_pseudonym({line.entry.actor for line in lines}),
    }
    return render(request, "rights/access_request.html", context, status=status)


def _taken_out(found: AccessRequest, kind: str, actor: Actor) -> dict[str, Any]:
    """The answer, once the log has sealed that it is taken out."""
    answer = request_selectors.answer_of(found)
    await_checkpoint(services.record_answer_served(found, kind, actor))
    return answer


def _not_served(request: HttpRequest, found: AccessRequest, error: DomainError) -> HttpResponse:
    messages.error(request, error.message)
    return redirect("rights:access_request", found.pk)


def _found(request_id: uuid.UUID) -> AccessRequest:
    if (found := AccessRequest.objects.filter(pk=request_id).first()) is None:
        raise Http404
    return found
