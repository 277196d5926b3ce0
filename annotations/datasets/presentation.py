"""How releases and filters look on pages and in the API."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from annotations.accounts.may import may
from annotations.accounts.middleware import actor_of
from annotations.core.models import RunState
from annotations.datasets import selectors
from annotations.datasets.answers import FileAnswer, ReleaseAnswer, ReleaseState
from annotations.datasets.filters import Filters
from annotations.datasets.forms import MOST_REQUESTS, DeletionForm
from annotations.datasets.models import Dataset, DeletionRequest, ExportFile, Release
from annotations.review.models import Project

STATES: dict[RunState, ReleaseState] = {
    RunState.QUEUED: "building",
    RunState.RUNNING: "building",
    RunState.DONE: "frozen",
    RunState.FAILED: "failed",
}


@dataclass(frozen=True)
class Badge:
    """`tone` is one of the style sheet's."""

    tone: str
    text: str


@dataclass(frozen=True)
class DeletionGroup:
    """What somebody is asked to delete of one release, with the form in which they answer."""

    release: Release
    requests: list[DeletionRequest]
    form: DeletionForm


def deletion_groups(
    request: HttpRequest, *, dataset: Dataset | None = None, release: Release | None = None
) -> list[DeletionGroup]:
    """What whoever calls is asked to delete and has not answered, the first asked first: all, or of these."""
    if not may(request, "datasets:confirm_deletions", "POST"):
        return []
    asked = selectors.open_deletions(actor_of(request).pseudonym)
    if dataset:
        asked = asked.filter(item__release__dataset=dataset)
    if release:
        asked = asked.filter(item__release=release)
    by_release: dict[Release, list[DeletionRequest]] = {}
    for each in asked[:MOST_REQUESTS]:
        by_release.setdefault(each.item.release, []).append(each)
    return [
        DeletionGroup(held, requests, DeletionForm(auto_id=f"delete-{held.pk}-%s"))
        for held, requests in by_release.items()
    ]


def badges(release: Release, *, marked: bool) -> list[Badge]:
    """The release's state in a word or two."""
    shown = {
        RunState.QUEUED: Badge("muted", _("Waiting for a worker")),
        RunState.RUNNING: Badge("accent", _("Being frozen")),
        RunState.DONE: Badge("ok", _("Frozen")),
        RunState.FAILED: Badge("bad", _("Failed")),
    }
    unusable = [Badge("bad", _("May not be used"))] if marked else []
    return [shown[RunState(release.state)], *unusable]


def in_words(project: Project, filters: Filters) -> list[tuple[str, str]]:
    """What is asked for, as term and description."""
    names = {code: name for choices in selectors.schema_choices(project).values() for code, name in choices}
    days = [str(day) if day else "…" for day in (filters.first_day, filters.last_day)]
    return [
        (_("Project"), project.name),
        (_("Verdicts"), ", ".join(names.get(code, code) for code in filters.verdicts) or _("all")),
        (
            _("With an event or track"),
            ", ".join(names.get(code, code) for code in filters.labels) or _("any or none"),
        ),
        (
            _("Received (UTC)"),
            " – ".join(days) if any((filters.first_day, filters.last_day)) else _("at any time"),
        ),
    ]


def as_json(release: Release) -> ReleaseAnswer:
    """The release for the API: `unusable` are the public ids of clips that may not be used any more."""
    unusable = selectors.unusable(release).values_list("clip__public_id", flat=True)
    return {
        "id": str(release.pk),
        "dataset": {"id": str(release.dataset_id), "name": release.dataset.name},
        "number": release.number,
        "state": STATES[RunState(release.state)],
        "progress": release.progress,
        "failure": {"code": release.failure_code, "message": release.failure_message}
        if release.state == RunState.FAILED
        else None,
        "filters": release.filters,
        "requested_by": release.requested_by,
        "frozen_at": release.frozen_at.isoformat() if release.frozen_at else None,
        "manifest_sha256": release.manifest_sha256 or None,
        "formerly": release.formerly or None,
        "succeeds": str(release.succeeds_id) if release.succeeds_id else None,
        "successor": next((str(each.pk) for each in selectors.successors(release)), None),
        "erased": release.items.filter(erased_at__isnull=False).count(),
        "clips": release.items.count(),
        "left_out": release.left_out,
        "unusable": sorted(str(clip) for clip in unusable),
        "files": [_file(release, file) for file in release.files.order_by("format")],
    }


def _file(release: Release, file: ExportFile) -> FileAnswer:
    return {
        "format": file.format,
        "version": file.format_version,
        "sha256": file.sha256,
        "bytes": file.bytes,
        "url": None if file.destroyed_at else reverse("datasets:api_file", args=[release.pk, file.format]),
    }
