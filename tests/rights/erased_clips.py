"""A clip that lies in every store that there is, for tests of what an erasure leaves."""

import io

from annotations.accounts.enums import Role
from annotations.audit.actors import WORKER, Actor
from annotations.break_glass.models import BreakGlassAccess
from annotations.clips import vault
from annotations.clips.models import CameraVersion, Clip
from annotations.core import clock
from annotations.datasets import services as datasets
from annotations.datasets.models import Dataset, Release
from annotations.moderation import services as moderation
from annotations.moderation.enums import FlagCategory, FlagSource
from annotations.moderation.models import Finding, Fingerprint
from annotations.redaction.models import Rendition
from annotations.review.models import Assignment, Draft
from annotations.review.sealed_words import seal_draft
from annotations.rights import services
from annotations.rights.receipts import owner_of
from tests.factories import (
    make_accepted,
    make_body,
    make_break_glass_access,
    make_compiled,
    make_original,
    make_project,
    make_track,
    make_training_example,
    make_unredaction,
    make_user,
)

ENGINEER = Actor("p-engineer", Role.ML_ENGINEER)
REASON = "The owner wrote to us, ticket 7."
NOTE = "Erika of number 12 rings the bell"


def make_everywhere(*, released: bool = True) -> Clip:
    """Labeled with a note, in a release that was downloaded, flagged and dismissed, with a fingerprint, hidden regions,
    an unredaction, a training example, a camera that was described, links to its receipt that have ended, a compiled
    answer, and a standing break-glass access with its copy.
    """
    project = make_project()
    clip = make_accepted(project, body=make_body(note=NOTE)).assignment.clip
    make_original(clip)
    make_track(clip)
    make_unredaction(clip)
    make_training_example(clip)
    Fingerprint.objects.create(
        clip=clip, step=0.5, hashes=bytes(range(32)), qualities=b"d", uncropped=bytes(32)
    )
    run = Rendition.objects.get(clip=clip).run
    Finding.objects.create(run=run, model="classifier", label="nothing", score=0.2, frame=3)
    Draft.objects.get_or_create(
        assignment=Assignment.objects.filter(clip=clip).first(),
        defaults={"sealed": seal_draft(clip, make_body(note=NOTE))},
    )
    lead = make_user(Role.LEAD)
    flag = moderation.flag(clip, FlagCategory.OTHER, lead.actor, note=NOTE, source=FlagSource.PERSON)
    moderation.decide(flag.pk, "dismiss", "It shows nothing.", lead.actor)
    if released:
        release_with(clip)
    assert clip.device is not None
    CameraVersion.objects.create(
        device=clip.device, version=1, zones=[[[0, 0], [1, 0], [1, 1]]], set_by="test"
    )
    services.renew_receipt(clip, owner_of(clip))
    request = services.open_request(clip.owner.pseudonym, clock.now(), "By letter.", WORKER)
    make_compiled(request.pk, make_user(Role.PRIVACY_OFFICER).actor)
    keep_copy(clip)
    return Clip.objects.select_related("owner", "device").get(pk=clip.pk)


def release_with(clip: Clip) -> Release:
    """A frozen release that holds the clip, of which somebody has fetched a file."""
    project = Assignment.objects.filter(clip=clip)[0].project
    dataset, _ = Dataset.objects.get_or_create(
        name=f"Porch {project.pk}", project=project, created_by="p-engineer"
    )
    release = datasets.request(dataset, ENGINEER)
    datasets.freeze(release.pk)
    datasets.deliver(release, "coco", ENGINEER)
    release.refresh_from_db()
    return release


def keep_copy(clip: Clip) -> BreakGlassAccess:
    """An approved access with the copy that a worker would have made."""
    access = make_break_glass_access(clip=clip, copy=False)
    name, key = vault.put(io.BytesIO(b"nothing is hidden here"), "break-glass/")
    access.name, access.key_id, access.bytes = name, key.key_id, 22
    access.wrapped_key = vault.seal_key(clip, key)
    access.save()
    return access
