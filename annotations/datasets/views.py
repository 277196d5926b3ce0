"""The pages of datasets and releases."""

import uuid

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from annotations.accounts.middleware import actor_of
from annotations.core.errors import DomainError
from annotations.core.models import RunState
from annotations.core.shown import sent
from annotations.datasets import presentation, selectors, services
from annotations.datasets.download import download as send, manifest_now
from annotations.datasets.enums import label
from annotations.datasets.filters import Filters
from annotations.datasets.forms import DatasetForm, FiltersForm
from annotations.datasets.models import Dataset, Release

PAGE = 50


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.datasets(), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "groups": presentation.deletion_groups(request)}
    return render(request, "datasets/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    form = DatasetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            dataset = services.create(
                actor_of(request), data["name"], data["project"], Filters(), data["description"]
            )
        except DomainError as error:
            form.add_error("name", error.message)
        else:
            return redirect("datasets:detail", dataset.pk)
    return render(request, "datasets/new.html", {"form": form}, status=400 if form.errors else 200)


@require_safe
def detail(request: HttpRequest, dataset_id: uuid.UUID) -> HttpResponse:
    """The page; for htmx the gate's answer to the filters in the address."""
    dataset = _dataset(dataset_id)
    if request.htmx:  # type: ignore[attr-defined]
        form = FiltersForm(dataset.project, request.GET)
        filters = form.filters if form.is_valid() else None
        return render(request, "datasets/_gate.html", _gate(dataset, filters, form))
    form = FiltersForm.showing(dataset.project, dataset.chosen)
    return _page(request, dataset, form)


@require_POST
def change(request: HttpRequest, dataset_id: uuid.UUID) -> HttpResponse:
    """Keeps the filters; with `freeze` pressed, asks for a release of them as well."""
    dataset = _dataset(dataset_id)
    form = FiltersForm(dataset.project, request.POST)
    if not form.is_valid():
        return _page(request, dataset, form, status=400)
    try:
        dataset = services.change(dataset, form.filters, actor_of(request), shown=sent(request))
        if "freeze" in request.POST:
            return redirect("datasets:release", services.request(dataset, actor_of(request)).pk)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("Saved. Releases that were frozen stay as they are."))
    return redirect("datasets:detail", dataset.pk)


@require_safe
def release(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    """The page; for htmx the part of it that moves while the release is being frozen."""
    return _release_page(request, _release(release_id))


def _release_page(request: HttpRequest, found: Release, status: int = 200) -> HttpResponse:
    running = found.state in {RunState.QUEUED, RunState.RUNNING}
    marks, files = list(selectors.marks(found)), list(selectors.files(found))
    context = {
        "release": found,
        "running": running,
        "badges": presentation.badges(found, marked=bool(marks)),
    }
    if request.htmx and running:  # type: ignore[attr-defined]
        return render(request, "datasets/_progress.html", context)
    response = render(
        request,
        "datasets/release.html",
        {
            **context,
            "asked": presentation.in_words(found.dataset.project, found.chosen),
            "marks": [(mark, label(mark.reason)) for mark in marks],
            "files": files,
            "destroyed": any(file.destroyed_at for file in files),
            "missing": [exporter.label for exporter in selectors.missing_formats(found)],
            "left_out": selectors.reasons_in_words(found.left_out),
            "erased": found.items.filter(erased_at__isnull=False).count(),
            "successor": selectors.successors(found).first(),
            "groups": presentation.deletion_groups(request, release=found),
            "stayed_out": found.exclusions.count(),
            "page": Paginator(selectors.items(found), PAGE).get_page(request.GET.get("page")),
        },
        status=status,
    )
    if request.htmx:  # type: ignore[attr-defined]
        response["HX-Refresh"] = "true"
    return response


@require_safe
def left_out(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    found = _release(release_id)
    page = Paginator(selectors.exclusions(found), PAGE).get_page(request.GET.get("page"))
    rows = [(each, [label(reason) for reason in each.reasons]) for each in page.object_list]
    context = {
        "release": found,
        "page": page,
        "rows": rows,
        "counts": selectors.reasons_in_words(found.left_out),
    }
    return render(request, "datasets/left_out.html", context)


@require_POST
def retry(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    found = _release(release_id)
    try:
        services.retry(found, actor_of(request))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("datasets:release", found.pk)


@require_POST
def succeed(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse:
    found = _release(release_id)
    try:
        return redirect("datasets:release", services.succeed(found, actor_of(request)).pk)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("datasets:release", found.pk)


@require_safe
def download_manifest(request: HttpRequest, release_id: uuid.UUID) -> HttpResponse | StreamingHttpResponse:
    found = _release(release_id)
    try:
        return manifest_now(request, found)
    except DomainError as error:
        messages.error(request, error.message)
        return _release_page(request, found, error.status)


@require_safe
def download(
    request: HttpRequest, release_id: uuid.UUID, format_code: str
) -> HttpResponse | StreamingHttpResponse:
    found = _release(release_id)
    try:
        return send(request, found, format_code)
    except DomainError as error:
        messages.error(request, error.message)
        return _release_page(request, found, error.status)


def _page(request: HttpRequest, dataset: Dataset, form: FiltersForm, status: int = 200) -> HttpResponse:
    releases = Paginator(selectors.releases(dataset), PAGE).get_page(request.GET.get("page"))
    rows = [(each, presentation.badges(each, marked=each.marked)) for each in releases.object_list]  # type: ignore[attr-defined]
    context = {
        **_gate(dataset, dataset.chosen if status == 200 else None, form),
        "page": releases,
        "rows": rows,
        "groups": presentation.deletion_groups(request, dataset=dataset),
        "asked": presentation.in_words(dataset.project, dataset.chosen),
    }
    return render(request, "datasets/detail.html", context, status=status)


def _gate(dataset: Dataset, filters: Filters | None, form: FiltersForm) -> dict[str, object]:
    report = selectors.report(dataset.project, filters) if filters else None
    reasons = selectors.reasons_in_words(report.left_out) if report else []
    return {"dataset": dataset, "form": form, "report": report, "reasons": reasons}


def _dataset(dataset_id: uuid.UUID) -> Dataset:
    return get_object_or_404(Dataset.objects.select_related("project"), pk=dataset_id)


def _release(release_id: uuid.UUID) -> Release:
    found = selectors.with_marks(Release.objects.select_related("succeeds__dataset"))
    return get_object_or_404(found, pk=release_id)
