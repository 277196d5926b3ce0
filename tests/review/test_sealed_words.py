"""Whatever a person writes with labels is sealed under the clip's key: the rest of the body stays plain."""

import json

import pytest

from annotations.core.errors import Invalid
from annotations.review.body import FIELDS, Body, Kind
from annotations.review.checks import Picture, check_body
from annotations.review.models import Annotation, Draft
from annotations.review.schema import HOME_THREAT_DETECTION, check_labels
from annotations.review.sealed_words import hand_in, seal_draft
from tests.factories import make_assignment, make_body, make_user

WORDS = "Erika of number 12 rings the bell"


@pytest.mark.once
def test_the_note_is_the_only_text_that_labels_hold() -> None:
    """A text attribute of an event, a track or a keyframe would stay in the table as it is: seal it in `hand_in`."""
    texts = {
        (shape, name)
        for shape, fields in FIELDS.items()
        for name, field in fields.items()
        if field.kind == Kind.TEXT
    }
    assert texts == {(Body, "note")}


@pytest.mark.once
@pytest.mark.parametrize("part", ["events", "tracks"])
def test_words_where_no_text_is_are_not_taken(part: str) -> None:
    for field in ("id", "label"):
        body = make_body()
        body[part][0][field] = WORDS
        with pytest.raises(Invalid, match="labels"):
            check_body(body, check_labels(HOME_THREAT_DETECTION), Picture(96, 64, 30))


@pytest.mark.django_db
def test_neither_labels_nor_a_draft_show_what_was_written() -> None:
    clip = make_assignment(make_user()).clip
    handed_in = hand_in(
        clip, check_body(make_body(note=WORDS), check_labels(HOME_THREAT_DETECTION), Picture(96, 64, 30))
    )
    assert WORDS not in json.dumps(handed_in.body)
    assert WORDS.encode() not in handed_in.sealed_note + seal_draft(clip, make_body(note=WORDS))
    assert not Annotation.objects.exists()
    assert not Draft.objects.exists()
