"""The pages on which leads settle what reviewers handed in."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.core.errors import DomainError, Missing
from annotations.core.shown import sent
from annotations.core.templatetags.shown import shown_field
from annotations.review import adjudication as page, selectors, services
from annotations.review.enums import TaskState
from annotations.review.forms import DecisionForm, FilterForm, FlagForm, ReturnForm, SetAsideForm
from annotations.review.models import ReviewTask

PAGE = 25
# The page holds several forms: the ids of their fields begin differently.
_FLAG, _ASIDE = "flag-%s", "aside-%s"


@require_safe
def adjudication(request: HttpRequest) -> HttpResponse:
    """The tasks in one state: those that wait for a lead, by default."""
    sent = {"state": TaskState.SETTLING.value, **request.GET.dict()}
    form = FilterForm(sent, verdicts=selectors.verdicts())
    chosen = form.cleaned_data if form.is_valid() else {}
    state = chosen.get("state") or TaskState.SETTLING
    project = chosen.get("project")
    tasks = selectors.tasks(
        state,
        project=project.pk if project else None,
        verdict=chosen.get("verdict", ""),
        disagreement=chosen.get("disagreement", False),
    )
    found = Paginator(tasks, PAGE).get_page(request.GET.get("page"))
    lines = page.summaries(list(found.object_list))
    filtered = state != TaskState.SETTLING or any(
        chosen.get(name) for name in ("project", "verdict", "disagreement")
    )
    context = {"form": form, "page": found, "lines": lines, "state": state, "filtered": filtered}
    return render(request, "review/adjudication.html", context)


@require_safe
def adjudicate(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """One task: the labels side by side, the clip, the decision."""
    return _page(request, task_id)


@require_POST
def accept(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose whose labels to accept."))
        return redirect("review:adjudicate", task_id)
    return _decided(
        request,
        task_id,
        lambda: services.accept(
            task_id, form.cleaned_data["annotation"], actor_of(request), shown=sent(request)
        ),
        _("The labels are accepted."),
    )


@require_POST
def send_back(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, task_id, returned=form)
    data = form.cleaned_data
    return _decided(
        request,
        task_id,
        lambda: services.send_back(
            task_id, data["annotation"], data["reason"], actor_of(request), shown=sent(request)
        ),
        _("The labels are back with their reviewer."),
    )


@require_POST
def set_aside(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    form = SetAsideForm(request.POST, auto_id=_ASIDE)
    if not form.is_valid():
        return _page(request, task_id, aside=form)
    return _decided(
        request,
        task_id,
        lambda: services.set_aside(
            task_id, form.cleaned_data["reason"], actor_of(request), shown=sent(request)
        ),
        _("The clip is set aside: nobody is asked to label it."),
    )


@require_POST
def reopen(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    return _decided(
        request,
        task_id,
        lambda: services.reopen(task_id, actor_of(request), shown=sent(request)),
        _("The clip is in the queue again."),
    )


@require_POST
def flag(request: HttpRequest, task_id: uuid.UUID) -> HttpResponse:
    """The clip leaves every queue at once, this page's list included."""
    get_object_or_404(ReviewTask, public_id=task_id)
    form = FlagForm(request.POST, auto_id=_FLAG)
    if not form.is_valid():
        return _page(request, task_id, flag=form)
    data = form.cleaned_data
    services.flag_task(task_id, data["category"], data["note"], actor_of(request), shown=sent(request))
    messages.success(request, _("The clip is flagged and out of the queue."))
    return redirect("review:adjudication")


def _page(
    request: HttpRequest,
    task_id: uuid.UUID,
    *,
    returned: ReturnForm | None = None,
    aside: SetAsideForm | None = None,
    flag: FlagForm | None = None,
) -> HttpResponse:
    """The page; `returned`, `aside` and `flag` are forms that were sent and are wrong."""
    related = ReviewTask.objects.select_related("clip", "project")
    task = get_object_or_404(related, public_id=task_id)
    context = {
        **page.present(task),
        "shown": shown_field(task, *selectors.annotations_of([task.pk])),
        "flag_form": flag or FlagForm(auto_id=_FLAG),
        "aside_form": aside or SetAsideForm(auto_id=_ASIDE),
    }
    for side in context["sides"]:
        annotation = str(side["annotation"].pk)
        form = ReturnForm(initial={"annotation": annotation})
        if returned and returned["annotation"].value() == annotation:
            form = returned
        form.auto_id = f"side-{side['number']}-%s"
        side["form"] = form
    status = 400 if returned or aside or flag else 200
    return render(request, "review/adjudication_task.html", context, status=status)


def _decided(
    request: HttpRequest, task_id: uuid.UUID, decide: Callable[[], ReviewTask], success: str
) -> HttpResponse:
    try:
        decide()
    except Missing as error:
        messages.error(request, error.message)
        return redirect("review:adjudication")
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("review:adjudicate", task_id)
    messages.success(request, success)
    return redirect("review:adjudication")
