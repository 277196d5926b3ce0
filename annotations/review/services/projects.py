"""Projects and their label schemas."""

from typing import Any

from django.conf import settings
from django.db import transaction

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.review import log
from annotations.review.models import LabelSchema, Project
from annotations.review.schema import HOME_THREAT_DETECTION, check_labels

DEFAULT_NAME = "Home threat detection"
DEFAULT_INSTRUCTIONS = (
    "Decide whether the clip shows a real threat to the home. Mark when people arrive and leave, and draw boxes "
    "around people, vehicles, animals and packages. If you can still see a face, report it: the clip is hidden "
    "again. If a clip is nothing that you should watch, flag it."
)


@transaction.atomic
def ensure_default_project(actor: Actor) -> Project:
    """The project that every installation has from the start; made when it is not there yet."""
    project, created = Project.objects.get_or_create(
        name=DEFAULT_NAME,
        defaults={"instructions": DEFAULT_INSTRUCTIONS, "reviewers": settings.REVIEWERS_PER_CLIP},
    )
    if created:
        audit.append(log.PROJECT_CREATED, actor, data={"project": str(project.pk)})
        publish_schema(project, HOME_THREAT_DETECTION, actor)
    return project


@transaction.atomic
def publish_schema(project: Project, labels: Any, actor: Actor) -> LabelSchema:
    """Makes `labels` the project's current schema, as a new version; what was labeled before keeps its own."""
    checked = check_labels(labels)
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)
    latest = LabelSchema.objects.filter(project=project).order_by("-version").first()
    LabelSchema.objects.filter(project=project, current=True).update(current=False)
    made = LabelSchema.objects.create(
        project=project, version=latest.version + 1 if latest else 1, labels=checked
    )
    audit.append(log.SCHEMA_PUBLISHED, actor, data={"project": str(project.pk), "version": made.version})
    return made
