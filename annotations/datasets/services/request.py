"""Asking for a release."""

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock
from annotations.core.errors import Conflict
from annotations.core.events import publish
from annotations.core.models import RunState
from annotations.datasets import events, log, selectors
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset, Release

UNFINISHED = (RunState.QUEUED, RunState.RUNNING)


@transaction.atomic
def request(dataset: Dataset, actor: Actor) -> Release:
    """Queues the next release of what the dataset asks for now. A worker asks the gate and freezes it.

    Conflict `release_in_progress` while one is being frozen, `nothing_passes` when it would be empty.
    """
    locked = Dataset.objects.select_for_update().select_related("project").get(pk=dataset.pk)
    return _queue(locked, locked.chosen, actor)


@transaction.atomic
def succeed(release: Release, actor: Actor) -> Release:
    """Queues a release of the same dataset and filters that takes the place of one of which items were erased.

    Raises Conflict `nothing_erased`, `has_successor` when there is one that has not failed, and as `request`.
    """
    locked = Dataset.objects.select_for_update().select_related("project").get(pk=release.dataset_id)
    if not release.items.filter(erased_at__isnull=False).exists():
        raise Conflict("nothing_erased", "Nothing of this release was erased. Freeze a new release instead.")
    if selectors.successors(release).exists():
        raise Conflict("has_successor", "This release has a successor already.")
    return _queue(locked, release.chosen, actor, succeeds=release)


def _queue(locked: Dataset, filters: Filters, actor: Actor, succeeds: Release | None = None) -> Release:
    if Release.objects.filter(dataset=locked, state__in=UNFINISHED).exists():
        raise Conflict(
            "release_in_progress", "A release of this dataset is being frozen. Wait until it is done."
        )
    if not selectors.passing(locked.project, filters).exists():
        raise Conflict("nothing_passes", "The gate lets no clip through, so the release would be empty.")
    last = Release.objects.filter(dataset=locked).order_by("-number").values_list("number", flat=True).first()
    release = Release.objects.create(
        dataset=locked,
        number=(last or 0) + 1,
        filters=filters.as_json(),
        requested_by=actor.pseudonym,
        succeeds=succeeds,
    )
    data = {"dataset": str(locked.pk), "release": str(release.pk), "number": release.number}
    if succeeds:
        audit.append(log.SUCCESSOR_REQUESTED, actor, data={**data, "succeeds": str(succeeds.pk)})
    else:
        audit.append(log.REQUESTED, actor, data=data)
    publish(events.RELEASE_REQUESTED, release=release.pk)
    return release


@transaction.atomic
def retry(release: Release, actor: Actor) -> None:
    """Starts a release again that failed, or that lacks the file of a format registered since it was frozen.

    What was frozen and the files that exist stay. Raises Conflict `nothing_to_make` for any other release.
    """
    locked = Release.objects.select_for_update(of=("self",)).get(pk=release.pk)
    if locked.state != RunState.FAILED and not selectors.missing_formats(locked):
        raise Conflict("nothing_to_make", "Only a release that failed or lacks a file can be started again.")
    Release.objects.filter(pk=locked.pk).update(
        state=RunState.QUEUED,
        attempts=0,
        failure_code="",
        failure_message="",
        finished_at=None,
        woken_at=clock.now(),
    )
    audit.append(log.RETRIED, actor, data={"release": str(release.pk)})
    publish(events.RELEASE_REQUESTED, release=release.pk)
