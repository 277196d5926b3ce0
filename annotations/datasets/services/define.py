"""Saying what a dataset asks for."""

import unicodedata

from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.core import clock, shown as pages
from annotations.core.errors import Conflict, Invalid
from annotations.datasets import log
from annotations.datasets.filters import Filters
from annotations.datasets.models import Dataset
from annotations.review.models import Project


@transaction.atomic
def create(actor: Actor, name: str, project: Project, filters: Filters, description: str = "") -> Dataset:
    """Makes a dataset. Invalid `name_missing`; Conflict `name_taken`."""
    name = unicodedata.normalize("NFC", name.strip())
    if not name:
        raise Invalid("name_missing", "Give the dataset a name.")
    if Dataset.objects.filter(name=name).exists():
        raise Conflict("name_taken", "There is a dataset of this name already.")
    check(filters)
    dataset = Dataset.objects.create(
        name=name,
        description=description.strip(),
        project=project,
        filters=filters.as_json(),
        created_by=actor.pseudonym,
    )
    audit.append(log.CREATED, actor, data={"dataset": str(dataset.pk), "filters": dataset.filters})
    return dataset


@transaction.atomic
def change(dataset: Dataset, filters: Filters, actor: Actor, *, shown: str | None = None) -> Dataset:
    """Asks for something else from now on; releases that were frozen keep what they asked for."""
    locked = Dataset.objects.select_for_update().get(pk=dataset.pk)
    pages.check(shown, locked)
    check(filters)
    if filters.as_json() != locked.filters:
        locked.filters = filters.as_json()
        locked.save(update_fields=["filters"])
        audit.append(log.CHANGED, actor, data={"dataset": str(locked.pk), "filters": locked.filters})
    return locked


def check(filters: Filters) -> None:
    """Invalid `days_reversed` when the days leave nothing, `day_out_of_range` when one is at the calendar's ends."""
    days = [day for day in (filters.first_day, filters.last_day) if day]
    if any(not clock.EARLIEST <= day <= clock.LATEST for day in days):
        raise Invalid("day_out_of_range", "Choose days between the years 2000 and 2199.")
    if filters.first_day and filters.last_day and filters.first_day > filters.last_day:
        raise Invalid("days_reversed", "The first day is after the last one.")
