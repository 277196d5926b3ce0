"""The pages on which those who downloaded something are asked to delete it."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from annotations.accounts.may import only_own
from annotations.accounts.middleware import actor_of
from annotations.accounts.people import people_by_pseudonym
from annotations.core.errors import DomainError
from annotations.datasets import presentation, selectors, services
from annotations.datasets.forms import DeletionForm

PAGE = 50


@require_safe
def deletions(request: HttpRequest) -> HttpResponse:
    """Who was asked to delete what, and what they answered; for roles that see only that, what they were asked."""
    asked, own = selectors.deletions(), only_own(request)
    if own:
        asked = asked.filter(person=actor_of(request).pseudonym)
    page = Paginator(asked, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "own": own,
        "people": people_by_pseudonym({each.person for each in page.object_list}),
        "groups": presentation.deletion_groups(request),
        "open": asked.filter(confirmed_at=None).count(),
    }
    return render(request, "datasets/deletions.html", context)


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    form = DeletionForm(request.POST)
    try:
        chosen = {uuid.UUID(each) for each in request.POST.getlist("request")}
    except ValueError:
        chosen = set()
    if not form.is_valid():
        for error in form.errors.values():
            messages.error(request, str(error[0]))
        return redirect("datasets:deletions")
    data = form.cleaned_data
    try:
        confirmed = services.confirm_deletions(chosen, data["statement"], data["reason"], actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    else:
        said = ngettext("%(n)s request answered.", "%(n)s requests answered.", len(confirmed))
        messages.success(request, said % {"n": len(confirmed)})
    return redirect("datasets:deletions")
