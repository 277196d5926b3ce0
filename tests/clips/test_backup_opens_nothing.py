"""A backup from before a subject's keys were destroyed, with every other key: nothing of the subject can be had."""

import pytest

from annotations.audit import services as audit
from annotations.audit.actors import Actor
from annotations.audit.enums import KeysDestroyed
from annotations.clips import vault
from annotations.clips.models import Clip, Device, Original, Owner
from annotations.clips.references import references_of
from annotations.clips.selectors import digests_of
from annotations.core.wrapping import Damaged
from annotations.review import services as review
from annotations.review.models import Annotation, Draft
from annotations.review.sealed_words import body_of, draft_body
from tests.factories import make_assignment, make_body, make_original, make_user, reference_of

pytestmark = pytest.mark.django_db
OFFICER = Actor("p-officer22", "privacy_officer")
NOTE = "Mrs Miller at the door"


@pytest.fixture
def clip() -> Clip:
    """A clip with its original, a draft and labels with a note. No row of it is touched afterwards, as in a backup."""
    reviewer = make_user()
    assignment = make_assignment(reviewer)
    make_original(assignment.clip)
    review.save_draft(reviewer, assignment.public_id, 0, make_body(note=NOTE))
    review.submit(reviewer, assignment.public_id, make_body(note=NOTE))
    return Clip.objects.get(pk=assignment.clip_id)


def test_without_the_clips_key_neither_original_nor_note_nor_draft_nor_digest_can_be_had(clip: Clip) -> None:
    original = Original.objects.get(clip=clip)
    with vault.opened(original) as plain:
        assert plain.read(1)
    assert body_of(Annotation.objects.get())["note"] == NOTE
    audit.destroy_keys([clip.subject], OFFICER, KeysDestroyed.OWNER_ASKED)
    with pytest.raises(Damaged, match="was destroyed"), vault.opened(original):
        pass
    assert body_of(Annotation.objects.get())["note"] == ""
    assert draft_body(Draft.objects.get()) is None
    assert digests_of([clip]) == {}
    assert reference_of(clip.owner), "the owner is another subject"


def test_without_the_owners_and_the_devices_keys_no_reference_can_be_had(clip: Clip) -> None:
    assert clip.device is not None
    things: list[Owner | Device] = [clip.owner, clip.device]
    assert len(references_of(things)) == 2
    audit.destroy_keys([thing.pseudonym for thing in things], OFFICER, KeysDestroyed.OWNER_ASKED)
    assert references_of(things) == {}


def test_a_key_of_one_clip_opens_nothing_as_anothers(clip: Clip) -> None:
    other = make_assignment(make_user()).clip
    make_original(other)
    mine, theirs = Original.objects.get(clip=clip), Original.objects.get(clip=other)
    theirs.name, theirs.key_id, theirs.wrapped_key = mine.name, mine.key_id, mine.wrapped_key
    with pytest.raises(Damaged), vault.opened(theirs):
        pass
