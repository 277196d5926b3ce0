"""Subject access requests: the queue, and one request with its steps."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.core import clock
from annotations.core.errors import DomainError
from annotations.core.shown import sent
from annotations.rights import selectors as request_selectors, services
from annotations.rights.contacts import unstated
from annotations.rights.forms import RequestForm, StepForm
from annotations.rights.models import AccessRequest, AnswerRun

PAGE = 25

_SAID = {
    "compile": gettext_lazy("The answer is being compiled. This page shows when it is done."),
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
    """The request; for htmx how far the compiling is, until the whole page has something new to show."""
    found = get_object_or_404(AccessRequest.objects.defer("sealed"), pk=request_id)
    if not request.htmx:  # type: ignore[attr-defined]
        return _page(request, found, StepForm())
    run = request_selectors.last_run(found)
    if run is None or not run.under_way:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "rights/_answer_run.html", {"found": found, "run": run})


@require_POST
def step_access_request(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    step, form = request.POST.get("step", ""), StepForm(request.POST)
    if not form.is_valid():
        return _page(request, get_object_or_404(AccessRequest, pk=request_id), form, 400)
    if step not in _SAID:
        messages.error(request, _("Choose one of the steps."))
        return redirect("rights:access_request", request_id)
    actor, words, read = actor_of(request), form.cleaned_data["reason"], request.POST.get("sha256", "")
    shown = sent(request)
    steps: dict[str, Callable[[], AccessRequest | AnswerRun]] = {
        "compile": lambda: services.compile_request(request_id, actor, shown=shown),
        "review": lambda: services.review_request(request_id, read, actor, shown=shown),
        "extend": lambda: services.extend_request(request_id, words, actor, shown=shown),
        "answer": lambda: services.answer_request(request_id, words, read, actor, shown=shown),
        "refuse": lambda: services.refuse_request(request_id, words, actor, shown=shown),
    }
    try:
        steps[step]()
    except DomainError as error:
        messages.error(request, error.message)
        return _page(request, get_object_or_404(AccessRequest, pk=request_id), form, error.status)
    messages.success(request, str(_SAID[step]))
    return redirect("rights:access_request", request_id)


def _page(request: HttpRequest, found: AccessRequest, form: StepForm, status: int = 200) -> HttpResponse:
    services.record_request_opened(found, actor_of(request))
    lines = request_selectors.steps(found)
    context = {
        "found": found,
        "form": form,
        "run": request_selectors.last_run(found),
        "unstated": unstated(),
        "copies": request_selectors.copies_of(found.subject),
        "rows": [(line, bytes(line.entry.canonical).decode()) for line in lines],
        "people": people_by_pseudonym({line.entry.actor for line in lines}),
    }
    return render(request, "rights/access_request.html", context, status=status)
