"""A household with a clip in each state, each with words and pictures of its own."""

import io
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from annotations.accounts.enums import Role
from annotations.audit.sealed import seal
from annotations.clips import lookups, vault
from annotations.clips.models import Clip, Device, Original, Owner, Submission
from annotations.clips.references import known_device, known_owner
from annotations.moderation import services as moderation
from annotations.moderation.enums import FlagCategory, FlagSource
from annotations.moderation.models import Fingerprint
from annotations.redaction.models import Rendition
from annotations.review import services as review
from annotations.rights import services as rights
from tests.factories import (
    make_accepted,
    make_body,
    make_clip,
    make_project,
    make_ready_clip,
    make_submitter,
    make_training_example,
    make_unverified,
    make_user,
)
from tests.rights.erased_clips import keep_copy, release_with
from tests.rights.scan import drawn

OWNER = "Erika Mustermann, Gartenstraße 12"
DEVICE = "Erikas Haustür"


@dataclass
class Household:
    """`clips` and `originals` (what was sent) by the state of the clip, `words` all that anybody wrote."""

    owner: Owner
    device: Device
    clips: dict[str, Clip] = field(default_factory=dict)
    originals: dict[str, bytes] = field(default_factory=dict)
    words: list[str] = field(default_factory=lambda: [OWNER, DEVICE])

    def said(self, about: str) -> str:
        """Something that stands nowhere else."""
        self.words.append(f"{about}: Erika {token_hex(4)} rings {token_hex(4)} times")
        return self.words[-1]


def make_household() -> Household:
    """A clip that was received, held, labeled with a note, in a release that somebody fetched, flagged and discarded,
    withdrawn, being watched by break-glass, and one with an open draft."""
    submitter = make_submitter()
    with transaction.atomic():
        owner = known_owner(submitter, OWNER)
        device = known_device(owner, DEVICE)
    household = Household(owner, device)
    project = make_project()

    def known(state: str, clip: Clip) -> Clip:
        household.clips[state] = _complete(household, state, clip)
        return household.clips[state]

    of_them: dict[str, Any] = {"owner": owner, "submitter": submitter}
    lead, officer = make_user(Role.LEAD), make_user(Role.PRIVACY_OFFICER)
    known("received", make_clip(held=True, **of_them))
    known("held", make_clip(**of_them))
    make_unverified(household.clips["held"])
    for state in ("labeled", "released"):
        body = make_body(note=household.said(f"note-of-{state}"))
        known(state, make_accepted(project, body=body, **of_them).assignment.clip)
    release_with(household.clips["released"])
    make_training_example(household.clips["labeled"])
    discarded = known("discarded", make_ready_clip(**of_them))
    flag = moderation.flag(
        discarded,
        FlagCategory.OTHER,
        lead.actor,
        note=household.said("words-with-the-flag"),
        source=FlagSource.PERSON,
    )
    moderation.decide(flag.pk, "uphold", household.said("why-it-was-upheld"), lead.actor)
    withdrawn = known("withdrawn", make_ready_clip(**of_them))
    rights.withdraw(withdrawn, officer.actor, household.said("why-it-was-withdrawn"))
    keep_copy(known("watched", make_ready_clip(**of_them)))
    reviewer = make_user()
    drafted = known("drafted", make_ready_clip(**of_them))
    review.enqueue(drafted.pk)
    assignment = review.next_clip(reviewer)
    assert assignment is not None
    assert assignment.clip_id == drafted.pk
    review.save_draft(reviewer, assignment.public_id, 0, make_body(note=household.said("note-of-the-draft")))
    return household


def _complete(household: Household, state: str, clip: Clip) -> Clip:
    """Gives the clip its camera, its original, and a rendition that shows something else."""
    seed = 2 * len(household.originals) + 1
    content = household.originals[state] = drawn.clip(seed)
    Clip.objects.filter(pk=clip.pk).update(device=household.device)
    Submission.objects.filter(clip=clip).update(
        idempotency_key=lookups.of_request(clip.submitter_id, household.said(f"request-of-{state}"))[0]
    )
    name, key = vault.put(io.BytesIO(content))
    with transaction.atomic():
        clip.sealed_digest = seal(clip.subject, drawn.sha256(content))
        clip.save(update_fields=["sealed_digest"])
        Original.objects.create(
            clip=clip, name=name, key_id=key.key_id, wrapped_key=vault.seal_key(clip, key)
        )
    hashes = bytes((seed * 7 + n * n) % 251 for n in range(64))
    Fingerprint.objects.create(clip=clip, step=0.25, hashes=hashes, qualities=b"dd", uncropped=hashes[::-1])
    for rendition in Rendition.objects.filter(clip=clip):
        hidden = drawn.clip(seed + 1)
        storages["renditions"].delete(rendition.name)
        storages["renditions"].save(rendition.name, ContentFile(hidden))
        rendition.sha256 = drawn.sha256(hidden)
        rendition.save(update_fields=["sha256"])
    return Clip.objects.select_related("owner", "device").get(pk=clip.pk)
